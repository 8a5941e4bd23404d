/** The endpoints of OpenID Connect: discovery, keys, userinfo (docs/twitch-auth.md §9). */
import { json, refusal, type Answer, type Request } from "./answer.ts";
import { claimsOf } from "./claims.ts";
import { liveToken, tokenIn } from "./tokens.ts";
import { userOf, type World } from "./world.ts";

export function discovery({ origin }: World): Answer {
  const at = (path: string) => `${origin}/oauth2${path}`;
  // No members for device codes, revocation and PKCE, although the first two exist (docs/twitch-auth.md §9).
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
