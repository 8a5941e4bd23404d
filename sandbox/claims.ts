/** Claims about a user, and the ID token that carries them (docs/twitch-auth.md §9). */
import { createHash } from "node:crypto";
import { pictureUrl } from "./pictures.ts";
import type { User } from "./seeds.ts";
import type { PendingRequest, RequestedClaims, World } from "./world.ts";

export const NO_CLAIMS: RequestedClaims = { id_token: [], userinfo: [] };

/** Reads the `claims` parameter (OpenID Connect Core §5.5); undefined when it is not the JSON that it should be. */
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

/** The claims that a client can request (docs/twitch-auth.md §9); those about the email address need its scope. */
export function claimsOf(
  world: World,
  user: User,
  scopes: readonly string[],
): Readonly<Record<string, unknown>> {
  return {
    preferred_username: user.display_name,
    picture: pictureUrl(world, user.login),
    updated_at: "2026-08-21T09:00:00.123Z", // text, not a number (docs/twitch-auth.md §9)
    ...(scopes.includes("user:read:email") && { email: user.email, email_verified: true }),
  };
}
const pick = (claims: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => names.includes(name)));

/** The left half of the hash of an access token (OpenID Connect Core §3.2.2.9). */
const halfHash = (access_token: string): string =>
  createHash("sha256").update(access_token).digest().subarray(0, 16).toString("base64url");

/**
 * Signs an ID token.
 *
 * @param access_token the access token of the same response in the implicit flow, which `at_hash` binds it to
 */
export function idToken(
  world: World,
  { client, scopes, nonce, claims }: PendingRequest,
  user: User,
  access_token: string | undefined,
): Promise<string> {
  return world.signer.sign({
    iss: `${world.origin}/oauth2`,
    sub: user.id,
    aud: client.client_id,
    iatSec: Math.floor(world.nowMs() / 1000),
    more: {
      ...(nonce !== undefined && { nonce }),
      ...(access_token !== undefined && { at_hash: halfHash(access_token) }),
      ...pick(claimsOf(world, user, scopes), claims.id_token),
    },
  });
}
