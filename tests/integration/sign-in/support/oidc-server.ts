/** oidc-provider, a certified server that none of us wrote, as strict as it gets: PKCE required, refresh tokens of one use. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { oidcDialect } from "../../../../core/providers/oidc.ts";
import type { Provider } from "../../../../core/providers/provider.ts";
import { signingKey } from "../../../support/judges.ts";

export const REDIRECT_URI = "app.tokenkeep://callback/harbour";
export const CONFIDENTIAL = { client_id: "confidential", client_secret: "harbour-secret" };
export const PUBLIC = { client_id: "public" };
const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

export interface OidcServer extends AsyncDisposable {
  readonly provider: Provider;
  /** Spent refresh tokens that came again. */
  reuses(): number;
}

/** How the app knows this server. */
const providerAt = (origin: string): Provider => ({
  id: "harbour",
  name: "Harbour",
  test: true,
  issuer: origin,
  authorizationEndpoint: `${origin}/auth`,
  tokenEndpoint: `${origin}/token`,
  revocationEndpoint: `${origin}/token/revocation`,
  validationEndpoint: `${origin}/me`,
  dialect: oidcDialect,
  userAgents: ["embedded"],
  redirectUris: [REDIRECT_URI],
  confidentialRefreshReuse: "one_time",
  device: { endpoint: `${origin}/device/auth`, scopesName: "scope", pageOrigins: [origin] },
  flows: ["authorization_code", "oidc_code", "device_code", "client_credentials"],
  publicFlows: ["authorization_code", "oidc_code", "device_code"],
  oidc: {
    jwksUri: `${origin}/jwks`,
    userinfoEndpoint: `${origin}/me`,
    claims: [{ name: "preferred_username" }],
  },
  authorizationParameters: { prompt: "consent" },
});

export async function startOidcServer(): Promise<OidcServer> {
  const { warn, info } = console;
  // At import it warns of its in-memory store and the Node release, and at each first use of what could be configured.
  console.warn = console.info = () => undefined;
  const { default: OidcProvider } = await import("oidc-provider");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const common = { redirect_uris: [REDIRECT_URI], application_type: "native", response_types: ["code"] };
  const oidc = new OidcProvider(origin, {
    clients: [
      {
        ...common,
        ...CONFIDENTIAL,
        grant_types: ["authorization_code", "refresh_token", "client_credentials"],
        token_endpoint_auth_method: "client_secret_post",
      },
      {
        ...common,
        ...PUBLIC,
        grant_types: ["authorization_code", "refresh_token", DEVICE_GRANT],
        token_endpoint_auth_method: "none",
      },
    ],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_context: unknown, client: { grantTypeAllowed(type: string): boolean }) =>
      client.grantTypeAllowed("refresh_token"),
    expiresWithSession: () => false,
    scopes: ["openid"],
    claims: { openid: ["sub", "preferred_username"] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: `${id}_of_the_harbour` }),
    }),
    features: {
      revocation: { enabled: true },
      deviceFlow: { enabled: true },
      clientCredentials: { enabled: true },
      claimsParameter: { enabled: true },
      devInteractions: { enabled: true },
    },
    cookies: { keys: ["harbour"] },
    jwks: { keys: [await signingKey()] },
  });
  server.on("request", oidc.callback());
  let reuses = 0;
  oidc.on("grant.error", (_context, { error_detail }) => {
    if (error_detail === "refresh token already used") reuses += 1;
  });
  console.warn = warn;
  return {
    provider: providerAt(origin),
    reuses: () => reuses,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        console.info = info;
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers its pages as `login`: who, consent, a device's code; ends at a redirect to the app, or at a page without a form. */
export async function walkHarbour(url: string, login: string): Promise<string> {
  const cookies = new Map<string, string>();
  let at = url;
  let form: URLSearchParams | undefined;
  for (let steps = 0; steps < 20; steps += 1) {
    const answer = await fetch(at, {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form !== undefined && { method: "POST", body: form }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === "") cookies.delete(name);
      else cookies.set(name, value);
    }
    form = undefined;
    const location = answer.headers.get("location");
    if (location !== null) {
      if (location.startsWith("app.tokenkeep:")) return location;
      at = new URL(location, at).href;
      continue;
    }
    const page = await answer.text();
    const [, action] = /<form[^>]* action="([^"]+)"/.exec(page) ?? [];
    if (action === undefined) return page;
    const hidden = page.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g);
    form = new URLSearchParams(Array.from(hidden, ([, name = "", value = ""]) => [name, value]));
    if (page.includes('name="login"')) form.set("login", login);
    if (page.includes('name="password"')) form.set("password", "any");
    at = new URL(action, at).href;
  }
  throw new Error("the pages have no end");
}
