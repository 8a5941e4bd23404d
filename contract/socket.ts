/**
 * The messages of the local socket, protocol `tokenkeep/1`: one JSON object per line, in UTF-8, JSON-RPC 2.0 after the
 * greeting. docs/socket-protocol.md is the normative text. Server, CLI and tests use these types and schemas.
 */
import * as v from "valibot";

export const PROTOCOL = 1;
/** Octets of a line, without its line feed. A longer line ends the connection with `protocol_error`. */
export const MAX_LINE_BYTES = 64 * 1024;
export const MAX_CONNECTIONS = 1024;
export const MAX_NAME = 40;
export const MAX_REASON = 120;

/** 32 random bytes, base64url without padding. */
const bytes32 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));
const uuid = v.pipe(v.string(), v.uuid());

/** The first line of every connection; the server sends it. */
export const greeting = v.object({ tokenkeep: v.literal(PROTOCOL), challenge: bytes32 });
export type Greeting = v.InferOutput<typeof greeting>;

const requestId = v.union([v.pipe(v.string(), v.maxLength(100)), v.pipe(v.number(), v.safeInteger())]);
export type RequestId = v.InferOutput<typeof requestId>;

/** Any request. `params` has a schema for each method. Unknown members are ignored. */
export const request = v.object({
  jsonrpc: v.literal("2.0"),
  id: requestId,
  method: v.pipe(v.string(), v.maxLength(100)),
  params: v.optional(v.unknown()),
});

/**
 * Cleans unverified text for display: removes control, format and bidirectional characters, limits combining marks to
 * two in a row, and joins white space. The result may be empty.
 */
export const plainText = (text: string): string =>
  text
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(/[\p{Cf}\p{Cs}\p{Co}]/gu, "")
    .replace(/(\p{M}{2})\p{M}+/gu, "$1")
    .replace(/ +/g, " ")
    .trim();

const shortText = (max: number) => v.pipe(v.string(), v.maxLength(max));
/** Text for display. `max` counts the UTF-16 units of the cleaned text. */
const shownText = (max: number) =>
  v.pipe(v.string(), v.maxLength(1000), v.transform(plainText), v.maxLength(max));
/** RFC 6749 §3.3: `scope-token`. */
const scope = v.pipe(v.string(), v.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/));
const scopes = v.pipe(v.array(scope), v.maxLength(120));
const nothing = v.optional(v.object({}));
/** `provider:user_id`, a login, or an alias. */
const account = shortText(200);

/** The lifetime of a grant: this connection; until the vault locks or the app ends; until the user removes it. */
export const lifetime = v.picklist(["once", "lock", "always"]);
export type Lifetime = v.InferOutput<typeof lifetime>;

/** The parameters of each method. */
export const params = {
  /** The first request of a connection whose tool has a key. */
  auth: v.object({ client: uuid, nonce: bytes32, proof: bytes32 }),
  /** The first request of a connection whose tool has no key yet. */
  "pair.request": v.object({
    name: v.pipe(shownText(MAX_NAME), v.minLength(1)),
    developer: v.optional(shownText(MAX_NAME), ""),
    /** The purpose of the tokens, for display. */
    reason: v.optional(shownText(MAX_REASON), ""),
    /** The accounts that the tool prefers; the user chooses. */
    accounts: v.optional(v.pipe(v.array(account), v.maxLength(20)), []),
    /** The scopes that the tool's tokens must have. */
    scopes: v.optional(scopes, []),
    /** The lifetime that the tool prefers; the user chooses. */
    lifetime: v.optional(lifetime),
  }),
  "accounts.list": nothing,
  "token.get": v.optional(
    v.object({
      /** Optional when the grant has one account. */
      account: v.optional(account),
      /** The token must have all of these scopes. */
      scopes: v.optional(scopes),
      /** The token must be valid for at least this many more seconds. */
      min_valid: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(86_400))),
      /** The purpose of the token, for display. */
      reason: v.optional(shownText(MAX_REASON)),
    }),
  ),
  /** Asks whether a token is still valid, after a resource server has refused it or before it is used. */
  "token.reportInvalid": v.object({ token_id: shortText(100) }),
  /** Subscribes this connection to notifications. */
  "token.watch": nothing,
  /** Ends the grant and the connection. */
  "grant.revokeSelf": nothing,
  /** Shows Tokenkeep's window with the requested screen; only the user can act there. */
  "ui.request": v.object({
    action: v.picklist(["open", "add", "remove", "export"]),
    account: v.optional(account),
    scopes: v.optional(scopes),
  }),
};
export type Method = keyof typeof params;
export type Params<M extends Method> = v.InferOutput<(typeof params)[M]>;

