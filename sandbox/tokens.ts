/** Issues tokens and finds them again (docs/twitch-auth.md §5 to §7, §10, §11). */
import type { Request } from "./answer.ts";
import type { Client, User } from "./seeds.ts";
import { digestOf, newAccessToken, newRefreshToken, type AccessToken, type RefreshToken } from "./state.ts";
import type { World } from "./world.ts";

/** The fifty-first access token of a refresh token ends the oldest (docs/twitch-auth.md §10). */
const TOKENS_PER_REFRESH = 50;
/** About 58 days (docs/twitch-auth.md §7). */
const APP_TOKEN_LIFE_SEC = 5_011_271;
/** About sixty days: the sample of the documentation's page about validation (docs/twitch-auth.md §5). */
const IMPLICIT_LIFE_SEC = 5_520_838;

/** Tokens of a token response, by their names on the wire. `scope` is an array, and absent when it is empty. */
export interface IssuedTokens {
  readonly access_token: string;
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope?: readonly string[];
  readonly token_type: "bearer";
}

/** Issues an access token on a refresh token that is already stored. `refresh_token` is the text of `from`. */
export function issueAccess(world: World, from: RefreshToken, refresh_token: string): IssuedTokens {
  const access_token = newAccessToken();
  const { client_id, user_id, scopes, family } = from;
  const issuedAtMs = world.nowMs();
  const expiresAtMs = issuedAtMs + world.accessTokenLifeSec * 1000;
  const { state } = world;
  const digest = digestOf(access_token);
  state.access.push({ digest, client_id, user_id, scopes, issuedAtMs, expiresAtMs, family });
  const alive = state.access.filter((token) => token.family === family && token.expiresAtMs > issuedAtMs);
  const oldest = new Set(alive.slice(0, Math.max(0, alive.length - TOKENS_PER_REFRESH)));
  state.access = state.access.filter((token) => token.expiresAtMs > issuedAtMs && !oldest.has(token));
  return {
    access_token,
    expires_in: world.accessTokenLifeSec,
    refresh_token,
    ...(scopes.length > 0 && { scope: scopes }),
    token_type: "bearer", // in lower case (docs/twitch-auth.md §6)
  };
}

/** Issues a refresh token and its first access token. The caller saves the state. */
export function issuePair(world: World, client: Client, user: User, scopes: readonly string[]): IssuedTokens {
  const refresh_token = newRefreshToken();
  const digest = digestOf(refresh_token);
  const { client_id } = client;
  const stored: RefreshToken = { digest, client_id, user_id: user.id, scopes, family: digest, spent: false };
  world.state.refresh.push(stored);
  return issueAccess(world, stored, refresh_token);
}

/** Issues and saves an access token that no refresh token stands behind. */
async function issueAlone(
  world: World,
  { client_id }: Client,
  user_id: string,
  scopes: readonly string[],
  lifeSec: number,
): Promise<{ readonly access_token: string; readonly expires_in: number }> {
  const access_token = newAccessToken();
  const digest = digestOf(access_token);
  const issuedAtMs = world.nowMs();
  const expiresAtMs = issuedAtMs + lifeSec * 1000;
  world.state.access.push({ digest, client_id, user_id, scopes, issuedAtMs, expiresAtMs, family: digest });
  await world.state.save();
  return { access_token, expires_in: lifeSec };
}

/** The token of the implicit flow. */
export const issueImplicit = (world: World, client: Client, user: User, scopes: readonly string[]) =>
  issueAlone(world, client, user.id, scopes, IMPLICIT_LIFE_SEC);

/** An app token: it belongs to the client and to no user. */
export const issueAppToken = (world: World, client: Client) =>
  issueAlone(world, client, "", [], APP_TOKEN_LIFE_SEC);

/** The token of an `Authorization` header; undefined when the header is missing or has another scheme. */
export function tokenIn(
  headers: Request["headers"],
  schemes = /^(?:OAuth|Bearer) (\S+)$/i,
): string | undefined {
  return schemes.exec(headers["authorization"] ?? "")?.[1];
}

/** The access token with this text; undefined when it has expired, was revoked, or never existed. */
export const liveToken = (world: World, text: string): AccessToken | undefined =>
  world.state.access.find(
    ({ digest, expiresAtMs }) => digest === digestOf(text) && expiresAtMs > world.nowMs(),
  );
