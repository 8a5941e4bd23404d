/**
 * What the vault keeps, one record a file. These are final formats: a field is added, never renamed or reused.
 * On disk a record is JSON inside the sealed payload (docs/vault-format.md); here its secrets are `Secret`s.
 */
import * as v from "valibot";
import { instantMs } from "../bounds.ts";
import { storedInstant } from "../stored-numbers.ts";
import { Secret } from "../secret.ts";

const secret = v.pipe(
  v.string(),
  v.transform((value) => new Secret(value)),
);
/** White space around an access token is lost in every header, so records of before are read without it. */
const accessToken = v.pipe(
  v.string(),
  v.transform((value) => new Secret(value.trim())),
);
/** Digits beyond an instant's bounds read as "long ago", so that no value makes a record unreadable (core/bounds.ts). */
const instant = v.pipe(
  v.optional(v.unknown(), 0),
  v.transform((value) => instantMs(value) ?? 0),
);
const base = {
  /** UUID; also the file's name and part of the seal. */
  id: v.pipe(v.string(), v.uuid()),
  /** Goes up by one with each write; tells a leftover of a killed write from an old copy. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
};

/** Origins that a sign-in's tokens may be sent to; a provider whose addresses change asks for a new sign-in. */
const pinned = v.object({
  issuer: v.string(),
  token: v.string(),
  revocation: v.string(),
  validation: v.string(),
});

/** Where a sign-in stands. Conditions that pass (unreachable, locked …) are not written. */
const state = v.variant("name", [
  v.object({ name: v.literal("signed_in") }),
  /** The intent: written and durable before the refresh token is sent. */
  v.object({ name: v.literal("refreshing"), sinceMs: instant }),
  /** The refresh token may be spent; it is never sent again. */
  v.object({
    name: v.literal("refresh_ambiguous"),
    sinceMs: instant,
    /** Absent in records of before. */
    why: v.optional(v.picklist(["lost", "unusable", "interrupted"])),
  }),
  v.object({
    name: v.literal("needs_sign_in"),
    sinceMs: instant,
    /** `moved`: it came from another computer, without tokens that only one may have. */
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
    /** When the provider last said so; absent: at `sinceMs`. */
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
  /** What a second use of the refresh token does (TA §10). Unknown counts as `one_time`. */
  refreshReuse: v.picklist(["safe", "one_time"]),
  /** The client registration's record. */
  client: v.pipe(v.string(), v.uuid()),
  client_id: v.string(),
  /** Empty for an app token, which belongs to the client itself (TA §7). */
  user_id: v.string(),
  login: v.string(),
  displayName: v.string(),
  alias: v.optional(v.string()),
  /** Absent after a revocation. */
  access_token: v.optional(accessToken),
  refresh_token: v.optional(secret),
  /** As it came with the sign-in, verified then; says who signed in, and opens nothing. */
  id_token: v.optional(secret),
  scopes: v.array(v.string()),
  issuedAtMs: instant,
  /** Absent: the provider told no end. */
  expiresAtMs: storedInstant,
  /** When this refresh token gave the access tokens that may still be valid: there is a limit to them (TA §10). */
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
  /** Who it says it is by, and the program it was when it was paired: neither is proved. */
  developer: v.optional(v.string()),
  program: v.optional(v.string()),
  /** 32 bytes, base64url. */
  key: secret,
  /** `provider:user_id`; absent: every account. */
  accounts: v.optional(v.array(v.string())),
  /** Ids of those whose token it may have; absent: every one of these accounts. */
  signIns: v.optional(v.array(v.string())),
  /** Scopes a token handed out may carry at most; absent: any. */
  scopes: v.optional(v.array(v.string())),
  createdAtMs: instant,
});

/** What is left of a removed sign-in until the provider has been told to end its token. */
const tombstone = v.object({
  kind: v.literal("tombstone"),
  ...base,
  provider: v.string(),
  pinned,
  client_id: v.string(),
  access_token: accessToken,
  /** When the token ends by itself; absent: not known. */
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
/** A record before its first write: the vault gives the generation. */
export type Draft<R extends VaultRecord> = Omit<R, "generation">;

/** Key of the account a sign-in belongs to. `login` can change; this cannot (TA §11). */
export const accountKey = ({
  provider,
  user_id,
  client_id,
}: Pick<SignInRecord, "provider" | "user_id" | "client_id">): string =>
  `${provider}:${user_id === "" ? `app:${client_id}` : user_id}`;

/** Reads a sealed payload's JSON; undefined when it is not a record of ours. */
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
 * The only place where a record's secrets turn into text, and only to be sealed at once. The value is read from its
 * holder, because JSON asks `toJSON` before the replacer, and a Secret answers that with `[secret]`.
 */
export const encodeRecord = (record: VaultRecord): string =>
  JSON.stringify(record, function (this: Record<string, unknown>, member, value: unknown) {
    const held = this[member];
    return held instanceof Secret ? held.reveal() : value;
  });
