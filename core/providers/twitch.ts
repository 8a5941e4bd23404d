import { formerRedirects, loopbackRedirects } from "./redirects.ts";
import { FLOWS } from "../../contract/flow.ts";
import type { DeviceAnswer, Dialect, Identity, Provider, Refusal } from "./provider.ts";

/** The code word sits in `message`; `error`, if present, is the HTTP reason phrase (TA §14). Case varies over time. */
const messageOf = (body: Readonly<Record<string, unknown>>): string =>
  typeof body["message"] === "string" ? body["message"].toLowerCase() : "";

/** Status first, text only where needed (TA §14). */
function refusal(status: number, body: Readonly<Record<string, unknown>>): Refusal | undefined {
  const message = messageOf(body);
  if (status === 403) return "client_secret"; // TA §6: 403 `invalid client secret`
  if (status === 401) return "grant"; // TA §10: documented for a refresh token that is no longer valid
  if (status !== 400) return undefined;
  if (message.includes("missing client secret")) return "client_secret_missing";
  if (message.includes("invalid client secret")) return "client_secret";
  if (message.includes("invalid client credentials")) return "client_public"; // TA §6, §14
  if (message.includes("invalid client")) return "client_id";
  if (message.includes("redirect_uri")) return "redirect_uri"; // TA §14: with and without a space before URI
  if (/invalid (refresh token|authorization code|device code|grant)/.test(message)) return "grant";
  return undefined;
}

/** TA §11: `login` and `user_id` are null or absent for an app token, `scopes` is null when there are none. */
function identity(body: Readonly<Record<string, unknown>>): Identity | { readonly wrong: string } {
  const { client_id, user_id, login, scopes, expires_in } = body;
  if (typeof client_id !== "string" || client_id === "") return { wrong: "client_id" };
  const list: unknown = scopes ?? [];
  if (!Array.isArray(list) || !list.every((item) => typeof item === "string")) return { wrong: "scopes" };
  return {
    client_id,
    ...(typeof user_id === "string" && user_id !== "" && { user_id }),
    ...(typeof login === "string" && login !== "" && { login }),
    scopes: list.filter(Boolean),
    ...(typeof expires_in === "number" && { expires_in }),
  };
}

/** TA §8: the code word sits in `message`. A code that is used, unknown or over is all the same to it. */
function device(_status: number, body: Readonly<Record<string, unknown>>): DeviceAnswer | undefined {
  const message = messageOf(body);
  if (message.includes("authorization_pending")) return "pending";
  if (message.includes("slow_down")) return "slow_down";
  if (/access_denied|authorization_denied/.test(message)) return "denied";
  return message.includes("invalid device code") || message.includes("expired") ? "expired" : undefined;
}

export const twitchDialect: Dialect = {
  device,
  identity,
  validationScheme: "OAuth", // TA §11
  refusal,
  validatesAppTokens: true,
  revokesWithSecret: false, // TA §12
  // TA §12: 200, or 400 `Invalid token` for one that is already gone. 404 is an unknown client, not an answer.
  revoked: (status, body) => status === 200 || (status === 400 && messageOf(body).includes("invalid token")),
};

/** TA §9: what may be asked for, and the scope without which it stays out. */
export const twitchOidc = (at: (path: string) => string): NonNullable<Provider["oidc"]> => ({
  jwksUri: at("/keys"),
  userinfoEndpoint: at("/userinfo"),
  claims: [
    { name: "preferred_username" },
    { name: "picture" },
    { name: "updated_at" },
    { name: "email", scope: "user:read:email" },
    { name: "email_verified", scope: "user:read:email" },
  ],
});

const at = (path: string) => `https://id.twitch.tv/oauth2${path}`;
export const twitch: Provider = {
  id: "twitch",
  name: "Twitch",
  test: false,
  issuer: at(""),
  authorizationEndpoint: at("/authorize"),
  tokenEndpoint: at("/token"),
  revocationEndpoint: at("/revoke"),
  validationEndpoint: at("/validate"),
  dialect: twitchDialect,
  userAgents: ["system_browser"], // TA §18: the login page refuses windows inside apps
  redirectUris: loopbackRedirects("twitch"),
  formerRedirectUris: formerRedirects("twitch"),
  confidentialRefreshReuse: "safe", // TA §10: the same string comes back; no effect of a second use is known
  flows: FLOWS, // TA §1, §8

  publicFlows: ["device_code"], // TA §2
  oidc: twitchOidc(at),
  device: { endpoint: at("/device"), scopesName: "scopes", pageOrigins: ["https://www.twitch.tv"] }, // TA §8
  authorizationParameters: { force_verify: "true" }, // TA §4: else the browser's account is taken unasked
  consoleUrl: "https://dev.twitch.tv/console/apps",
  importsFrom: [
    "twitch-cli (.twitch-cli.env)",
    "Chatterino (settings.json)",
    "Firebot (auth-twitch.json)",
    "twurple (tokens.json)",
  ],
  ownClients: [
    "kimne78kx3ncx6brgo4mv6wki5h1ko", // the website
    "kd1unb4b3q4t58fwlpcbzcbnm76a8fp", // the app for Android
  ],
};