/** Epoch seconds; null: unknown. */
const instant = v.nullable(v.number());
const socketAccount = v.object({
  account: v.string(),
  provider: v.string(),
  user_id: v.string(),
  login: v.string(),
  display_name: v.string(),
  status: v.string(),
  /** The account's sign-ins. */
  sign_ins: v.array(
    v.object({
      client_id: v.string(),
      scopes: v.array(v.string()),
      status: v.string(),
      /** A temporary problem: `unreachable`, `offline`, `storage_failing` or `record_changed`; null: none. */
      condition: v.nullable(v.string()),
      /** The user's name for the sign-in; `token.get` accepts it as `account`. */
      alias: v.nullable(v.string()),
      /** Null: the provider gave no expiry. */
      expires_at: instant,
      validated_at: instant,
    }),
  ),
});
const token = v.object({
  access_token: v.string(),
  /** Identifies the token in later messages, which do not repeat the token itself. */
  token_id: v.string(),
  client_id: v.string(),
  user_id: v.string(),
  login: v.string(),
  scopes: v.array(v.string()),
  expires_at: instant,
  validated_at: instant,
});
const done = v.object({});

/** The result of each method. A client validates results with these schemas. */
export const results = {
  /** The server's proof. A client verifies it before it uses any other message. */
  auth: v.object({ proof: bytes32 }),
  "pair.request": v.object({
    /** Absent with lifetime `once`: the grant then ends with this connection. */
    client: v.optional(uuid),
    key: v.optional(bytes32),
    lifetime,
    /** The allowed accounts, as `provider:user_id`. */
    accounts: v.array(v.string()),
    /** The scopes that a token for this tool may have at most. */
    scopes: v.array(v.string()),
  }),
  "accounts.list": v.object({ accounts: v.array(socketAccount) }),
  "token.get": token,
  /** False: the tool requests another token. True: the token is valid, so the refusal had another cause. */
  "token.reportInvalid": v.object({ valid: v.boolean() }),
  "token.watch": done,
  "grant.revokeSelf": done,
  /** False: streamer mode is on, so the window shows the request after it. */
  "ui.request": v.object({ shown: v.boolean() }),
} as const satisfies Record<Method, v.GenericSchema>;
type Frozen<T> = T extends readonly (infer E)[]
  ? readonly Frozen<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;
export type ResultOf<M extends Method> = Frozen<v.InferOutput<(typeof results)[M]>>;
export type SocketAccount = Frozen<v.InferOutput<typeof socketAccount>>;
export type TokenGetResult = ResultOf<"token.get">;

/** The server's notifications: objects without `id`. A client ignores unknown notifications. */
export const notifications = {
  /** To the pairing connection: the number that the user compares with the number in Tokenkeep's window. */
  "pair.code": v.object({ code: v.pipe(v.string(), v.regex(/^\d{6}$/)) }),
  /** To subscribed connections: a sign-in has a new token. */
  "token.changed": v.object({
    account: v.string(),
    token_id: v.string(),
    client_id: v.string(),
    scopes: v.array(v.string()),
    expires_at: instant,
  }),
  /** To subscribed connections: tools no longer get this token, and no other token replaces it. */
  "token.revoked": v.object({ account: v.string(), token_id: v.string() }),
  /** To subscribed connections, like `vault.unlocked`. */
  "vault.locked": done,
  "vault.unlocked": done,
  /** To every connection of the grant, as its last line. */
  "grant.revoked": done,
} as const satisfies Record<string, v.GenericSchema>;
export type Notification = keyof typeof notifications;
export type NotificationParams<N extends Notification> = Frozen<v.InferOutput<(typeof notifications)[N]>>;

/** Error codes and their JSON-RPC numbers. The codes are stable: a client switches on `error.data.code`. */
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
  too_slow: -32010,
} as const;
export type SocketErrorCode = keyof typeof SOCKET_ERRORS;
export const socketError = v.object({
  code: v.number(),
  /** A sentence for the tool's log. */
  message: v.string(),
  /** A client must be ready for unknown codes. */
  data: v.object({
    code: v.string(),
    /** Seconds to wait before the next attempt; absent: unknown. */
    retry_after: v.optional(v.number()),
  }),
});
export type SocketError = v.InferOutput<typeof socketError>;
