/**
 * The records of the vault, one per file. The formats are final: members are added, never renamed or reused.
 * On disk a record is JSON inside the sealed payload (docs/vault-format.md); in memory its secrets are `Secret`s.
 */
import * as v from "valibot";
import { instantMs } from "../bounds.ts";
import { storedInstant } from "../stored-numbers.ts";
import { Secret } from "../secret.ts";

const secret = v.pipe(
  v.string(),
  v.transform((value) => new Secret(value)),
);
/** Older versions stored access tokens with white space around them, which no HTTP header keeps; it is removed. */
const accessToken = v.pipe(
  v.string(),
  v.transform((value) => new Secret(value.trim())),
);
/** A number outside an instant's bounds (core/bounds.ts) reads as 0, so that it does not make the record unreadable. */
const instant = v.pipe(
  v.optional(v.unknown(), 0),
  v.transform((value) => instantMs(value) ?? 0),
);
const base = {
  /** UUID; also the file's name and part of the seal. */
  id: v.pipe(v.string(), v.uuid()),
  /** Increases by one with each write; it distinguishes the file of an interrupted write from an old copy. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
};

/** The origins to which a sign-in's tokens may be sent; when a provider's addresses change, a new sign-in is needed. */
const pinned = v.object({
  issuer: v.string(),
  token: v.string(),
  revocation: v.string(),
  validation: v.string(),
});

/** The lasting state of a sign-in. Passing conditions (unreachable, locked …) are not written. */
const state = v.variant("name", [
  v.object({ name: v.literal("signed_in") }),
  /** The intent of a refresh: durable on disk before the refresh token is sent. */
  v.object({ name: v.literal("refreshing"), sinceMs: instant }),
  /** The refresh token may be spent, so it is never sent again. */
  v.object({
    name: v.literal("refresh_ambiguous"),
    sinceMs: instant,
    /** Absent in records of older versions. */
    why: v.optional(v.picklist(["lost", "unusable", "interrupted"])),
  }),
  v.object({
    name: v.literal("needs_sign_in"),
    sinceMs: instant,
    /** `moved`: imported from another computer, without the tokens that only one computer may use. */
    why: v.picklist(["refresh_token_rejected", "access_token_rejected", "identity_mismatch", "moved"]),
  }),
  v.object({
    name: v.literal("config_error"),
    sinceMs: instant,
    why: v.picklist([
      "client_id_rejected",
      "client_secret_rejected",
      "client_secret_missing",
      "client_missing",
    ]),
    /** When the provider last reported this error; absent: at `sinceMs`. */
    triedAtMs: v.optional(instant),
  }),
  v.object({ name: v.literal("revoked"), sinceMs: instant }),
]);

const signIn = v.object({
  kind: v.literal("sign_in"),
  ...base,
  provider: v.string(),
  pinned,
  flow: v.picklist([
    "authorization_code",
    "implicit",
    "client_credentials",
    "device_code",
    "oidc_code",
    "oidc_implicit_token",
    "import",
  ]),
  /** Whether the refresh token may be used a second time (docs/twitch-auth.md §10). Unknown counts as `one_time`. */
  refreshReuse: v.picklist(["safe", "one_time"]),
  /** The client registration's record. */
  client: v.pipe(v.string(), v.uuid()),
  client_id: v.string(),
  /** Empty for an app token, which belongs to the client and not to a user (docs/twitch-auth.md §7). */
  user_id: v.string(),
  login: v.string(),
  displayName: v.string(),
  alias: v.optional(v.string()),
  /** The user's own text about the sign-in; no tool gets it. */
  note: v.optional(v.string()),
  /** True: the user pinned it, so the list shows it first. (`pinned` is about origins.) */
  onTop: v.optional(v.boolean()),
  /** Absent after a revocation. */
  access_token: v.optional(accessToken),
  refresh_token: v.optional(secret),
  /** The ID token of the sign-in, verified when it arrived; it identifies the user and gives no access. */
  id_token: v.optional(secret),
  scopes: v.array(v.string()),
  issuedAtMs: instant,
  /** Absent: the provider gave no expiry. */
  expiresAtMs: storedInstant,
  /**
   * When the access tokens of this refresh token that may still be valid were issued; their number is limited
   * (docs/twitch-auth.md §10).
   */
  recentIssuesAtMs: v.optional(v.array(instant)),
  createdAtMs: instant,
  state,
});

/** A client registration (RFC 6749 §2). */
const client = v.object({
  kind: v.literal("client"),
  ...base,
  provider: v.string(),
  name: v.string(),
  client_id: v.string(),
  client_secret: v.optional(secret),
  builtIn: v.boolean(),
  createdAtMs: instant,
});

/** A tool's grant over the socket, with the key that proves it. */
const grant = v.object({
  kind: v.literal("grant"),
  ...base,
  name: v.string(),
  /** The developer that the tool named and its program at the time of pairing; neither is verified. */
  developer: v.optional(v.string()),
  program: v.optional(v.string()),
  /** 32 bytes, base64url. */
  key: secret,
  /** Allowed accounts as `provider:user_id`; absent: every account. */
  accounts: v.optional(v.array(v.string())),
  /** IDs of the sign-ins whose token the tool may get; absent: every sign-in of these accounts. */
  signIns: v.optional(v.array(v.string())),
  /** The scopes that a token for this tool may have at most; absent: any. */
  scopes: v.optional(v.array(v.string())),
  createdAtMs: instant,
});

/** The remains of a removed sign-in, kept until the provider has revoked its token. */
const tombstone = v.object({
  kind: v.literal("tombstone"),
  ...base,
  provider: v.string(),
  pinned,
  client_id: v.string(),
  access_token: accessToken,
  /** When the token expires; absent: unknown. */
  expiresAtMs: storedInstant,
  createdAtMs: instant,
});

export const vaultRecord = v.variant("kind", [signIn, client, grant, tombstone]);

export type VaultRecord = v.InferOutput<typeof vaultRecord>;
export type RecordKind = VaultRecord["kind"];
export type SignInRecord = v.InferOutput<typeof signIn>;
export type SignInState = SignInRecord["state"];
export type ClientRecord = v.InferOutput<typeof client>;
export type GrantRecord = v.InferOutput<typeof grant>;
export type TombstoneRecord = v.InferOutput<typeof tombstone>;
/** A record before its first write; the vault assigns the generation. */
export type Draft<R extends VaultRecord> = Omit<R, "generation">;

/** The key of the account to which a sign-in belongs. It never changes, unlike `login` (docs/twitch-auth.md §11). */
export const accountKey = ({
  provider,
  user_id,
  client_id,
}: Pick<SignInRecord, "provider" | "user_id" | "client_id">): string =>
  `${provider}:${user_id === "" ? `app:${client_id}` : user_id}`;

/** What the user added to a sign-in: it stays when another token takes the place of the old one. */
export const ownPartsOf = (
  record: SignInRecord | undefined,
): Pick<SignInRecord, "alias" | "note" | "onTop"> => ({
  ...(record?.alias !== undefined && { alias: record.alias }),
  ...(record?.note !== undefined && { note: record.note }),
  ...(record?.onTop === true && { onTop: true }),
});

/** Reads the JSON of an unsealed payload; undefined when it is no valid record. */
export function decodeRecord(json: string): VaultRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(vaultRecord, value);
  return parsed.success ? parsed.output : undefined;
}

/**
 * Encodes a record to be sealed at once; no other function turns a record's secrets into text. The replacer reads each
 * value from its holder, because JSON calls `toJSON` before the replacer, and `Secret.toJSON` returns `[secret]`.
 */
export const encodeRecord = (record: VaultRecord): string =>
  JSON.stringify(record, function (this: Record<string, unknown>, member, value: unknown) {
    const held = this[member];
    return held instanceof Secret ? held.reveal() : value;
  });
