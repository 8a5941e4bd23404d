import type { Provider } from "./provider.ts";
import { appRedirect, formerRedirects, loopbackRedirects } from "./redirects.ts";
import { twitch, twitchAccessToken, twitchDialect, twitchOidc } from "./twitch.ts";

/** The sandbox: it behaves like Twitch, on this computer (docs/twitch-auth.md §19). */
export function sandboxAt(origin: string): Provider {
  const at = (path: string) => `${origin}/oauth2${path}`;
  return {
    id: "sandbox",
    name: "Sandbox",
    test: true,
    issuer: at(""),
    authorizationEndpoint: at("/authorize"),
    tokenEndpoint: at("/token"),
    revocationEndpoint: at("/revoke"),
    validationEndpoint: at("/validate"),
    dialect: twitchDialect,
    userAgents: ["embedded", "system_browser"],
    enforcesPkce: true,
    redirectUris: [appRedirect("sandbox"), ...loopbackRedirects("sandbox")],
    formerRedirectUris: formerRedirects("sandbox"),
    confidentialRefreshReuse: "safe",
    flows: twitch.flows,
    publicFlows: twitch.flows.filter((flow) => flow !== "client_credentials"),
    oidc: twitchOidc(at),
    device: { endpoint: at("/device"), scopesName: "scopes", pageOrigins: [origin] },
    authorizationParameters: { force_verify: "true" },
    pictures: { usersEndpoint: `${origin}/helix/users`, origins: [origin] },
    channelUrl: `${origin}/channel?login={login}`,
    connectionsUrl: `${origin}/settings/connections`,
    ...(twitch.ircScopes !== undefined && { ircScopes: twitch.ircScopes }),
    accessTokenForm: twitchAccessToken,
    ownClients: ["sandbox-website"],
  };
}
