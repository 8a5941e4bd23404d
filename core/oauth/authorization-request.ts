/** Authorization requests: the URL of the sign-in page, and the values that the response must match. */
import * as oauth from "oauth4webapi";
import type { RedirectFlow } from "../../contract/flow.ts";
import type { Provider } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import { REDIRECTED } from "./flows.ts";

/** An authorization request expires after this time. */
export const REQUEST_LIFE_MS = 10 * 60_000;

/** Random values that belong to one authorization request. */
export interface OneTimeValues {
  readonly state: Secret;
  readonly codeVerifier: Secret;
  /** The ID token contains it (OpenID Connect Core §3.1.2.1). */
  readonly nonce: Secret;
}

/** The channel by which a response comes back to the app. */
export interface RedirectChannel {
  readonly kind: "window" | "loopback" | "deep_link";
  /**
   * The window, or the address of the listener. All links of the app's scheme share one ID: a link has no known sender.
   */
  readonly id: string;
}

/** An authorization request, with the values that its response is compared with. */
export interface AuthorizationRequest extends OneTimeValues {
  readonly id: string;
  readonly provider: string;
  /** The provider's name in failures. */
  readonly providerName: string;
  /** The provider's issuer: the only `iss` that a response may contain (RFC 9207). */
  readonly issuer: string;
  readonly flow: RedirectFlow;
  /** The id of the client's record. */
  readonly client: string;
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly scopes: readonly string[];
  /** The only channel by which a response is accepted. */
  readonly channel: RedirectChannel;
  readonly startedAtMs: number;
}

/** 32 random octets each, base64url (RFC 7636 §4.1 and §7.1; RFC 9700 §2.1 for `state`). */
export const oneTimeValues = (): OneTimeValues => ({
  state: new Secret(oauth.generateRandomState()),
  codeVerifier: new Secret(oauth.generateRandomCodeVerifier()),
  nonce: new Secret(oauth.generateRandomNonce()),
});

/** The scopes to request: an OIDC flow always requests `openid` (OpenID Connect Core §3.1.2.1). */
export const scopesToRequest = (flow: RedirectFlow, scopes: readonly string[]): readonly string[] =>
  REDIRECTED[flow].oidc && !scopes.includes("openid") ? ["openid", ...scopes] : scopes;

/** The `claims` parameter (OpenID Connect Core §5.5). Undefined: the provider has no claim for these scopes. */
function claimsFor({ oidc }: Provider, scopes: readonly string[]): string | undefined {
  const names = (oidc?.claims ?? [])
    .filter(({ scope }) => scope === undefined || scopes.includes(scope))
    .map(({ name }) => [name, null] as const);
  if (names.length === 0) return undefined;
  const claims = Object.fromEntries(names);
  return JSON.stringify({ id_token: claims, userinfo: claims });
}

/**
 * The URL of the provider's sign-in page (RFC 6749 §4.1.1 and §4.2.1; OpenID Connect Core §3). Every request for a code
 * contains an S256 challenge: servers with PKCE check it, others ignore it (docs/twitch-auth.md §6). `plain` is never
 * used.
 */
export async function authorizationUrl(
  provider: Provider,
  request: Pick<AuthorizationRequest, "flow" | "client_id" | "redirect_uri" | "scopes" | keyof OneTimeValues>,
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
