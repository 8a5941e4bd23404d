/**
 * `tokenkeep/1`: what crosses the local socket. One JSON object a line, UTF-8, JSON-RPC 2.0 after the greeting.
 * Normative text: docs/socket-protocol.md.
 */
import * as v from "valibot";

export const PROTOCOL = 1;
/** A longer line ends the connection with `protocol_error`. In octets, the line feed not counted. */
export const MAX_LINE_BYTES = 64 * 1024;
export const MAX_CONNECTIONS = 1024;

/** 32 random bytes, base64url without padding. */
const bytes32 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));

/** First line of every connection, from the server. */
export const greeting = v.object({ tokenkeep: v.literal(PROTOCOL), challenge: bytes32 });
export type Greeting = v.InferOutput<typeof greeting>;

const requestId = v.union([v.pipe(v.string(), v.maxLength(100)), v.pipe(v.number(), v.safeInteger())]);
export type RequestId = v.InferOutput<typeof requestId>;

/** Any request; its `params` are checked per method, below. Unknown members are ignored. */
export const request = v.object({
  jsonrpc: v.literal("2.0"),
  id: requestId,
  method: v.pipe(v.string(), v.maxLength(100)),
  params: v.optional(v.unknown()),
});

const shortText = (max: number) => v.pipe(v.string(), v.maxLength(max));
const scopes = v.pipe(v.array(shortText(100)), v.maxLength(120));

export const params = {
  /** Must be the first request of a connection. */
  auth: v.object({ client: v.pipe(v.string(), v.uuid()), nonce: bytes32, proof: bytes32 }),
  "accounts.list": v.optional(v.object({})),
  "token.get": v.optional(
    v.object({
      /** `provider:user_id`, a login, or an alias; may be left out when the grant has one account. */
      account: v.optional(shortText(200)),
      /** The token must carry all of these. */
      scopes: v.optional(scopes),
      /** Seconds that the token must still be valid for. */
      min_valid: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(86_400))),
      /** Shown in the activity list. */
      reason: v.optional(shortText(120)),
    }),
  ),
};
export type Method = keyof typeof params;
export type Params<M extends Method> = v.InferOutput<(typeof params)[M]>;

export interface AuthResult {
  /** The server's own proof; a client checks it before it uses anything else. */
  readonly proof: string;
}
export interface SocketAccount {
  readonly account: string;
  readonly provider: string;
  readonly user_id: string;
  readonly login: string;
  readonly display_name: string;
  readonly status: string;
  /** Per sign-in: scopes and end of its token. */
  readonly sign_ins: readonly {
    readonly client_id: string;
    readonly scopes: readonly string[];
    readonly status: string;
    /** What lies over the status for a while: `unreachable`, `offline`, `storage_failing`; null: nothing. */
    readonly condition: string | null;
    /** Epoch seconds; null: the provider told no end. */
    readonly expires_at: number | null;
    readonly validated_at: number | null;
  }[];
}
export interface AccountsListResult {
  readonly accounts: readonly SocketAccount[];
}
export interface TokenGetResult {
  readonly access_token: string;
  /** Names this token in later messages without repeating it. */
  readonly token_id: string;
  readonly client_id: string;
  readonly user_id: string;
  readonly login: string;
  readonly scopes: readonly string[];
  readonly expires_at: number | null;
  readonly validated_at: number | null;
}

/** Stable: a client switches on `error.data.code`. The JSON-RPC number only says which family. */
export const SOCKET_ERRORS = {
  protocol_error: -32600,
  method_unknown: -32601,
  params_invalid: -32602,
  internal: -32603,
  auth_failed: -32001,
  vault_locked: -32002,
  pairing_pending: -32003,
  grant_denied: -32004,
  account_unknown: -32005,
  scope_missing: -32006,
  needs_sign_in: -32007,
  provider_unreachable: -32008,
  rate_limited: -32009,
} as const;
export type SocketErrorCode = keyof typeof SOCKET_ERRORS;
export interface SocketError {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly code: SocketErrorCode };
}
