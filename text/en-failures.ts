import type { Failure, ProfileFault } from "../contract/failure.ts";
import type { FieldFault } from "../contract/provider.ts";

type What = Extract<Failure, { code: "provider_misbehaved" }>["what"];
/** The keys of the sentences. Every failure code has a sentence; some codes have one for each number or each cause. */
type FailureKey =
  | Exclude<
      Failure["code"],
      | "client_in_use"
      | "provider_misbehaved"
      | "provider_field"
      | "refresh_ambiguous"
      | "profile_unusable"
      | "import_file"
    >
  | `refresh_ambiguous_${Extract<Failure, { code: "refresh_ambiguous" }>["why"]}`
  | `provider_field_${FieldFault}`
  | `profile_unusable_${ProfileFault}`
  | `import_file_${Extract<Failure, { code: "import_file" }>["why"]}`
  | `client_in_use_${"one" | "other"}`
  | `provider_misbehaved_${What}`;

/**
 * English sentences for failures. A sentence states what happened and what the user can do. Placeholders are members of
 * the failure; `wait` is `waitSec` as text.
 */
export const enFailures = {
  vault_locked: "The vault is locked. Unlock it to use your accounts.",
  vault_not_ready: "The vault is not open yet. Open the Tokenkeep window to see what it waits for.",
  vault_paused: "Tokenkeep is paused, so it hands out no tokens. Choose “Resume” to go on.",
  passphrase_wait: "That was wrong several times. Try again in {{wait}}. Nothing was changed.",
  passphrase_missing:
    "There would be nothing left to open the vault with. Set a passphrase first, or keep the keychain.",
  alias_taken: "Another account is called “{{alias}}” already. Choose another name.",
  passphrase_wrong: "That is not the passphrase of this vault. Nothing was changed; try again.",
  passphrase_too_short:
    "A passphrase needs at least {{minLength}} characters. A short sentence is easy to keep in mind.",
  keychain_missing:
    "No keychain answers in this session: neither GNOME Keyring, KWallet nor another Secret Service. Turn one on and start Tokenkeep again, or seal your tokens with a passphrase. They are never kept in the open.",
  keychain_stopped:
    "{{was}}, which seals your tokens, isn't available in this session. Start it, open its database, or turn it on in your system's settings, then choose “Try again”. Nothing was changed.",
  keychain_locked:
    "The keychain of your computer is locked. Unlock it, then choose “Try again”. Nothing was changed.",
  keychain_failing:
    "The keychain of your computer does not answer. Nothing was changed, and nothing is lost.",
  keychain_changed:
    "Your tokens were sealed by {{was}}, but this session has {{now}}. Start Tokenkeep in the session that has {{was}}. Nothing was changed.",
  envelope_unreadable:
    "The key of the vault cannot be read with this keychain. It was left as it is: restore the keychain or the file, then start Tokenkeep again.",
  envelope_newer:
    "This vault was written by a newer Tokenkeep (format {{format}}). Update the app; nothing was changed.",
  storage_failing:
    "The change could not be written to disk. Nothing was lost, and refreshing waits until it can be. Free some space, then try again.",
  profile_unusable_read_only:
    "Tokenkeep can't start: its folder {{folder}} is read-only. Make it writable, then start Tokenkeep again.",
  profile_unusable_full:
    "Tokenkeep can't start: the disk with its folder {{folder}} is full. Free up space, then start Tokenkeep again.",
  profile_unusable_no_permission:
    "Tokenkeep can't start: you don't have permission to write to its folder {{folder}}. Correct its owner or permissions, then start Tokenkeep again.",
  profile_unusable_not_a_folder:
    "Tokenkeep can't start: a file is in the way of its folder {{folder}}. Move that file, then start Tokenkeep again.",
  profile_unusable_not_a_file:
    "Tokenkeep can't start: “start.lock” in its folder {{folder}} is not a regular file. Move it, then start Tokenkeep again.",
  profile_unusable_unknown:
    "Tokenkeep can't start: its folder {{folder}} can't be used ({{detail}}). Check the disk, then start Tokenkeep again.",
  profile_elsewhere:
    "Tokenkeep on {{host}} uses the folder {{folder}} (process {{pid}}). Quit it there, then start Tokenkeep here again.",
  profile_silent:
    "Tokenkeep is running with the folder {{folder}}, but it isn't responding. Wait a moment; if this continues, end its process.",
  profile_unlocked:
    "Its refresh token works once, and Tokenkeep can't rule out that another Tokenkeep uses it too. Nothing was sent. Choose “Refresh without a lock” if this is the only one.",
  record_changed:
    "Another computer or program changed this account in this profile, so Tokenkeep does not refresh it here. Quit Tokenkeep on the other computer, then restart it here. The current token works until it expires.",
  provider_unknown: "There is no provider named “{{provider}}” here.",
  provider_unreachable:
    "{{provider}} cannot be reached. All tokens are kept, and those still valid go on working. Check the network, then try again.",
  proxy_failing:
    "The proxy of this computer does not let Tokenkeep through to {{provider}}. Nothing was sent, and all tokens are kept. Check the proxy in the system's network settings, then try again.",
  proxy_authentication:
    "The proxy of this computer asks for a name and a password before it lets anything through to {{provider}}. Nothing was sent. Enter them when Tokenkeep asks, then try again.",
  proxy_login_gone: "The proxy does not wait for an answer any more. Try again; Tokenkeep asks anew.",
  page_elsewhere:
    "The page for this code is at {{detail}}, which is not an address of {{provider}}. Open it only if you trust it.",
  loopback_ports_reserved:
    "The browser's answer would come to port {{ports}} of this computer, and the system lets no program use them. Free them in the system's reserved ports (excluded port ranges), then try again.",
  provider_busy:
    "{{provider}} answers with trouble of its own ({{status}}). All tokens are kept. Try again in a while.",
  provider_misbehaved_not_json:
    "A web page came instead of {{provider}}'s answer, so a proxy or a Wi-Fi login page may be in between. Your saved tokens are kept. Open any website to check your connection, then try again.",
  provider_misbehaved_too_large:
    "{{provider}} sent far more data than an answer has. Your saved tokens are kept. Try again; if this continues, report it.",
  provider_misbehaved_redirect:
    "{{provider}} sent a redirect where none is allowed. Your saved tokens are kept. Try again; if this continues, report it.",
  provider_misbehaved_member:
    "{{provider}} sent no usable “{{detail}}”. Your saved tokens are kept. Try again; if this continues, report it.",
  provider_misbehaved_status:
    "{{provider}} sent the unexpected status {{detail}}. Your saved tokens are kept. Try again; if this continues, report it.",
  answer_unrecognized:
    "The answer ({{status}}) is not one that {{provider}} gives. A proxy, a firewall or a Wi-Fi login page may be in between. Your saved tokens are kept. Open any website to check your connection, then try again.",
  provider_refused:
    "{{provider}} refused the request ({{status}}) for a reason that Tokenkeep does not know. Your saved tokens are kept. Check the scopes and the client registration, then try again.",
  provider_error:
    "{{provider}} sent a token together with the message “{{error}}”. Tokenkeep kept the token and checks it with {{provider}}.",
  provider_changed:
    "The addresses of {{provider}} are not those this account signed in at, so its tokens were not sent there. Sign in again if you trust the new ones.",
  provider_field_missing:
    "“{{field}}” is empty, and Tokenkeep cannot do without it. Enter it, then save again.",
  provider_field_id:
    "“{{field}}” needs 2 to 31 small letters, digits or hyphens, with a letter first; in a file it is the file's name. Change it, then save again.",
  provider_field_reserved: "That “{{field}}” belongs to a built-in provider. Choose another one.",
  provider_field_taken:
    "Another provider has that “{{field}}” already. Choose another one, or change that provider.",
  provider_field_address:
    "“{{field}}” is not a whole address, or has a part that none may have. Enter it as https://…, without a name, a password or a # in it.",
  provider_field_plain:
    "“{{field}}” is not encrypted. Plain http is for tests on this computer alone, at 127.0.0.1 or [::1]; use https.",
  provider_field_scope:
    "“{{field}}” has something in it that cannot be a scope. Separate scopes by single spaces, without quotes.",
  provider_file_unreadable:
    "That file is not a description of a provider. Mend or remove it, then start Tokenkeep again.",
  discovery_none:
    "{{provider}} says nothing of itself at the usual addresses. Compare the issuer, or enter the addresses by hand.",
  discovery_issuer:
    "The server calls itself “{{said}}”, and not “{{issuer}}”. Enter its own name to the letter, if you trust it.",
  client_missing: "The client registration of this account is gone. Sign in again with another one.",
  client_in_use_one: "One account still uses this registration. Remove that account first.",
  client_in_use_other: "{{count}} accounts still use this registration. Remove them first.",
  client_id_rejected:
    "The provider does not know this client ID. Compare it with the developer console, then try again. Nothing was saved.",
  client_secret_rejected:
    "The provider does not accept this client secret. Making a new one in the console ends the old one at once: enter the newest. Tokens are kept.",
  client_secret_missing:
    "This client is confidential, so the provider asks for its secret. Enter the secret in the registration. Tokens are kept.",
  client_public:
    "This client is public, so it has no secret and gets nothing for this way to sign in. Sign in with a code on a device, or register a confidential client.",
  redirect_uri_rejected:
    "The provider did not accept the redirect URI. Register exactly {{redirect_uri}} in the developer console, then try again.",
  authorization_denied: "The sign-in was declined ({{error}}). Nothing was saved; you can try again.",
  authorization_unknown: "That sign-in is no longer open. Start it again; nothing was saved.",
  authorization_expired:
    "That sign-in took longer than ten minutes and has ended. Start it again; nothing was saved.",
  authorization_cancelled:
    "The sign-in window was closed before it was finished. Nothing was saved; you can try again.",
  authorization_not_offered: "{{provider}} does not offer this way to sign in.",
  authorization_page_failed:
    "The sign-in page of {{provider}} could not be opened. Check the network, then try again. Nothing was saved.",
  device_code_ended: "This code has ended. Start again to get a new one; nothing was saved.",
  browser_failing: "No browser opened. Copy the link, and open it in any browser.",
  loopback_ports_taken:
    "The browser's answer would come to port {{ports}} of this computer, and all of them are in use. Finish or cancel another sign-in, or close the program that uses them, then try again.",
  state_rejected:
    "An answer came that does not belong to this sign-in, so it was refused. Nothing was saved; start again.",
  code_rejected:
    "The provider no longer accepted the answer of this sign-in. Nothing was saved; start again.",
  answer_mismatched:
    "Another kind of answer came than was asked for, so it was refused. Nothing was saved; start again, and check the provider's settings if it stays.",
  id_token_rejected:
    "The ID token of {{provider}} did not pass its check ({{why}}), so nothing of this sign-in is used or saved. Start again; if it stays, tell the provider.",
  identity_mismatch:
    "The token belongs to another client or person than expected, so it is not used. Sign in again.",
  access_token_rejected: "{{provider}} says that this token is no longer valid. Sign in again.",
  account_unknown: "That account is not in the vault.",
  needs_sign_in: "{{account}} has to sign in again before it can be used.",
  moved_here:
    "{{account}} came from another computer without its tokens, because only one computer may use them. Sign in here.",
  refresh_token_rejected:
    "The provider refused to renew the token of {{account}}. That happens after a changed password, a disconnect, or when another program used its refresh token. Sign in again.",
  refresh_token_missing: "The token of {{account}} cannot renew itself. Sign in again when it ends.",
  id_token_missing: "{{account}} has no ID token. Sign in again by a way with OpenID Connect to get one.",
  refresh_budget:
    "{{account}} was renewed so often that the provider would soon end its older tokens. Its current one works; the next renewal is possible in {{wait}}.",
  refresh_ambiguous_lost:
    "The connection broke before the refreshed token of {{account}} arrived, and a refresh token works only once. The current token works until it expires; then sign in again.",
  refresh_ambiguous_unusable:
    "The answer to a refresh of {{account}} could not be used, and a refresh token works only once. The current token works until it expires; then sign in again.",
  refresh_ambiguous_interrupted:
    "A refresh of {{account}} was not completed, and a refresh token works only once. The current token works until it expires; then sign in again.",
  token_revoked: "The token of {{account}} was revoked. Sign in again to use this account.",
  bulk_running: "Something else is being done to many accounts. Wait for it, or end it first.",
  undo_gone: "It cannot be brought back any more. Nothing was changed.",
  settings_failing:
    "The settings could not be written to disk. They are as before; free some space, then try again.",
  export_failing: "The file could not be written. Choose another folder, then try again.",
  import_unreadable:
    "That file is not an export of Tokenkeep, or it is damaged. Nothing was changed; make a new export if you can.",
  import_newer:
    "That export was written by a newer Tokenkeep (format {{format}}). Update the app here first; nothing was changed.",
  import_passphrase_wrong: "That is not the passphrase of this export. Nothing was changed; try again.",
  import_empty:
    "No token found. Copy the token itself, or choose the file where the other tool keeps it. Nothing was sent.",
  import_too_large:
    "This is larger than {{limitMiB}} MiB, so it wasn't read. Copy the part with the token, then paste that.",
  import_file_denied:
    "You don't have permission to read this file. Change its permissions, or copy the token and paste it.",
  import_file_folder: "This is a folder. Choose the file inside it where the tool keeps its tokens.",
  import_file_gone: "This file no longer exists. Choose another one.",
  import_file_failing: "This file couldn't be read. Copy the token and paste it instead.",
  import_rejected:
    "{{provider}} doesn't accept this token: it's expired, revoked, or not a {{provider}} token. Get a new one in the other tool.",
  import_withheld:
    "This is a client ID, a client secret or a refresh token that Tokenkeep knows. It wasn't sent.",
  import_own_client:
    "This is a session of {{provider}}'s own site or app. It can do everything its owner can, and is not for other programs: sign in here instead.",
  import_no_login:
    "{{provider}} names no person for this token: it belongs to a client. Get one from the registration instead.",
  import_gone: "These tokens were already saved or discarded, or 10 minutes have passed. Read them again.",
  import_client_mismatch:
    "That registration does not fit the token. Choose the one with the client that the token was given to.",
  clipboard_unreadable: "The clipboard couldn't be read. Copy the token again, or choose a file.",
  clipboard_failing:
    "The clipboard did not take the token. Bring the Tokenkeep window to the front and copy again.",
  sandbox_failing: "The sandbox did not start. Try again; if it stays, the log says why.",
  sandbox_port_taken:
    "The sandbox needs port {{port}}, and another program has it. Close that program, then try again.",
  socket_unsafe_folder:
    "Tools cannot connect: the folder {{folder}} may be opened by others. Make it yours alone (mode 700); Tokenkeep tries again every minute.",
  socket_failing:
    "Tools cannot connect: the local socket did not open. Accounts and copying work. Tokenkeep keeps trying; the log says why it fails.",
  pairing_gone: "The tool does not wait any more: it withdrew, or was answered.",
  tool_unknown: "That tool is not in the list any more.",
  bad_request: "“{{field}}” is missing or not of the right form. Nothing was changed.",
  sender_rejected: "That request did not come from Tokenkeep's own window.",
  internal: "Something went wrong inside Tokenkeep. Nothing was lost; the log says more.",
} as const satisfies Readonly<Record<FailureKey, string>>;
