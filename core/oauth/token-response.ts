import { failed, ok, type Result } from "../../contract/failure.ts";
import { Secret } from "../secret.ts";

/** What a token endpoint gave. */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  /** Where `openid` was asked for (OpenID Connect Core §3.1.3.3). Not verified here. */
  readonly idToken?: Secret;
  readonly scopes: readonly string[];
  /** Absent: the provider told no end. */
  readonly expiresAtMs?: number;
}

/** Space-delimited text (RFC 6749 §3.3), an array (TA §6), or nothing; `[""]` was seen for none (TA §18). */
function scopesFrom(value: unknown, asked: readonly string[]): readonly string[] | undefined {
  if (value === undefined || value === null) return asked;
  if (typeof value === "string") return value.split(" ").filter(Boolean);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.filter(Boolean);
  return undefined;
}

/**
 * Reads the success answer of a token endpoint.
 *
 * Shape: `scope` is space-delimited text; an array is accepted too, because some servers send one.
 * Units: `expires_in` is in seconds; `expiresAtMs` is an instant, in epoch milliseconds.
 * Absence: no `scope` means the scope that was asked for; no `expires_in`, or 0, means unknown: neither "over" nor "for ever" (TA §1).
 * Fails with `provider_misbehaved`, naming the member at fault and never its value.
 *
 * @see RFC 6749 §5.1 (members), §3.3 (scope) and §7.1 (a token of unknown type must not be used); TA §6
 */
export function readTokenResponse(
  body: Readonly<Record<string, unknown>>,
  asked: readonly string[],
  receivedAtMs: number,
  provider: string,
): Result<TokenSet> {
  const wrong = (member: string) =>
    failed({ code: "provider_misbehaved", provider, what: "member", detail: member });
  const { access_token, token_type, refresh_token, id_token, expires_in } = body;
  if (typeof access_token !== "string" || access_token === "") return wrong("access_token");
  if (typeof token_type !== "string" || token_type.toLowerCase() !== "bearer") return wrong("token_type");
  if (refresh_token !== undefined && typeof refresh_token !== "string") return wrong("refresh_token");
  if (id_token !== undefined && typeof id_token !== "string") return wrong("id_token");
  if (
    expires_in !== undefined &&
    (typeof expires_in !== "number" || !Number.isFinite(expires_in) || expires_in < 0)
  ) {
    return wrong("expires_in");
  }
  const scopes = scopesFrom(body["scope"], asked);
  if (scopes === undefined) return wrong("scope");
  return ok({
    accessToken: new Secret(access_token),
    ...(refresh_token !== undefined && refresh_token !== "" && { refreshToken: new Secret(refresh_token) }),
    ...(id_token !== undefined && id_token !== "" && { idToken: new Secret(id_token) }),
    scopes,
    ...(expires_in !== undefined &&
      expires_in > 0 && { expiresAtMs: receivedAtMs + Math.trunc(expires_in * 1000) }),
  });
}
