/** `token`, `validate`, `revoke`: what a client's program asks (TA §6, §10 to §12, §14). */
import { createHash } from "node:crypto";
import { empty, json, refusal, type Answer, type Request } from "./answer.ts";
import { poll } from "./device.ts";
import { idToken } from "./oidc.ts";
import type { Client, User } from "./seeds.ts";
import { digestOf, newAccessToken, newRefreshToken, type AccessToken, type RefreshToken } from "./state.ts";
import { clientOf, userOf, type World } from "./world.ts";

/** TA §10: the fifty-first access token of a refresh token ends the oldest. */
const TOKENS_PER_REFRESH = 50;
const APP_TOKEN_LIFE_SEC = 5_011_271;
/** TA §5: the sample of the validate page. */
const IMPLICIT_LIFE_SEC = 5_520_838;

export async function token(world: World, { form }: Request): Promise<Answer> {
  const client = clientOf(world, form.get("client_id"));
  if (client === undefined) return refusal(400, "invalid client"); // TA §14
  switch (form.get("grant_type")) {
    case "authorization_code":
      return exchange(world, client, form);
    case "refresh_token":
      return refresh(world, client, form);
    case "urn:ietf:params:oauth:grant-type:device_code":
      return fromDevice(world, form);
    case "client_credentials":
      return appToken(world, client, form);
    default:
      return refusal(400, "unsupported grant type");
  }
}

function secretRefusal({ client_secret, type }: Client, form: URLSearchParams): Answer | undefined {
  if (type !== "confidential") return undefined;
  const sent = form.get("client_secret");
  if (sent === null || sent === "") return refusal(400, "missing client secret"); // TA §14
  return sent === client_secret ? undefined : refusal(403, "invalid client secret"); // TA §14
}

async function exchange(world: World, client: Client, form: URLSearchParams): Promise<Answer> {
  // TA §6: a public client gets a code from the browser, and nothing for it.
  if (client.type === "public") return refusal(400, "Invalid client credentials");
  const refused = secretRefusal(client, form);
  if (refused !== undefined) return refused;
  const digest = digestOf(form.get("code") ?? "");
  const code = world.codes.get(digest);
  world.codes.delete(digest);
  const good = code !== undefined && code.expiresAtMs > world.nowMs() && code.request.client === client;
  if (!good) return refusal(400, "Invalid authorization code"); // TA §14
  const { request, user } = code;
  // TA §3: byte for byte the same as before.
  if (form.get("redirect_uri") !== request.redirect_uri)
    return refusal(400, "Parameter redirect_uri does not match registered URI");
  // Not as TA §6, where PKCE is ignored: who announces a verifier has to show it (RFC 7636 §4.6).
  const verifier = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url"); // prettier-ignore
  if (request.code_challenge !== undefined && verifier !== request.code_challenge)
    return refusal(400, "Invalid authorization code");
  const refresh_token = newRefreshToken();
  const kept: RefreshToken = {
    digest: digestOf(refresh_token),
    client_id: client.client_id,
    user_id: user.id,
    scopes: request.scopes,
    family: digestOf(refresh_token),
    spent: false,
  };
  world.state.refresh.push(kept);
  const tokens = issue(world, kept, refresh_token);
  await world.state.save();
  const id_token = request.scopes.includes("openid")
    ? await idToken(world, request, user, undefined)
    : undefined;
  return json(200, { ...tokens, ...(id_token !== undefined && { id_token }) });
}

/** TA §5: a token with no refresh token behind it; about sixty days, as was seen. */
export async function issueAlone(
  world: World,
  { client_id }: Client,
  user: User,
  scopes: readonly string[],
): Promise<string> {
  const access_token = newAccessToken();
  const issuedAtMs = world.nowMs();
  world.state.access.push({
    digest: digestOf(access_token),
    client_id,
    user_id: user.id,
    scopes,
    issuedAtMs,
    expiresAtMs: issuedAtMs + IMPLICIT_LIFE_SEC * 1000,
    family: digestOf(access_token),
  });
  await world.state.save();
  return access_token;
}

/** TA §8: no secret, and a refresh token. */
async function fromDevice(world: World, form: URLSearchParams): Promise<Answer> {
  const answer = poll(world, form);
  if ("status" in answer) return answer;
  const { device, user } = answer;
  const refresh_token = newRefreshToken();
  const kept: RefreshToken = {
    digest: digestOf(refresh_token),
    client_id: device.client.client_id,
    user_id: user.id,
    scopes: device.scopes,
    family: digestOf(refresh_token),
    spent: false,
  };
  world.state.refresh.push(kept);
  const tokens = issue(world, kept, refresh_token);
  await world.state.save();
  return json(200, tokens);
}

