import * as oauth from "oauth4webapi";
import type { Provider } from "../providers/provider.ts";
import { Secret } from "../secret.ts";

/** The values that are made anew for every attempt and used once. */
export interface OneTimeValues {
  readonly state: Secret;
  readonly codeVerifier: Secret;
}

/** 32 random octets each, base64url (RFC 7636 §4.1 and §7.1; RFC 9700 §2.1 for `state`). */
export const oneTimeValues = (): OneTimeValues => ({
  state: new Secret(oauth.generateRandomState()),
  codeVerifier: new Secret(oauth.generateRandomCodeVerifier()),
});

/**
 * The URL that the person's browser is sent to (RFC 6749 §4.1.1). S256 is always sent: servers with PKCE enforce it,
 * others ignore it (TA §6); there is no falling back to `plain`.
 */
export async function authorizationUrl(
  provider: Provider,
  request: {
    readonly client_id: string;
    readonly redirect_uri: string;
    readonly scopes: readonly string[];
  } & OneTimeValues,
): Promise<string> {
  const url = new URL(provider.authorizationEndpoint);
  const parameters = {
    ...provider.authorizationParameters,
    response_type: "code",
    client_id: request.client_id,
    redirect_uri: request.redirect_uri,
    scope: request.scopes.join(" "),
    state: request.state.reveal(),
    code_challenge: await oauth.calculatePKCECodeChallenge(request.codeVerifier.reveal()),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
