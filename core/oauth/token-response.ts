import { endMs, idText, lifeSec } from "../bounds.ts";
import { Secret } from "../secret.ts";
import type { JsonObject } from "./form.ts";

/** The tokens of a token response. */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  /** The response contains a refresh token that cannot be read, so the one of the request may be used up. */
  readonly refreshTokenUnreadable?: true;
  /** Present where `openid` was requested (OpenID Connect Core §3.1.3.3). Not verified here. */
  readonly idToken?: Secret;
  readonly scopes: readonly string[];
  /** Absent: the provider sent no expiry. */
  readonly expiresAtMs?: number;
}

/** A response whose access token cannot be used: its faulty member, and the tokens that it contains. */
export interface UnusableAnswer {
  readonly member: "access_token" | "token_type";
  /** An access token that the app cannot use. It may be valid, so the app revokes it. */
  readonly accessToken?: Secret;
  readonly refreshToken?: Secret;
}
export type TokenAnswer =
  { readonly kind: "tokens"; readonly tokens: TokenSet } | ({ readonly kind: "unusable" } & UnusableAnswer);

/** Values that mean that there is no refresh token. */
const ABSENT = new Set<unknown>([undefined, null, false, ""]);
const NONE = /^\s*$/;

/** A token is sent in a header (RFC 6750 §2.1), which may contain visible ASCII only. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** White space around a token is removed, because a header would lose it. */
function accessTokenFrom(value: unknown): Secret | undefined {
  const token = typeof value === "string" ? value.trim() : "";
  return SENDABLE.test(token) ? new Secret(token) : undefined;
}

/**
 * Space-delimited text (RFC 6749 §3.3) or an array (docs/twitch-auth.md §6). Anything else means the requested scope.
 */
function scopesFrom(value: unknown, requested: readonly string[]): readonly string[] {
  if (typeof value === "string") return value.split(/\s+/).filter(Boolean);
  if (!Array.isArray(value)) return requested;
  const names = value.filter((item) => typeof item === "string" && item !== "");
  return names.length === 0 && value.some((item) => typeof item !== "string") ? requested : names;
}

/**
 * Reads the success answer of a token endpoint. A good access token is never thrown away for a member beside it.
 *
 * Shape: `null` is absent; digits in quotes are digits; `scope` is space-delimited text or an array.
 * Units: `expires_in` is in seconds; `expiresAtMs` is an instant, in epoch milliseconds.
 * Absence: no `scope`, or an unreadable one, means the requested scope; no `expires_in`, 0, or a value out of bounds
 * means that the expiry is unknown, not that the token has expired or never expires (docs/twitch-auth.md §1); no
 * `token_type` means `bearer`.
 * `unusable` names the member at fault and never its value.
 *
 * @see RFC 6749 §5.1 (members), §3.3 (scope) and §7.1 (a token of unknown type must not be used); docs/twitch-auth.md §6
 */
export function readTokenResponse(
  body: JsonObject,
  requested: readonly string[],
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
    scopes: scopesFrom(scope, requested),
    ...(life !== undefined && { expiresAtMs: endMs(receivedAtMs, life) }),
  };
  return { kind: "tokens", tokens };
}
