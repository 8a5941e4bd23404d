/** The device authorization grant (RFC 8628) as TA §8 describes it: its page, and the program that asks whether it was answered. */
import { randomBytes, randomInt } from "node:crypto";
import { json, refusal, type Answer, type Request } from "./answer.ts";
import { ask } from "./authorize.ts";
import { NO_CLAIMS } from "./oidc.ts";
import { problemPage } from "./pages.ts";
import type { User } from "./seeds.ts";
import { digestOf } from "./state.ts";
import { clientOf, type DeviceCode, type PendingRequest, type World } from "./world.ts";

const LIFE_SEC = 1_800;
/** Letters that are not taken for each other (RFC 8628 §6.1). */
const LETTERS = "BCDFGHJKLMNPQRSTVWXZ";

export function device(world: World, { form }: Request): Answer {
  const client = clientOf(world, form.get("client_id"));
  if (client === undefined) return refusal(400, "invalid client");
  const device_code = randomBytes(20).toString("hex");
  const user_code = Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  const nowMs = world.nowMs();
  for (const [code, { expiresAtMs }] of world.devices) if (expiresAtMs < nowMs) world.devices.delete(code);
  world.devices.set(digestOf(device_code), {
    userCode: user_code,
    client,
    scopes: [...new Set((form.get("scopes") ?? "").split(" ").filter(Boolean))],
    expiresAtMs: nowMs + LIFE_SEC * 1000,
    askedAtMs: -Infinity,
    answer: undefined,
  });
  return json(200, {
    device_code,
    expires_in: LIFE_SEC,
    interval: world.deviceIntervalSec,
    user_code,
    // TA §8: the code is in it already; there is no `verification_uri_complete`.
    verification_uri: `${world.origin}/activate?public=true&device-code=${user_code}`,
  });
}

/** The page that the person is sent to; from there on it is asked as for any client. */
export function activate(world: World, { query, headers }: Request): Answer | Promise<Answer> {
  const found = [...world.devices.values()].find(({ userCode }) => userCode === query.get("device-code"));
  if (found === undefined || found.answer !== undefined || found.expiresAtMs < world.nowMs())
    return problemPage(400, "This code has ended", "Start the sign-in again in the app: it gets a new code.");
  const request: PendingRequest = {
    id: randomBytes(16).toString("base64url"),
    client: found.client,
    redirect_uri: undefined,
    scopes: found.scopes,
    state: undefined,
    nonce: undefined,
    response: "code",
    claims: NO_CLAIMS,
    code_challenge: undefined,
    forceVerify: true, // TA §8: it knows none, and asks at each time
    startedAtMs: world.nowMs(),
    device: found,
  };
  return ask(world, request, headers);
}

/** The person answered. */
export function answered(device: DeviceCode, user: User | undefined): Answer {
  device.answer = user ?? "denied";
  return user === undefined
    ? problemPage(200, "Declined", "The app gets nothing. This page can be closed.")
    : problemPage(200, "Connected", "The app notices by itself. This page can be closed.");
}

/** What a poll gets: a refusal, or who agreed to what. A code works once. */
export function poll(
  world: World,
  form: URLSearchParams,
): Answer | { readonly device: DeviceCode; readonly user: User } {
  const digest = digestOf(form.get("device_code") ?? "");
  const found = world.devices.get(digest);
  const nowMs = world.nowMs();
  if (found === undefined || found.client.client_id !== form.get("client_id") || found.expiresAtMs < nowMs)
    return refusal(400, "invalid device code");
  const tooFast = nowMs - found.askedAtMs < world.deviceIntervalSec * 900;
  found.askedAtMs = nowMs;
  if (tooFast) return refusal(400, "slow_down");
  if (found.answer === undefined) return refusal(400, "authorization_pending");
  world.devices.delete(digest);
  return found.answer === "denied" ? refusal(400, "access_denied") : { device: found, user: found.answer };
}
