import { formerRedirects, loopbackRedirects, UNUSED_REDIRECT } from "./redirects.ts";
import { FLOWS } from "../../contract/flow.ts";
import { idText } from "../bounds.ts";
import type { JsonObject } from "../oauth/form.ts";
import { refusalFor } from "./oidc.ts";
import type { DeviceAnswer, Dialect, Grant, Identity, Provider, Refusal } from "./provider.ts";

/**
 * The message of an error in Twitch's format: `{ status, message, error? }`, with the status of the answer
 * (docs/twitch-auth.md §14). Its case varies over time, so it is lowered. Undefined: the error is not in Twitch's
 * format.
 */
function messageOf(status: number, body: JsonObject): string | undefined {
  const { message } = body;
  return typeof message === "string" && Number(body["status"]) === status ? message.toLowerCase() : undefined;
}

/**
 * Twitch's refusals of a token request (docs/twitch-auth.md §6, §8, §10, §14): statuses, first words of the message,
 * meaning.
 */
const REFUSALS: readonly (readonly [readonly number[], RegExp, Refusal])[] = [
  [[400, 401, 403], /^invalid client secret/, "client_secret"],
  [[400], /^missing client secret/, "client_secret_missing"],
  [[400], /^invalid client credentials/, "client_public"],
  [[400, 404], /^(?:invalid client(?:_id)?\b|client does not exist)/, "client_id"],
  [[400], /^parameter redirect_uri does not match/, "redirect_uri"], // with and without a space before URI
  [[400, 401], /^invalid (?:refresh token|authorization code|device code|grant)/, "grant"],
];

function refusal(grant: Grant, status: number, body: JsonObject): Refusal | undefined {
  const message = messageOf(status, body);
  if (message === undefined) return undefined;
  const [, , found] =
    REFUSALS.find(([statuses, words]) => statuses.includes(status) && words.test(message)) ?? [];
  return refusalFor(grant, found);
}

const names = (value: unknown): readonly string[] | undefined => {
  if (typeof value === "string") return value.split(/\s+/).filter(Boolean);
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((item): item is string => typeof item === "string" && item !== "");
  return texts.length === 0 && value.length > 0 ? undefined : texts;
};

/**
 * docs/twitch-auth.md §11: `login` and `user_id` are null or absent for an app token, `scopes` is null when there are
 * none. Scopes that cannot be read are left out.
 */
function identity({ scopes, expires_in, ...body }: JsonObject): Identity | { readonly wrong: string } {
  const client_id = idText(body["client_id"]);
  if (client_id === undefined) return { wrong: "client_id" };
  const user_id = idText(body["user_id"]);
  if (user_id === undefined && !["", null, undefined].includes(body["user_id"] as null))
    return { wrong: "user_id" };
  const login = idText(body["login"]);
  const listed = names(scopes ?? []);
  return {
    client_id,
    ...(user_id !== undefined && { user_id }),
    ...(login !== undefined && { login }),
    ...(listed !== undefined && { scopes: listed }),
    expires_in,
  };
}

/**
 * docs/twitch-auth.md §8: the error code is in `message`. Used, unknown and expired device codes have the same message.
 */
function device(status: number, body: JsonObject): DeviceAnswer | undefined {
  const message = messageOf(status, body);
  if (message === undefined || status >= 500) return undefined;
  if (message.startsWith("authorization_pending")) return "pending";
  if (message.startsWith("slow_down")) return "slow_down";
  if (/^(?:access|authorization)_denied/.test(message)) return "denied";
  return /^invalid device code|\bexpired\b/.test(message) ? "expired" : undefined;
}

/**
 * docs/twitch-auth.md §11, §14. “Missing authorization token” does not count, because a proxy may have removed the
 * header.
 */
const NOT_VALID = /^invalid (?:access|oauth) token/;

export const twitchDialect: Dialect = {
  device,
  identity,
  validationScheme: "OAuth", // docs/twitch-auth.md §11
  refusal,
  isOwnError: (body) => messageOf(Number(body["status"]), body) !== undefined,
  rejectsToken: (status, body) => status === 401 && NOT_VALID.test(messageOf(status, body) ?? ""),
  validatesAppTokens: true,
  revokesWithSecret: false, // docs/twitch-auth.md §12
  revoked: (status, body) => status === 400 && /^invalid token/.test(messageOf(status, body) ?? ""), // docs/twitch-auth.md §12
  clientUnknown: (status, body) =>
    [400, 404].includes(status) &&
    /^(?:client does not exist|invalid client(?:_id)?\b)/.test(messageOf(status, body) ?? ""), // docs/twitch-auth.md §12
};

/** docs/twitch-auth.md §9: the claims to request, each with the scope that it requires. */
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

/** The format of Twitch's access tokens, client IDs and client secrets. Refresh tokens are longer. */
export const twitchAccessToken = /^[a-z0-9]{30}$/;

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
  userAgents: ["system_browser"], // docs/twitch-auth.md §18: the login page refuses windows inside apps
  redirectUris: loopbackRedirects("twitch"),
  formerRedirectUris: formerRedirects("twitch"),
  confidentialRefreshReuse: "safe", // docs/twitch-auth.md §10: a refresh returns the same refresh token; using it again has no known effect
  flows: FLOWS, // docs/twitch-auth.md §1, §8
  publicFlows: ["device_code"], // docs/twitch-auth.md §2
  oidc: twitchOidc(at),
  device: { endpoint: at("/device"), scopesName: "scopes", pageOrigins: ["https://www.twitch.tv"] }, // docs/twitch-auth.md §8
  authorizationParameters: { force_verify: "true" }, // docs/twitch-auth.md §4: otherwise Twitch uses the account of the browser without asking
  pictures: {
    usersEndpoint: "https://api.twitch.tv/helix/users",
    origins: ["https://static-cdn.jtvnw.net"],
  },
  consoleUrl: "https://dev.twitch.tv/console/apps",
  channelUrl: "https://www.twitch.tv/{login}",
  connectionsUrl: "https://www.twitch.tv/settings/connections",
  ircScopes: ["chat:read", "chat:edit"], // docs/twitch-auth.md §15: IRC takes these two; user:read:chat and user:write:chat are for EventSub and the API
  consoleForm: {
    url: "https://dev.twitch.tv/console/apps/create",
    redirectUri: UNUSED_REDIRECT,
    category: "Application Integration",
  },
  clientIdLength: 30,
  accessTokenForm: twitchAccessToken,
  importsFrom: [
    "twitch-cli (.twitch-cli.env)",
    "Chatterino (settings.json)",
    "Firebot (auth-twitch.json)",
    "twurple (tokens.json)",
    "TwitchIO (.tio.tokens.json)",
    "pyTwitchAPI (user_token.json)",
  ],
  ownClients: [
    "kimne78kx3ncx6brgo4mv6wki5h1ko", // the website
    "kd1unb4b3q4t58fwlpcbzcbnm76a8fp", // the app for Android
  ],
};
