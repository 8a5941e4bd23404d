/**
 * `tokenkeep/1`: what crosses the local socket. One JSON object a line, UTF-8, JSON-RPC 2.0 after the greeting.
 * Normative text: docs/socket-protocol.md. Server, CLI and tests take types and checks from here.
 */
import * as v from "valibot";

export const PROTOCOL = 1;
/** A longer line ends the connection with `protocol_error`. In octets, the line feed not counted. */
export const MAX_LINE_BYTES = 64 * 1024;
export const MAX_CONNECTIONS = 1024;
export const MAX_NAME = 40;
export const MAX_REASON = 120;

/** 32 random bytes, base64url without padding. */
const bytes32 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));
const uuid = v.pipe(v.string(), v.uuid());

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

/**
 * Text of a stranger, made fit to be shown: no control, format or bidi characters, none that pile up, one space at a
 * time. What is left over may be empty.
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
/** Counted in UTF-16 units after it was made plain. */
const shownText = (max: number) =>
  v.pipe(v.string(), v.maxLength(1000), v.transform(plainText), v.maxLength(max));
/** RFC 6749 §3.3: `scope-token`. */
const scope = v.pipe(v.string(), v.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/));
const scopes = v.pipe(v.array(scope), v.maxLength(120));
const nothing = v.optional(v.object({}));
/** `provider:user_id`, a login, or an alias. */
const account = shortText(200);

/** How long a grant holds: this connection, until the vault locks or the app ends, until it is taken back. */
export const lifetime = v.picklist(["once", "lock", "always"]);
export type Lifetime = v.InferOutput<typeof lifetime>;

export const params = {
  /** The first request of a connection whose tool has a key. */
  auth: v.object({ client: uuid, nonce: bytes32, proof: bytes32 }),
  /** The first request of a connection whose tool has none yet. */
  "pair.request": v.object({
    name: v.pipe(shownText(MAX_NAME), v.minLength(1)),
    developer: v.optional(shownText(MAX_NAME), ""),
    /** The purpose of the tokens. */
    reason: v.optional(shownText(MAX_REASON), ""),
    /** The accounts that the tool asks for; the user chooses. */
    accounts: v.optional(v.pipe(v.array(account), v.maxLength(20)), []),
    /** The scopes that its tokens need. */
    scopes: v.optional(scopes, []),
    /** The lifetime that the tool asks for; the user chooses. */
    lifetime: v.optional(lifetime),
  }),
  "accounts.list": nothing,
  "token.get": v.optional(
    v.object({
      /** May be left out when the grant has one account. */
      account: v.optional(account),
      /** The token must carry all of these. */
      scopes: v.optional(scopes),
      /** Seconds that the token must still be valid for. */
      min_valid: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(86_400))),
      /** For the user. */
      reason: v.optional(shownText(MAX_REASON)),
    }),
  ),
  /** A resource server refused this token, or the tool wants to know whether one would. */
  "token.reportInvalid": v.object({ token_id: shortText(100) }),
  /** Asks for notifications on this connection from now on. */
  "token.watch": nothing,
  /** Ends the grant, and with it the connection. */
  "grant.revokeSelf": nothing,
  /** Asks our window to show a screen, where the user acts or not. */
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
  /** Per sign-in: scopes and end of its token. */
  sign_ins: v.array(
    v.object({
      client_id: v.string(),
      scopes: v.array(v.string()),
      status: v.string(),
      /** Temporary trouble: `unreachable`, `offline`, `storage_failing`, `record_changed`; null: none. */
      condition: v.nullable(v.string()),
      /** The user's own name for the sign-in; `token.get` accepts it as an account. */
      alias: v.nullable(v.string()),
      /** When the token expires, in epoch seconds; null: the provider gave no expiry. */
      expires_at: instant,
      validated_at: instant,
    }),
  ),
});
const token = v.object({
  access_token: v.string(),
  /** Names this token in later messages without repeating it. */
  token_id: v.string(),
  client_id: v.string(),
  user_id: v.string(),
  login: v.string(),
  scopes: v.array(v.string()),
  expires_at: instant,
  validated_at: instant,
});
const done = v.object({});

/** What each method answers, as a client checks it. */
export const results = {
  /** The server's own proof; a client checks it before it uses anything else. */
  auth: v.object({ proof: bytes32 }),
  "pair.request": v.object({
    /** Absent with lifetime `once`: then this connection is all there is. */
    client: v.optional(uuid),
    key: v.optional(bytes32),
    lifetime,
    /** `provider:user_id` of those it may use. */
    accounts: v.array(v.string()),
    /** The only scopes that its tokens may have. */
    scopes: v.array(v.string()),
  }),
  "accounts.list": v.object({ accounts: v.array(socketAccount) }),
  "token.get": token,
  /** False: ask for another one. True: the provider takes it, and what was refused was refused for another reason. */
  "token.reportInvalid": v.object({ valid: v.boolean() }),
  "token.watch": done,
  "grant.revokeSelf": done,
  /** False: it waits until the user does not stream any more. */
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

/** Notifications of the server: objects without `id`. A client ignores those that it does not know. */
export const notifications = {
  /** To a pairing tool: the number that the user compares with the one in our window. */
  "pair.code": v.object({ code: v.pipe(v.string(), v.regex(/^\d{6}$/)) }),
  /** To watching tools: a sign-in has a new token. */
  "token.changed": v.object({
    account: v.string(),
    token_id: v.string(),
    client_id: v.string(),
    scopes: v.array(v.string()),
    expires_at: instant,
  }),
  /** To watching tools: this token is not handed out any more, and no other replaces it. */
  "token.revoked": v.object({ account: v.string(), token_id: v.string() }),
  /** To watching tools. */
  "vault.locked": done,
  "vault.unlocked": done,
  /** To every connection of the grant, as its last line. */
  "grant.revoked": done,
} as const satisfies Record<string, v.GenericSchema>;
export type Notification = keyof typeof notifications;
export type NotificationParams<N extends Notification> = Frozen<v.InferOutput<(typeof notifications)[N]>>;

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
  too_slow: -32010,
} as const;
export type SocketErrorCode = keyof typeof SOCKET_ERRORS;
export const socketError = v.object({
  code: v.number(),
  /** For the user who reads the tool's log. */
  message: v.string(),
  /** A client expects codes that it does not know. */
  data: v.object({
    code: v.string(),
    /** Seconds to wait, where they are known. */
    retry_after: v.optional(v.number()),
  }),
});
export type SocketError = v.InferOutput<typeof socketError>;
