/** The error codes of the server (docs/socket-protocol.md §5). */
export type ServerCode =
  | "protocol_error"
  | "method_unknown"
  | "params_invalid"
  | "internal"
  | "auth_failed"
  | "vault_locked"
  | "pairing_pending"
  | "grant_denied"
  | "account_unknown"
  | "scope_missing"
  | "needs_sign_in"
  | "provider_unreachable"
  | "rate_limited"
  | "too_slow";
/** The error codes of the client itself. */
export type ClientCode =
  /** Nothing listens: Tokenkeep is not running. */
  | "not_running"
  /** The program at the endpoint cannot prove that it is Tokenkeep. Nothing that it sent was used. */
  | "not_tokenkeep"
  /** The connection ended before the answer. */
  | "disconnected"
  | "timeout"
  /** There is no key, and no pairing was asked for. */
  | "not_paired"
  /** The file of the key can be read by others, or is not what we wrote. */
  | "store_unsafe"
  /** The token belongs to another client registration than the ones before. */
  | "client_changed";

/** `code` is stable: switch on it, and expect codes that are not named here. The message is for people. */
export class TokenkeepError extends Error {
  override readonly name = "TokenkeepError";
  readonly code: ServerCode | ClientCode | (string & {});
  /** When the server expects that a retry can succeed; absent: unknown. */
  readonly retryAfterSec: number | undefined;
  constructor(code: TokenkeepError["code"], message: string, more: { readonly retryAfterSec?: number } = {}) {
    super(message);
    this.code = code;
    this.retryAfterSec = more.retryAfterSec;
  }
}

/** Whether the connection failed, and another one may not. */
export const isLost = (error: unknown): error is TokenkeepError =>
  error instanceof TokenkeepError &&
  ["not_running", "disconnected", "timeout", "too_slow"].includes(error.code);
