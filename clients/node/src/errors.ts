/** Error codes of the server (docs/socket-protocol.md §5). */
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
/** Error codes of this client. */
export type ClientCode =
  /** Tokenkeep is not running: no process listens on the endpoint. */
  | "not_running"
  /** The server cannot prove that it is Tokenkeep. The client has used none of its messages. */
  | "not_tokenkeep"
  /** The connection ended before the answer. */
  | "disconnected"
  | "timeout"
  /** There is no key, and the caller did not request a pairing. */
  | "not_paired"
  /** Other users can read the key's file, or the file does not hold a key. */
  | "store_unsafe"
  /** The token belongs to another client registration than the earlier tokens. */
  | "client_changed";

/** A failed request. Switch on `code`, which is stable, and be ready for unknown codes. The message is for people. */
export class TokenkeepError extends Error {
  override readonly name = "TokenkeepError";
  readonly code: ServerCode | ClientCode | (string & {});
  /** Seconds to wait before the next attempt; undefined: unknown. */
  readonly retryAfterSec: number | undefined;
  constructor(code: TokenkeepError["code"], message: string, more: { readonly retryAfterSec?: number } = {}) {
    super(message);
    this.code = code;
    this.retryAfterSec = more.retryAfterSec;
  }
}

/** Whether the connection failed, so that a new connection may succeed. */
export const isLost = (error: unknown): error is TokenkeepError =>
  error instanceof TokenkeepError &&
  ["not_running", "disconnected", "timeout", "too_slow"].includes(error.code);
