/** Discovery, keys, ID tokens and userinfo (TA §9). */
import { createHash } from "node:crypto";
import { json, refusal, type Answer, type Request } from "./answer.ts";
import { liveToken, tokenIn } from "./token.ts";
import type { User } from "./seeds.ts";
import { userOf, type PendingRequest, type RequestedClaims, type World } from "./world.ts";

export const NO_CLAIMS: RequestedClaims = { id_token: [], userinfo: [] };

/** OpenID Connect Core §5.5: names per place; undefined: not what it should be. */
export function readClaims(text: string | null): RequestedClaims | undefined {
  if (text === null) return NO_CLAIMS;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { id_token = {}, userinfo = {} } = value as Record<string, object>;
    return { id_token: Object.keys(id_token), userinfo: Object.keys(userinfo) };
  } catch {
    return undefined;
  }
}

/** TA §9: those that can be asked for; two of them only with the scope for the address. */
function claimsOf(world: World, user: User, scopes: readonly string[]): Readonly<Record<string, unknown>> {
  return {
    preferred_username: user.display_name,
    picture: `${world.origin}/pictures/${user.login}.png`,
    updated_at: "2026-08-21T09:00:00.123Z", // TA §9: text, not a number
    ...(scopes.includes("user:read:email") && { email: user.email, email_verified: true }),
  };
}
const only = (claims: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => names.includes(name)));

/** `access_token`: the one it comes with, to whose hash it is bound (TA §9: in the implicit flow). */
export function idToken(
  world: World,
  { client, scopes, nonce, claims }: PendingRequest,
  user: User,
  access_token: string | undefined,
): Promise<string> {
  const half = (token: string) =>
    createHash("sha256").update(token).digest().subarray(0, 16).toString("base64url");
  return world.signer.sign({
    iss: `${world.origin}/oauth2`,
    sub: user.id,
    aud: client.client_id,
    iatSec: Math.floor(world.nowMs() / 1000),
    more: {
      ...(nonce !== undefined && { nonce }),
      ...(access_token !== undefined && { at_hash: half(access_token) }), // OpenID Connect Core §3.2.2.9
      ...only(claimsOf(world, user, scopes), claims.id_token),
    },
  });
}

export function discovery({ origin }: World): Answer {
  const at = (path: string) => `${origin}/oauth2${path}`;
  // TA §9: no device, revocation or PKCE members, although two of the three exist.
  return json(200, {
    issuer: at(""),
    authorization_endpoint: at("/authorize"),
    token_endpoint: at("/token"),
    userinfo_endpoint: at("/userinfo"),
    jwks_uri: at("/keys"),
    response_types_supported: ["id_token", "code", "token", "code id_token", "token id_token"],
    scopes_supported: ["openid"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post"],
    claims_parameter_supported: true,
    claims_supported: [
      "email",
      "email_verified",
      "picture",
      "preferred_username",
      "exp",
      "iss",
      "sub",
      "azp",
      "aud",
      "iat",
      "updated_at",
    ],
  });
}

export const keys = async ({ signer }: World): Promise<Answer> => json(200, await signer.keys());

export function userinfo(world: World, { headers }: Request): Answer {
  const text = tokenIn(headers, /^Bearer (\S+)$/i);
  const found = text === undefined ? undefined : liveToken(world, text);
  const user = found === undefined ? undefined : userOf(world, found.user_id);
  if (found === undefined || user === undefined) return refusal(401, "invalid access token");
  return json(200, {
    aud: found.client_id,
    azp: found.client_id,
    iss: `${world.origin}/oauth2`,
    sub: user.id,
    iat: Math.floor(found.issuedAtMs / 1000),
    exp: Math.floor(found.expiresAtMs / 1000),
    ...claimsOf(world, user, found.scopes),
  });
}
