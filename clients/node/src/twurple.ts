/**
 * Tokens for twurple (https://twurple.js.org). Tokenkeep refreshes them, so the tool has no secret and no refresh
 * token.
 */
import type { AccessTokenWithUserId, AuthProvider } from "@twurple/auth";
import { TokenkeepError } from "./errors.ts";
import type { Tokenkeep } from "./keep.ts";
import type { Token } from "./messages.ts";

type User = Parameters<AuthProvider["getAccessTokenForUser"]>[0];

export interface ProviderOptions {
  /** The account of calls that name no user; optional when the tool has one account. */
  readonly account?: string;
}

/**
 * Creates an `AuthProvider` for the accounts that the tool may use. An intent is a login, or an alias such as “bot”.
 * All tokens belong to one client registration, because an `ApiClient` sends one client ID; a token of another
 * registration fails with `client_changed`.
 */
export async function twurpleProvider(
  keep: Tokenkeep,
  { account }: ProviderOptions = {},
): Promise<AuthProvider> {
  const first = await keep.token({ account });
  const { client_id: clientId } = first;
  const known = new Map<string, Token>([[first.user_id, first]]);
  const [provider = ""] = (await keep.accounts()).flatMap(({ provider, user_id }) =>
    user_id === first.user_id ? [provider] : [],
  );
  const idOf = (user: User): string => (typeof user === "object" ? user.id : String(user));
  const keyOf = (user: User): string => `${provider}:${idOf(user)}`;

  async function get(name: string | undefined, scopes?: readonly string[]): Promise<AccessTokenWithUserId> {
    const token = await keep.token({ account: name, scopes });
    if (token.client_id !== clientId)
      throw new TokenkeepError(
        "client_changed",
        `The token of ${token.login} belongs to another client registration. Make a second provider for it.`,
      );
    known.set(token.user_id, token);
    return asTwurple(token);
  }
  /** Returns a token for the first set of scopes that a sign-in has; twurple accepts any of the sets. */
  async function getForAnySet(name: string | undefined, sets: readonly (string[] | undefined)[]) {
    const wanted = sets.filter((set) => set !== undefined);
    let missing: unknown;
    for (const scopes of wanted.length === 0 ? [undefined] : wanted)
      try {
        return await get(name, scopes);
      } catch (error) {
        if (!(error instanceof TokenkeepError) || error.code !== "scope_missing") throw error;
        missing = error;
      }
    throw missing;
  }
  /**
   * Replaces a token that an API refused. Without a newer token, Tokenkeep validates it, and refreshes an invalid one.
   */
  async function replaceRefused(name: string, user_id?: string): Promise<AccessTokenWithUserId> {
    const refused = user_id === undefined ? undefined : known.get(user_id);
    const next = await get(name, refused?.scopes);
    if (refused !== undefined && next.accessToken !== refused.access_token) return next;
    const { token_id, scopes } = known.get(next.userId) ?? first;
    await keep.reportInvalid(token_id).catch((error: unknown) => {
      if (!(error instanceof TokenkeepError) || error.code !== "rate_limited") throw error;
    });
    return get(name, scopes);
  }

  return {
    clientId,
    getCurrentScopesForUser: (user) => [...(known.get(idOf(user))?.scopes ?? [])],
    getAccessTokenForUser: (user, ...sets) => getForAnySet(keyOf(user), sets),
    getAccessTokenForIntent: (intent, ...sets) => getForAnySet(intent, sets),
    getAnyAccessToken: (user) => get(user === undefined ? account : keyOf(user)),
    refreshAccessTokenForUser: (user) => replaceRefused(keyOf(user), idOf(user)),
    refreshAccessTokenForIntent: (intent) => replaceRefused(intent),
  };
}

function asTwurple({ access_token, user_id, scopes, expires_at }: Token): AccessTokenWithUserId {
  const now = Date.now();
  return {
    accessToken: access_token,
    refreshToken: null,
    userId: user_id,
    scope: [...scopes],
    expiresIn: expires_at === null ? null : Math.max(0, Math.floor(expires_at - now / 1000)),
    obtainmentTimestamp: now,
  };
}
