/**
 * Every way in which something can fail, as plain data with a stable code, and the one sentence that says what
 * happened and what to do next. Window, socket and command line share this table.
 *
 * No failure carries a secret, a code, a token or a URL with a query: what is in here may be logged and shown.
 */
export type Failure =
  // the vault
  | { readonly code: "vault_locked" }
  | { readonly code: "vault_not_ready" }
  | { readonly code: "vault_paused" }
  | { readonly code: "passphrase_wrong" }
  | { readonly code: "passphrase_wait"; readonly waitSec: number }
  | { readonly code: "passphrase_missing" }
  | { readonly code: "alias_taken"; readonly alias: string }
  | { readonly code: "passphrase_too_short"; readonly minLength: number }
  | { readonly code: "keychain_missing" }
  | { readonly code: "keychain_stopped"; readonly was: string }
  | { readonly code: "keychain_locked" }
  | { readonly code: "keychain_failing" }
  | { readonly code: "keychain_changed"; readonly was: string; readonly now: string }
  | { readonly code: "envelope_unreadable" }
  | { readonly code: "envelope_newer"; readonly format: number }
  | { readonly code: "storage_failing" }
  // the provider's answers
  | { readonly code: "provider_unknown"; readonly provider: string }
  | { readonly code: "provider_unreachable"; readonly provider: string }
  | { readonly code: "provider_busy"; readonly provider: string; readonly status: number }
  | {
      readonly code: "provider_misbehaved";
      readonly provider: string;
      /** What was wrong with the answer; never the answer itself. */
      readonly what: "not_json" | "too_large" | "redirect" | "member" | "status";
      /** The member or the status at fault. */
      readonly detail: string;
    }
  | { readonly code: "provider_changed"; readonly provider: string }
  // the client registration
  | { readonly code: "client_missing" }
  | { readonly code: "client_in_use"; readonly accounts: number }
  | { readonly code: "client_id_rejected" }
  | { readonly code: "client_secret_rejected" }
  | { readonly code: "client_secret_missing" }
  | { readonly code: "redirect_uri_rejected"; readonly redirect_uri: string }
  // an authorization on its way
  | { readonly code: "authorization_denied"; readonly error: string } // RFC 6749 §4.1.2.1
  | { readonly code: "authorization_unknown" }
  | { readonly code: "authorization_expired" }
  | { readonly code: "authorization_cancelled" }
  | { readonly code: "authorization_not_offered"; readonly provider: string }
  | { readonly code: "authorization_page_failed"; readonly provider: string }
  | { readonly code: "state_rejected" }
  | { readonly code: "code_rejected" }
  | { readonly code: "identity_mismatch" }
  | { readonly code: "access_token_rejected"; readonly provider: string }
  // an account
  | { readonly code: "account_unknown" }
  | { readonly code: "needs_sign_in"; readonly account: string }
  | { readonly code: "moved_here"; readonly account: string }
  | { readonly code: "refresh_token_rejected"; readonly account: string }
  | { readonly code: "refresh_token_missing"; readonly account: string }
  | { readonly code: "refresh_budget"; readonly account: string; readonly waitSec: number }
  | { readonly code: "refresh_ambiguous"; readonly account: string }
  | { readonly code: "token_revoked"; readonly account: string }
  | { readonly code: "bulk_running" }
  | { readonly code: "undo_gone" }
  // the desktop
  | { readonly code: "clipboard_failing" }
  | { readonly code: "settings_failing" }
  | { readonly code: "export_failing" }
  | { readonly code: "import_unreadable" }
  | { readonly code: "import_newer"; readonly format: number }
  | { readonly code: "import_passphrase_wrong" }
  | { readonly code: "sandbox_failing" }
  | { readonly code: "sandbox_port_taken"; readonly port: number }
  | { readonly code: "socket_unsafe_folder"; readonly folder: string }
  | { readonly code: "socket_failing" }
  | { readonly code: "tool_unknown" }
  // what should not happen
  | { readonly code: "bad_request"; readonly field: string }
  | { readonly code: "sender_rejected" }
  | { readonly code: "internal" };

