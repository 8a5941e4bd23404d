/**
 * The endpoints that a client calls: `token`, `validate`, `revoke` (docs/twitch-auth.md §6, §10, §11, §12, §14).
 */
import { createHash } from "node:crypto";
import { empty, json, refusal, type Answer, type Request } from "./answer.ts";
import { idToken } from "./claims.ts";
import { pollDeviceCode } from "./device-codes.ts";
import type { Client } from "./seeds.ts";
import { digestOf, newRefreshToken, type RefreshToken } from "./state.ts";
import { issueAccess, issueAppToken, issuePair, liveToken, tokenIn } from "./tokens.ts";
import { clientOf, userOf, type World } from "./world.ts";

export async function token(world: World, { form }: Request): Promise<Answer> {
  const client = clientOf(world, form.get("client_id"));
  if (client === undefined) return refusal(400, "invalid client"); // docs/twitch-auth.md §14
  switch (form.get("grant_type")) {
    case "authorization_code":
      return exchangeCode(world, client, form);
    case "refresh_token":
      return refresh(world, client, form);
    case "urn:ietf:params:oauth:grant-type:device_code":
      return exchangeDeviceCode(world, form);
    case "client_credentials":
      return appToken(world, client, form);
    default:
      return refusal(400, "unsupported grant type");
  }
}

/** Undefined when the client has shown its secret, or has none. */
function secretRefusal({ client_secret, type }: Client, form: URLSearchParams): Answer | undefined {
  if (type !== "confidential") return undefined;
  const sent = form.get("client_secret");
  if (sent === null || sent === "") return refusal(400, "missing client secret"); // docs/twitch-auth.md §14
  return sent === client_secret ? undefined : refusal(403, "invalid client secret"); // docs/twitch-auth.md §14
}

async function exchangeCode(world: World, client: Client, form: URLSearchParams): Promise<Answer> {
  // A public client gets a code from the browser and cannot exchange it (docs/twitch-auth.md §6).
  if (client.type === "public") return refusal(400, "Invalid client credentials");
  const refused = secretRefusal(client, form);
  if (refused !== undefined) return refused;
  const digest = digestOf(form.get("code") ?? "");
  const code = world.codes.get(digest);
  world.codes.delete(digest);
  const isValid = code !== undefined && code.expiresAtMs > world.nowMs() && code.request.client === client;
  if (!isValid) return refusal(400, "Invalid authorization code"); // docs/twitch-auth.md §14
  const { request, user } = code;
  // The same bytes as in the authorization request (docs/twitch-auth.md §3).
  if (form.get("redirect_uri") !== request.redirect_uri)
    return refusal(400, "Parameter redirect_uri does not match registered URI");
  // Stricter than §6, where PKCE is ignored: a client that sent a challenge has to send its verifier (RFC 7636 §4.6).
  const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url"); // prettier-ignore
  if (request.code_challenge !== undefined && challenge !== request.code_challenge)
    return refusal(400, "Invalid authorization code");
  const tokens = issuePair(world, client, user, request.scopes);
  await world.state.save();
  const id_token = request.scopes.includes("openid")
    ? await idToken(world, request, user, undefined)
    : undefined;
  return json(200, { ...tokens, ...(id_token !== undefined && { id_token }) });
}

/** A device code is exchanged without a secret and gives a refresh token (docs/twitch-auth.md §8). */
async function exchangeDeviceCode(world: World, form: URLSearchParams): Promise<Answer> {
  const answer = pollDeviceCode(world, form);
  if ("status" in answer) return answer;
  const { device, user } = answer;
  const tokens = issuePair(world, device.client, user, device.scopes);
  await world.state.save();
  return json(200, tokens);
}

/** Only a confidential client gets an app token (docs/twitch-auth.md §7). */
async function appToken(world: World, client: Client, form: URLSearchParams): Promise<Answer> {
  if (client.type !== "confidential") return refusal(403, "invalid client secret");
  const refused = secretRefusal(client, form);
  if (refused !== undefined) return refused;
  return json(200, { ...(await issueAppToken(world, client)), token_type: "bearer" });
}

async function refresh(world: World, client: Client, form: URLSearchParams): Promise<Answer> {
  const refused = secretRefusal(client, form);
  if (refused !== undefined) return refused;
  const sent = form.get("refresh_token") ?? "";
  if (sent === "") return refusal(400, "missing refresh token"); // docs/twitch-auth.md §10
  const { state } = world;
  const stored = state.refresh.find(
    ({ digest, client_id }) => digest === digestOf(sent) && client_id === client.client_id,
  );
  // `error` is the reason phrase, as documented (docs/twitch-auth.md §10).
  const invalid = json(400, { error: "Bad Request", status: 400, message: "Invalid refresh token" });
  if (stored === undefined) return invalid;
  if (stored.spent) {
    state.disconnect(stored.client_id, stored.user_id); // the whole connection is dropped (docs/twitch-auth.md §10)
    await state.save();
    return invalid;
  }
  if (client.type === "confidential") {
    const tokens = issueAccess(world, stored, sent); // the same refresh token comes back (docs/twitch-auth.md §10)
    await state.save();
    return json(200, tokens);
  }
  stored.spent = true;
  const next = newRefreshToken();
  const successor: RefreshToken = { ...stored, digest: digestOf(next), spent: false };
  state.refresh.push(successor);
  const tokens = issueAccess(world, successor, next);
  await state.save();
  return json(200, tokens);
}

export function validate(world: World, { headers }: Request): Answer {
  const text = tokenIn(headers);
  if (text === undefined) return refusal(401, "missing authorization token"); // docs/twitch-auth.md §11
  const found = liveToken(world, text);
  if (found === undefined) return refusal(401, "invalid access token"); // docs/twitch-auth.md §11
  return json(200, {
    client_id: found.client_id,
    // An app token has no user (docs/twitch-auth.md §11).
    ...(found.user_id !== "" && { login: userOf(world, found.user_id)?.login, user_id: found.user_id }),
    scopes: found.scopes.length === 0 ? null : found.scopes, // docs/twitch-auth.md §11
    expires_in: Math.floor((found.expiresAtMs - world.nowMs()) / 1000),
  });
}

export async function revoke(world: World, { form }: Request): Promise<Answer> {
  const client = clientOf(world, form.get("client_id"));
  if (client === undefined) return refusal(404, "client does not exist"); // docs/twitch-auth.md §12
  const text = form.get("token") ?? "";
  if (text === "") return refusal(400, "missing oauth token"); // docs/twitch-auth.md §12
  const found = liveToken(world, text);
  if (found?.client_id !== client.client_id) return refusal(400, "Invalid token"); // docs/twitch-auth.md §12
  // Only the access token ends; a refresh was seen to work afterwards (docs/twitch-auth.md §12).
  world.state.access = world.state.access.filter((token) => token !== found);
  await world.state.save();
  return empty(200);
}
