import type { FieldFault, ProviderField } from "./provider.ts";

/**
 * Every failure, as plain data with a stable code. text/sentence.ts makes the sentence for each, in every language.
 *
 * No failure carries a secret, an authorization code, a token or a URL with a query, so failures may be logged and
 * shown.
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
  // the profile, and the processes that use it
  | {
      readonly code: "profile_unusable";
      readonly folder: string;
      readonly why: ProfileFault;
      readonly detail: string;
    }
  | {
      readonly code: "profile_elsewhere";
      readonly folder: string;
      readonly host: string;
      readonly pid: number;
    }
  | { readonly code: "profile_silent"; readonly folder: string }
  | { readonly code: "profile_unlocked" }
  /** Another process has changed an account's file since this process read or wrote it. */
  | { readonly code: "record_changed" }
  // the provider's answers
  | { readonly code: "provider_unknown"; readonly provider: string }
  | { readonly code: "provider_unreachable"; readonly provider: string }
  | { readonly code: "provider_busy"; readonly provider: string; readonly status: number }
  /** A proxy on the way to the provider failed, so the provider got no request. */
  | { readonly code: "proxy_failing"; readonly provider: string }
  | { readonly code: "proxy_authentication"; readonly provider: string }
  | { readonly code: "proxy_login_gone" }
  | {
      readonly code: "provider_misbehaved";
      readonly provider: string;
      /** The fault of the answer; never the answer itself. */
      readonly what: "not_json" | "too_large" | "redirect" | "member" | "status";
      /** The member or the status at fault. */
      readonly detail: string;
    }
  /** The answer has an error status and not the provider's form, so it probably comes from another server. */
  | { readonly code: "answer_unrecognized"; readonly provider: string; readonly status: number }
  /** An unknown error in the provider's form. */
  | { readonly code: "provider_refused"; readonly provider: string; readonly status: number }
  /** The answer holds both tokens and an error; `error` is cleaned for display. */
  | { readonly code: "provider_error"; readonly provider: string; readonly error: string }
  | { readonly code: "provider_changed"; readonly provider: string }
  // a custom provider
  /** The field of the form that has a fault, and the fault. */
  | { readonly code: "provider_field"; readonly field: ProviderField; readonly why: FieldFault }
  | { readonly code: "provider_file_unreadable" }
  | { readonly code: "discovery_none"; readonly provider: string }
  | { readonly code: "discovery_issuer"; readonly issuer: string; readonly said: string }
  // the client registration
  | { readonly code: "client_missing" }
  | { readonly code: "client_in_use"; readonly accounts: number }
  | { readonly code: "client_id_rejected" }
  | { readonly code: "client_secret_rejected" }
  | { readonly code: "client_secret_missing" }
  | { readonly code: "client_public" }
  | { readonly code: "redirect_uri_rejected"; readonly redirect_uri: string }
  // a pending authorization
  | { readonly code: "authorization_denied"; readonly error: string } // RFC 6749 §4.1.2.1
  | { readonly code: "authorization_unknown" }
  | { readonly code: "authorization_expired" }
  | { readonly code: "authorization_cancelled" }
  | { readonly code: "authorization_not_offered"; readonly provider: string }
  | { readonly code: "authorization_page_failed"; readonly provider: string }
  | { readonly code: "device_code_ended" }
  /**
   * The verification page of a device code is at a host (`detail`) that is not the provider's; the user has to allow
   * it.
   */
  | { readonly code: "page_elsewhere"; readonly provider: string; readonly detail: string }
  | { readonly code: "browser_failing" }
  | { readonly code: "loopback_ports_taken"; readonly ports: string }
  /** The operating system reserves these ports, so no program may listen on them. */
  | { readonly code: "loopback_ports_reserved"; readonly ports: string }
  | { readonly code: "state_rejected" }
  | { readonly code: "code_rejected" }
  /** The response does not fit the flow: for example, it holds a token in place of a code. */
  | { readonly code: "answer_mismatched" }
  | { readonly code: "id_token_rejected"; readonly provider: string; readonly why: IdTokenFault }
  | { readonly code: "identity_mismatch" }
  | { readonly code: "access_token_rejected"; readonly provider: string }
  // an account
  | { readonly code: "account_unknown" }
  | { readonly code: "needs_sign_in"; readonly account: string }
  | { readonly code: "moved_here"; readonly account: string }
  | { readonly code: "refresh_token_rejected"; readonly account: string }
  | { readonly code: "refresh_token_missing"; readonly account: string }
  | { readonly code: "id_token_missing"; readonly account: string }
  | { readonly code: "refresh_budget"; readonly account: string; readonly waitSec: number }
  /**
   * `lost`: no answer came. `unusable`: the answer does not tell whether the server acted. `interrupted`: the app ended
   * before the answer, or the cause was not recorded.
   */
  | {
      readonly code: "refresh_ambiguous";
      readonly account: string;
      readonly why: "lost" | "unusable" | "interrupted";
    }
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
  | { readonly code: "import_empty" }
  | { readonly code: "import_too_large"; readonly limitMiB: number }
  /** Why the chosen file could not be read. */
  | { readonly code: "import_file"; readonly why: "denied" | "folder" | "gone" | "failing" }
  | { readonly code: "import_rejected"; readonly provider: string }
  | { readonly code: "import_withheld" }
  | { readonly code: "clipboard_unreadable" }
  | { readonly code: "import_own_client"; readonly provider: string }
  | { readonly code: "import_no_login"; readonly provider: string }
  | { readonly code: "import_gone" }
  | { readonly code: "import_client_mismatch" }
  | { readonly code: "sandbox_failing" }
  | { readonly code: "sandbox_port_taken"; readonly port: number }
  | { readonly code: "socket_unsafe_folder"; readonly folder: string }
  | { readonly code: "socket_failing" }
  | { readonly code: "tool_unknown" }
  | { readonly code: "pairing_gone" }
  // errors in the program, and requests that the window never sends
  | { readonly code: "bad_request"; readonly field: string }
  | { readonly code: "sender_rejected" }
  | { readonly code: "internal" };

/** Why the profile's folder or its lock file cannot be created or written. */
export type ProfileFault = "read_only" | "full" | "no_permission" | "not_a_folder" | "not_a_file" | "unknown";

/** The check that an ID token failed (OpenID Connect Core §3.1.3.7). */
export type IdTokenFault =
  | "malformed"
  | "algorithm"
  | "signature"
  | "issuer"
  | "audience"
  | "expired"
  | "nonce"
  | "at_hash"
  | "subject";

/**
 * A value or a failure. `cause` is for the log of the main process: it crosses no process boundary and holds no secret.
 */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure; readonly cause?: unknown };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const failed = (failure: Failure, cause?: unknown): Result<never> =>
  cause === undefined ? { ok: false, failure } : { ok: false, failure, cause };