/** `cause` is for main's log: dropped at every process boundary, and never a place for a secret. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure; readonly cause?: unknown };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const failed = (failure: Failure, cause?: unknown): Result<never> =>
  cause === undefined ? { ok: false, failure } : { ok: false, failure, cause };

const MISBEHAVED: Record<
  Extract<Failure, { code: "provider_misbehaved" }>["what"],
  (detail: string) => string
> = {
  not_json: () => "a page instead of data",
  too_large: () => "far too much data",
  redirect: () => "a redirect where none is allowed",
  member: (detail) => `no usable "${detail}"`,
  status: (detail) => `status ${detail}`,
};

const minutes = (sec: number): string =>
  sec === 1 ? "a second" : sec < 90 ? `${String(sec)} seconds` : `${String(Math.ceil(sec / 60))} minutes`;

/** Total: a code without a sentence does not compile. */
const SENTENCES: { readonly [F in Failure as F["code"]]: (failure: F) => string } = {
  vault_locked: () => "The vault is locked. Unlock it to use your accounts.",
  vault_not_ready: () => "The vault is not open yet. Open the Tokenkeep window to see what it waits for.",
  vault_paused: () => "Tokenkeep is paused, so it hands out no tokens. Choose “Resume” to go on.",
  passphrase_wait: ({ waitSec }) =>
    `That was wrong several times. Try again in ${minutes(waitSec)}. Nothing was changed.`,
  passphrase_missing: () =>
    "There would be nothing left to open the vault with. Set a passphrase first, or keep the keychain.",
  alias_taken: ({ alias }) => `Another account is called “${alias}” already. Choose another name.`,
  passphrase_wrong: () => "That is not the passphrase of this vault. Nothing was changed; try again.",
  passphrase_too_short: ({ minLength }) =>
    `A passphrase needs at least ${String(minLength)} characters. A short sentence is easy to keep in mind.`,
  keychain_missing: () =>
    "No keychain was found on this computer. Without one, Tokenkeep needs a passphrase to seal your tokens. It will not keep them in the open.",
  keychain_stopped: ({ was }) =>
    `${was}, which seals your tokens, does not run in this session. Start it, or log in again, then choose “Try again”. Nothing was changed.`,
  keychain_locked: () =>
    "The keychain of your computer is locked. Unlock it, then choose “Try again”. Nothing was changed.",
  keychain_failing: () =>
    "The keychain of your computer does not answer. Nothing was changed; your sealed tokens are still there.",
  keychain_changed: ({ was, now }) =>
    `Your tokens were sealed by ${was}, but this session has ${now}. Start Tokenkeep in the session that has ${was}. Nothing was changed.`,
  envelope_unreadable: () =>
    "The key of the vault cannot be read with this keychain. It was left as it is: restore the keychain or the file, then start Tokenkeep again.",
  envelope_newer: ({ format }) =>
    `This vault was written by a newer Tokenkeep (format ${String(format)}). Update the app; nothing was changed.`,
  storage_failing: () =>
    "The change could not be written to disk. Nothing was lost, and refreshing waits until it can be. Free some space, then try again.",
  provider_unknown: ({ provider }) => `There is no provider named “${provider}” here.`,
  provider_unreachable: ({ provider }) =>
    `${provider} cannot be reached. All tokens are kept, and those still valid go on working. Check the network, then try again.`,
  provider_busy: ({ provider, status }) =>
    `${provider} answers with trouble of its own (${String(status)}). All tokens are kept. Try again in a while.`,
  provider_misbehaved: ({ provider, what, detail }) =>
    `${provider} sent ${MISBEHAVED[what](detail)}. Nothing was saved or lost. Try again; if it stays, report it.`,
  provider_changed: ({ provider }) =>
    `The addresses of ${provider} are not those this account signed in at, so its tokens were not sent there. Sign in again if you trust the new ones.`,
  client_missing: () => "The client registration of this account is gone. Sign in again with another one.",
  client_in_use: ({ accounts }) =>
    accounts === 1
      ? "One account still uses this registration. Remove that account first."
      : `${String(accounts)} accounts still use this registration. Remove them first.`,
  client_id_rejected: () =>
    "The provider does not know this client ID. Compare it with the developer console, then try again. Nothing was saved.",
  client_secret_rejected: () =>
    "The provider does not accept this client secret. Making a new one in the console ends the old one at once: enter the newest. Tokens are kept.",
  client_secret_missing: () =>
    "This client is confidential, so the provider asks for its secret. Enter the secret in the registration. Tokens are kept.",
  redirect_uri_rejected: ({ redirect_uri }) =>
    `The provider did not accept the redirect URI. Register exactly ${redirect_uri} in the developer console, then try again.`,
  authorization_denied: ({ error }) =>
    `The sign-in was declined (${error}). Nothing was saved; you can try again.`,
  authorization_unknown: () => "That sign-in is no longer open. Start it again; nothing was saved.",
  authorization_expired: () =>
    "That sign-in took longer than ten minutes and has ended. Start it again; nothing was saved.",
  authorization_cancelled: () =>
    "The sign-in window was closed before it was finished. Nothing was saved; you can try again.",
  authorization_not_offered: ({ provider }) => `${provider} does not offer this way to sign in.`,
  authorization_page_failed: ({ provider }) =>
    `The sign-in page of ${provider} could not be opened. Check the network, then try again. Nothing was saved.`,
  state_rejected: () =>
    "An answer came that does not belong to this sign-in, so it was refused. Nothing was saved; start again.",
  code_rejected: () =>
    "The provider no longer accepted the answer of this sign-in. Nothing was saved; start again.",
  identity_mismatch: () =>
    "The token belongs to another client or person than expected, so it is not used. Sign in again.",
  access_token_rejected: ({ provider }) =>
    `${provider} says that this token is no longer valid. Sign in again.`,
  account_unknown: () => "That account is not in the vault.",
  needs_sign_in: ({ account }) => `${account} has to sign in again before it can be used.`,
  moved_here: ({ account }) =>
    `${account} came from another computer without its tokens, because only one computer may use them. Sign in here.`,
  refresh_token_rejected: ({ account }) =>
    `The provider refused to renew the token of ${account}. That happens after a changed password, a disconnect, or when another program used its refresh token. Sign in again.`,
  refresh_token_missing: ({ account }) =>
    `The token of ${account} cannot renew itself. Sign in again when it ends.`,
  refresh_budget: ({ account, waitSec }) =>
    `${account} was renewed so often that the provider would soon end its older tokens. Its current one works; the next renewal is possible in ${minutes(waitSec)}.`,
  refresh_ambiguous: ({ account }) =>
    `The connection broke while the token of ${account} was renewed. It works until it ends; then sign in again.`,
  token_revoked: ({ account }) => `The token of ${account} was revoked. Sign in again to use this account.`,
  bulk_running: () => "Something else is being done to many accounts. Wait for it, or end it first.",
  undo_gone: () => "It cannot be brought back any more. Nothing was changed.",
  settings_failing: () =>
    "The settings could not be written to disk. They are as before; free some space, then try again.",
  export_failing: () => "The file could not be written. Choose another folder, then try again.",
  import_unreadable: () =>
    "That file is not an export of Tokenkeep, or it is damaged. Nothing was changed; make a new export if you can.",
  import_newer: ({ format }) =>
    `That export was written by a newer Tokenkeep (format ${String(format)}). Update the app here first; nothing was changed.`,
  import_passphrase_wrong: () => "That is not the passphrase of this export. Nothing was changed; try again.",
  clipboard_failing: () =>
    "The clipboard did not take the token. Bring the Tokenkeep window to the front and copy again.",
  sandbox_failing: () => "The sandbox did not start. Try again; if it stays, the log says why.",
  sandbox_port_taken: ({ port }) =>
    `The sandbox needs port ${String(port)}, and another program has it. Close that program, then try again.`,
  socket_unsafe_folder: ({ folder }) =>
    `Tools cannot connect: the folder ${folder} may be opened by others. Make it yours alone (mode 700), then restart.`,
  socket_failing: () =>
    "Tools cannot connect: the local socket did not open. Accounts and copying work; restart to try again.",
  tool_unknown: () => "That tool is not in the list any more.",
  bad_request: ({ field }) => `“${field}” is missing or not of the right form. Nothing was changed.`,
  sender_rejected: () => "That request did not come from Tokenkeep's own window.",
  internal: () => "Something went wrong inside Tokenkeep. Nothing was lost; the log says more.",
};

/** What happened and what to do next, in words. Pure and total. */
export const sentence = <F extends Failure>(failure: F): string =>
  (SENTENCES[failure.code] as (f: F) => string)(failure);
