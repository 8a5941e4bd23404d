import * as oauth from "oauth4webapi";
import type { RedirectFlow } from "../../contract/flow.ts";
import type { Provider } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import { REDIRECTED } from "./flows.ts";

/** The values that are made anew for every attempt and used once. */
export interface OneTimeValues {
  readonly state: Secret;
  readonly codeVerifier: Secret;
  /** Comes back inside the ID token (OpenID Connect Core §3.1.2.1). */
  readonly nonce: Secret;
}

/** 32 random octets each, base64url (RFC 7636 §4.1 and §7.1; RFC 9700 §2.1 for `state`). */
export const oneTimeValues = (): OneTimeValues => ({
  state: new Secret(oauth.generateRandomState()),
  codeVerifier: new Secret(oauth.generateRandomCodeVerifier()),
  nonce: new Secret(oauth.generateRandomNonce()),
});

/** The scopes of an OIDC flow have `openid` among them (OpenID Connect Core §3.1.2.1). */
export const askedScopes = (flow: RedirectFlow, scopes: readonly string[]): readonly string[] =>
  REDIRECTED[flow].oidc && !scopes.includes("openid") ? ["openid", ...scopes] : scopes;

/** OpenID Connect Core §5.5, as text. Undefined: there is nothing to ask for. */
function claimsFor({ oidc }: Provider, scopes: readonly string[]): string | undefined {
  const names = (oidc?.claims ?? [])
    .filter(({ scope }) => scope === undefined || scopes.includes(scope))
    .map(({ name }) => [name, null] as const);
  if (names.length === 0) return undefined;
  const each = Object.fromEntries(names);
  return JSON.stringify({ id_token: each, userinfo: each });
}

/**
 * The URL that the person's browser is sent to (RFC 6749 §4.1.1 and §4.2.1; OpenID Connect Core §3). S256 goes with
 * every code: servers with PKCE enforce it, others ignore it (TA §6); there is no falling back to `plain`.
 */
export async function authorizationUrl(
  provider: Provider,
  request: {
    readonly flow: RedirectFlow;
    readonly client_id: string;
    readonly redirect_uri: string;
    readonly scopes: readonly string[];
  } & OneTimeValues,
): Promise<string> {
  const { response_type, gives, oidc } = REDIRECTED[request.flow];
  const url = new URL(provider.authorizationEndpoint);
  const parameters = {
    ...provider.authorizationParameters,
    response_type,
    client_id: request.client_id,
    redirect_uri: request.redirect_uri,
    scope: request.scopes.join(" "),
    state: request.state.reveal(),
    ...(gives.includes("code") && {
      code_challenge: await oauth.calculatePKCECodeChallenge(request.codeVerifier.reveal()),
      code_challenge_method: "S256",
    }),
    ...(oidc && { nonce: request.nonce.reveal(), claims: claimsFor(provider, request.scopes) }),
  };
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}
