/** The authorization endpoint and its pages: login, then consent (docs/twitch-auth.md §2, §3, §4, §5, §6, §9). */
import { randomBytes } from "node:crypto";
import { redirect, type Answer, type Request } from "./answer.ts";
import { idToken, readClaims } from "./claims.ts";
import { answerDeviceCode } from "./device-codes.ts";
import { consentPage, loginPage, plainPage } from "./pages.ts";
import type { User } from "./seeds.ts";
import { digestOf } from "./state.ts";
import { issueImplicit } from "./tokens.ts";
import { wordsOf, type Words } from "./words.ts";
import { clientOf, userOf, type PendingRequest, type World } from "./world.ts";

/** The cookie that keeps a user signed in to these pages. */
const COOKIE = "sandbox_session";
const CODE_LIFE_MS = 60_000;
const REQUEST_LIFE_MS = 30 * 60_000;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

function withParameters(uri: string, parameters: Record<string, string | undefined>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** Response types, the words of each sorted by the alphabet. */
const RESPONSES: readonly string[] = ["code", "token", "id_token token", "id_token"];
const isResponse = (types: string): types is PendingRequest["response"] => RESPONSES.includes(types);

const requestGone = (words: Words): Answer => plainPage(words, 400, "ended");

const toDevice = (words: Words, { device }: PendingRequest, user: User | undefined): Answer =>
  device === undefined ? requestGone(words) : answerDeviceCode(words, device, user);

export function authorize(world: World, { query, headers }: Request): Answer | Promise<Answer> {
  const client = clientOf(world, query.get("client_id"));
  if (client === undefined) return plainPage(wordsOf(headers), 400, "client");
  const redirect_uri = query.get("redirect_uri") ?? "";
  const state = query.get("state") ?? undefined;
  if (!client.redirect_uris.includes(redirect_uri)) {
    // The error goes to the first registered URI, not to the requested one (docs/twitch-auth.md §3).
    return redirect(
      withParameters(client.redirect_uris[0], {
        error: "redirect_mismatch",
        error_description: "Parameter redirect_uri does not match registered URI",
      }),
    );
  }
  const refuse = (error: string, error_description: string): Answer =>
    redirect(withParameters(redirect_uri, { error, error_description, state }));
  const types = (query.get("response_type") ?? "").split(" ").filter(Boolean).sort().join(" ");
  if (!isResponse(types)) return refuse("unsupported_response_type", "unsupported response type");
  // A public client may use the device code flow alone (docs/twitch-auth.md §2). It still gets a code here, which it
  // cannot exchange (docs/twitch-auth.md §6).
  if (types !== "code" && client.type === "public")
    return refuse("unauthorized_client", "This client may not use the implicit flow");
  const scopes = (query.get("scope") ?? "").split(" ").filter(Boolean);
  if (!scopes.every((scope) => SCOPE.test(scope))) return refuse("invalid_scope", "invalid scope requested");
  if (types.includes("id_token") && !scopes.includes("openid"))
    return refuse("unsupported_response_type", "openid is required for id_token"); // docs/twitch-auth.md §4
  const claims = readClaims(query.get("claims"));
  if (claims === undefined) return refuse("invalid_request", "claims must be a JSON object");
  const challenge = query.get("code_challenge") ?? undefined;
  if (challenge !== undefined && query.get("code_challenge_method") !== "S256")
    return refuse("invalid_request", "code_challenge_method must be S256");
  if (types === "code" && client.type === "rotating" && challenge === undefined)
    return refuse("invalid_request", "code_challenge is required"); // RFC 9700 §2.1.1
  const request: PendingRequest = {
    id: randomBytes(16).toString("base64url"),
    client,
    redirect_uri,
    response: types,
    claims,
    scopes: [...new Set(scopes)],
    state,
    nonce: query.get("nonce") ?? undefined,
    code_challenge: challenge,
    forceVerify: query.get("force_verify") === "true", // `1` does not work (docs/twitch-auth.md §4)
    startedAtMs: world.nowMs(),
  };
  return requestConsent(world, request, headers);
}

/** Shows the login page or the consent page, unless the user is signed in and has approved the same scopes before. */
export function requestConsent(
  world: World,
  request: PendingRequest,
  headers: Request["headers"],
): Answer | Promise<Answer> {
  for (const [id, { startedAtMs }] of world.pending)
    if (world.nowMs() - startedAtMs > REQUEST_LIFE_MS) world.pending.delete(id);
  world.pending.set(request.id, request);
  const user = signedIn(world, headers);
  const words = wordsOf(headers);
  if (user === undefined) return loginPage(words, world.users, request);
  // Without `force_verify`, a user who has approved the same scopes is sent back at once (docs/twitch-auth.md §4).
  const approved = world.state.approvals.get(`${user.id} ${request.client.client_id}`) ?? [];
  if (!request.forceVerify && request.scopes.every((scope) => approved.includes(scope)))
    return allow(world, words, request, user);
  return consentPage(words, user, request);
}

function signedIn(world: World, headers: Request["headers"]): User | undefined {
  const [, id] = new RegExp(`(?:^|; )${COOKIE}=([A-Za-z0-9_-]+)`).exec(headers["cookie"] ?? "") ?? [];
  const userId = id === undefined ? undefined : world.sessions.get(id);
  return userId === undefined ? undefined : userOf(world, userId);
}

export function login(world: World, { form, headers }: Request): Answer {
  const request = world.pending.get(form.get("request") ?? "");
  const user = userOf(world, form.get("user") ?? "");
  if (request === undefined || user === undefined) return requestGone(wordsOf(headers));
  const session = randomBytes(16).toString("base64url");
  world.sessions.set(session, user.id);
  return {
    ...redirect(`/oauth2/consent?request=${request.id}`, {
      "set-cookie": `${COOKIE}=${session}; Path=/oauth2; HttpOnly; SameSite=Lax`,
    }),
    status: 303,
  };
}

export function consent(world: World, { query, headers }: Request): Answer {
  const request = world.pending.get(query.get("request") ?? "");
  const words = wordsOf(headers);
  if (request === undefined) return requestGone(words);
  const user = signedIn(world, headers);
  return user === undefined || query.has("switch")
    ? loginPage(words, world.users, request)
    : consentPage(words, user, request);
}

export function decide(world: World, { form, headers }: Request): Answer | Promise<Answer> {
  const request = world.pending.get(form.get("request") ?? "");
  const user = signedIn(world, headers);
  if (request === undefined || user === undefined) return requestGone(wordsOf(headers));
  const words = wordsOf(headers);
  if (form.get("answer") === "allow") return allow(world, words, request, user);
  world.pending.delete(request.id);
  if (request.redirect_uri === undefined) return toDevice(words, request, undefined);
  // Twitch puts the error into the query, with these texts (docs/twitch-auth.md §4).
  return redirect(
    withParameters(request.redirect_uri, {
      error: "access_denied",
      error_description: "The user denied you access",
      state: request.state,
    }),
  );
}

async function allow(world: World, words: Words, request: PendingRequest, user: User): Promise<Answer> {
  world.pending.delete(request.id);
  const approval = `${user.id} ${request.client.client_id}`;
  const before = world.state.approvals.get(approval) ?? [];
  world.state.approvals.set(approval, [...new Set([...before, ...request.scopes])]);
  if (request.redirect_uri === undefined) return toDevice(words, request, user);
  if (request.response !== "code") return inFragment(world, request, user, request.redirect_uri);
  const code = randomBytes(15).toString("hex");
  world.codes.set(digestOf(code), { request, user, expiresAtMs: world.nowMs() + CODE_LIFE_MS });
  const { state, scopes } = request;
  return redirect(withParameters(request.redirect_uri, { code, scope: scopes.join(" "), state }));
}

/**
 * The response of the implicit flow, in the fragment: no `expires_in` and no refresh token (docs/twitch-auth.md §5,
 * §9).
 */
async function inFragment(
  world: World,
  request: PendingRequest,
  user: User,
  redirect_uri: string,
): Promise<Answer> {
  const { response, scopes, state, client } = request;
  const access_token =
    response !== "id_token" ? (await issueImplicit(world, client, user, scopes)).access_token : undefined;
  const id_token = response.includes("id_token")
    ? await idToken(world, request, user, access_token)
    : undefined;
  const parameters = new URLSearchParams();
  if (access_token !== undefined) parameters.set("access_token", access_token);
  if (id_token !== undefined) parameters.set("id_token", id_token);
  parameters.set("scope", scopes.join(" "));
  if (state !== undefined) parameters.set("state", state);
  if (access_token !== undefined) parameters.set("token_type", "bearer");
  return redirect(`${redirect_uri}#${parameters.toString()}`);
}
