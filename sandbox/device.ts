/** The device authorization endpoint (RFC 8628) as docs/twitch-auth.md §8 describes it, and the page for its user code. */
import { randomBytes, randomInt } from "node:crypto";
import { json, refusal, type Answer, type Request } from "./answer.ts";
import { requestConsent } from "./authorize.ts";
import { NO_CLAIMS } from "./claims.ts";
import { plainPage } from "./pages.ts";
import { digestOf } from "./state.ts";
import { wordsOf } from "./words.ts";
import { clientOf, type PendingRequest, type World } from "./world.ts";

const LIFE_SEC = 1_800;
/** Consonants that are hard to confuse and spell no word (RFC 8628 §6.1). */
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
    polledAtMs: -Infinity,
    answer: undefined,
  });
  return json(200, {
    device_code,
    expires_in: LIFE_SEC,
    interval: world.deviceIntervalSec,
    user_code,
    // It contains the user code already; there is no `verification_uri_complete` (docs/twitch-auth.md §8).
    verification_uri: `${world.origin}/activate?public=true&device-code=${user_code}`,
  });
}

/** The verification page: it shows login and consent as the authorization endpoint does. */
export function activate(world: World, { query, headers }: Request): Answer | Promise<Answer> {
  const found = [...world.devices.values()].find(({ userCode }) => userCode === query.get("device-code"));
  if (found === undefined || found.answer !== undefined || found.expiresAtMs < world.nowMs())
    return plainPage(wordsOf(headers), 400, "code");
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
    forceVerify: true, // this flow has no such parameter and always asks (docs/twitch-auth.md §8)
    startedAtMs: world.nowMs(),
    device: found,
  };
  return requestConsent(world, request, headers);
}
