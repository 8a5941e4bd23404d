/** A device code: the user's answer to it, and what a poll of the client gets (RFC 8628 §3.5). */
import { refusal, type Answer } from "./answer.ts";
import { plainPage } from "./pages.ts";
import type { User } from "./seeds.ts";
import { digestOf } from "./state.ts";
import type { Words } from "./words.ts";
import type { DeviceCode, World } from "./world.ts";

/** Records the user's answer (undefined: declined) and shows a page that says so. */
export function answerDeviceCode(words: Words, device: DeviceCode, user: User | undefined): Answer {
  device.answer = user ?? "denied";
  return plainPage(words, 200, user === undefined ? "denied" : "allowed");
}

/** The code and the user who allowed it, or a refusal. A device code works once. */
export function pollDeviceCode(
  world: World,
  form: URLSearchParams,
): Answer | { readonly device: DeviceCode; readonly user: User } {
  const digest = digestOf(form.get("device_code") ?? "");
  const found = world.devices.get(digest);
  const nowMs = world.nowMs();
  if (found === undefined || found.client.client_id !== form.get("client_id") || found.expiresAtMs < nowMs)
    return refusal(400, "invalid device code");
  // A tenth of the interval is allowed for the clock and the network.
  const tooFast = nowMs - found.polledAtMs < world.deviceIntervalSec * 900;
  found.polledAtMs = nowMs;
  if (tooFast) return refusal(400, "slow_down");
  if (found.answer === undefined) return refusal(400, "authorization_pending");
  world.devices.delete(digest);
  return found.answer === "denied" ? refusal(400, "access_denied") : { device: found, user: found.answer };
}
