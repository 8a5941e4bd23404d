import { endMs, idText, lifeSec } from "../bounds.ts";
import { Secret } from "../secret.ts";
import type { JsonObject } from "./form.ts";

/** What a token endpoint gave. */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  /** A refresh token came, in a form that cannot be read: the one that was sent may be spent. */
  readonly refreshTokenUnreadable?: true;
  /** Where `openid` was asked for (OpenID Connect Core §3.1.3.3). Not verified here. */
  readonly idToken?: Secret;
  readonly scopes: readonly string[];
  /** Absent: the provider told no end. */
  readonly expiresAtMs?: number;
}

/** An answer whose access token cannot be used: the member at fault, and what came with it all the same. */
export interface UnusableAnswer {
  readonly member: "access_token" | "token_type";
  /** Not usable here; it may still work elsewhere, so it is worth revoking. */
  readonly accessToken?: Secret;
  readonly refreshToken?: Secret;
}
export type TokenAnswer =
  { readonly kind: "tokens"; readonly tokens: TokenSet } | ({ readonly kind: "unusable" } & UnusableAnswer);

/** Ways to say that there is no refresh token. */
const ABSENT = new Set<unknown>([undefined, null, false, ""]);
const NONE = /^\s*$/;

/** RFC 6750 §2.1 sends it in a header, which takes visible ASCII alone. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** White space around a token is lost in a header, so it is no part of the token. */
function accessTokenFrom(value: unknown): Secret | undefined {
  const token = typeof value === "string" ? value.trim() : "";
  return SENDABLE.test(token) ? new Secret(token) : undefined;
}

/** Space-delimited text (RFC 6749 §3.3) or an array (TA §6). Anything else says nothing: it is the scope asked for. */
function scopesFrom(value: unknown, asked: readonly string[]): readonly string[] {
  if (typeof value === "string") return value.split(/\s+/).filter(Boolean);
  if (!Array.isArray(value)) return asked;
  const names = value.filter((item) => typeof item === "string" && item !== "");
  return names.length === 0 && value.some((item) => typeof item !== "string") ? asked : names;
}

/**
 * Reads the success answer of a token endpoint. A good access token is never thrown away for a member beside it.
 *
 * Shape: `null` is absent; digits in quotes are digits; `scope` is space-delimited text or an array.
 * Units: `expires_in` is in seconds; `expiresAtMs` is an instant, in epoch milliseconds.
 * Absence: no `scope`, or one that cannot be read, means the scope that was asked for; no `expires_in`, 0, or a value
 * out of bounds means unknown: neither "over" nor "for ever" (TA §1); no `token_type` means `bearer`.
 * `unusable` names the member at fault and never its value.
 *
 * @see RFC 6749 §5.1 (members), §3.3 (scope) and §7.1 (a token of unknown type must not be used); TA §6
 */
export function readTokenResponse(
  body: JsonObject,
  asked: readonly string[],
  receivedAtMs: number,
): TokenAnswer {
  const { access_token, token_type, refresh_token, id_token, expires_in, scope } = body;
  const accessToken = accessTokenFrom(access_token);
  const readable = idText(refresh_token);
  const refreshToken = readable === undefined || NONE.test(readable) ? undefined : new Secret(readable);
  const unusable = (member: UnusableAnswer["member"]): TokenAnswer => ({
    kind: "unusable",
    member,
    ...(accessToken !== undefined && { accessToken }),
    ...(refreshToken !== undefined && { refreshToken }),
  });
  if (accessToken === undefined) return unusable("access_token");
  if (typeof token_type === "string" && !["", "bearer"].includes(token_type.trim().toLowerCase()))
    return unusable("token_type");
  const unreadable = readable === undefined && !ABSENT.has(refresh_token);
  const life = lifeSec(expires_in);
  const tokens: TokenSet = {
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(unreadable && { refreshTokenUnreadable: true }),
    ...(typeof id_token === "string" && id_token !== "" && { idToken: new Secret(id_token) }),
    scopes: scopesFrom(scope, asked),
    ...(life !== undefined && { expiresAtMs: endMs(receivedAtMs, life) }),
  };
  return { kind: "tokens", tokens };
}