/** TA §7: for the client itself, 58 days, no refresh token; public clients cannot have one. */
async function appToken(world: World, client: Client, form: URLSearchParams): Promise<Answer> {
  if (client.type !== "confidential") return refusal(403, "invalid client secret");
  const refused = secretRefusal(client, form);
  if (refused !== undefined) return refused;
  const access_token = newAccessToken();
  const issuedAtMs = world.nowMs();
  world.state.access.push({
    digest: digestOf(access_token),
    client_id: client.client_id,
    user_id: "",
    scopes: [],
    issuedAtMs,
    expiresAtMs: issuedAtMs + APP_TOKEN_LIFE_SEC * 1000,
    family: digestOf(access_token),
  });
  await world.state.save();
  return json(200, { access_token, expires_in: APP_TOKEN_LIFE_SEC, token_type: "bearer" });
}

/** TA §6: `scope` is an array, and absent when there is none; `token_type` is lower case. */
function issue(world: World, from: RefreshToken, refresh_token: string) {
  const access_token = newAccessToken();
  const { client_id, user_id, scopes, family } = from;
  const issuedAtMs = world.nowMs();
  const expiresAtMs = issuedAtMs + world.accessTokenLifeSec * 1000;
  const { state } = world;
  state.access.push({
    digest: digestOf(access_token),
    client_id,
    user_id,
    scopes,
    issuedAtMs,
    expiresAtMs,
    family,
  });
  const alive = state.access.filter((token) => token.family === family && token.expiresAtMs > issuedAtMs);
  const oldest = new Set(alive.slice(0, Math.max(0, alive.length - TOKENS_PER_REFRESH)));
  state.access = state.access.filter((token) => token.expiresAtMs > issuedAtMs && !oldest.has(token));
  return {
    access_token,
    expires_in: world.accessTokenLifeSec,
    refresh_token,
    ...(scopes.length > 0 && { scope: scopes }),
    token_type: "bearer",
  };
}

async function refresh(world: World, client: Client, form: URLSearchParams): Promise<Answer> {
  const refused = secretRefusal(client, form);
  if (refused !== undefined) return refused;
  const sent = form.get("refresh_token") ?? "";
  if (sent === "") return refusal(400, "missing refresh token"); // TA §10
  const { state } = world;
  const kept = state.refresh.find(
    (token) => token.digest === digestOf(sent) && token.client_id === client.client_id,
  );
  // TA §10: documented with the reason phrase in `error`.
  const invalid = json(400, { error: "Bad Request", status: 400, message: "Invalid refresh token" });
  if (kept === undefined) return invalid;
  if (kept.spent) {
    state.disconnect(kept.client_id, kept.user_id); // TA §10: the whole connection is dropped
    await state.save();
    return invalid;
  }
  if (client.type === "confidential") {
    const tokens = issue(world, kept, sent); // TA §10: the same string comes back
    await state.save();
    return json(200, tokens);
  }
  kept.spent = true;
  const next = newRefreshToken();
  const successor: RefreshToken = { ...kept, digest: digestOf(next), spent: false };
  state.refresh.push(successor);
  const tokens = issue(world, successor, next);
  await state.save();
  return json(200, tokens);
}

/** `OAuth` or `Bearer` (TA §11); undefined when the header is missing or of another kind. */
export function tokenIn(
  headers: Request["headers"],
  schemes = /^(?:OAuth|Bearer) (\S+)$/i,
): string | undefined {
  return schemes.exec(headers["authorization"] ?? "")?.[1];
}
export const liveToken = (world: World, text: string): AccessToken | undefined =>
  world.state.access.find(
    ({ digest, expiresAtMs }) => digest === digestOf(text) && expiresAtMs > world.nowMs(),
  );

export function validate(world: World, { headers }: Request): Answer {
  const text = tokenIn(headers);
  if (text === undefined) return refusal(401, "missing authorization token"); // TA §11
  const found = liveToken(world, text);
  if (found === undefined) return refusal(401, "invalid access token"); // TA §11
  return json(200, {
    client_id: found.client_id,
    // TA §11: an app token has nobody's.
    ...(found.user_id !== "" && { login: userOf(world, found.user_id)?.login, user_id: found.user_id }),
    scopes: found.scopes.length === 0 ? null : found.scopes, // TA §11
    expires_in: Math.floor((found.expiresAtMs - world.nowMs()) / 1000),
  });
}

export async function revoke(world: World, { form }: Request): Promise<Answer> {
  const client = clientOf(world, form.get("client_id"));
  if (client === undefined) return refusal(404, "client does not exist"); // TA §12
  const text = form.get("token") ?? "";
  if (text === "") return refusal(400, "missing oauth token"); // TA §12
  const found = liveToken(world, text);
  if (found?.client_id !== client.client_id) return refusal(400, "Invalid token"); // TA §12
  // TA §12: only the access token; a refresh was seen to work afterwards.
  world.state.access = world.state.access.filter((token) => token !== found);
  await world.state.save();
  return empty(200);
}
