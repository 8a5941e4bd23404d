/** The device authorization grant (RFC 8628; TA §8): the person answers in any browser, and we ask whether they did. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { DeviceAnswer, Provider } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import { tokenFailure } from "./failures.ts";
import { errorIn, formPost, isSuccess, jsonObject, judgedStatus, tokenAnswer } from "./form.ts";
import { readTokenOutcome, type TokenVerdict } from "./token-request.ts";

/** RFC 8628 §3.5: where the server names no interval. */
const INTERVAL_MS = 5_000;
/** RFC 8628 §3.5: what `slow_down` adds. */
const SLOWER_MS = 5_000;
/** Longer than the code lives at any provider that is known; less only delays the next try. */
const LONGEST_LIFE_SEC = 3_600;

export interface DeviceAuthorization {
  readonly deviceCode: Secret;
  /** To be compared by the person with what the page shows (RFC 8628 §3.3.1). */
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresAtMs: number;
  readonly intervalMs: number;
}

/** RFC 8628 §3.1. Twitch's name for the scopes is plural, and they count in the body alone (TA §8). */
export const deviceRequest = (
  device: NonNullable<Provider["device"]>,
  client_id: string,
  scopes: readonly string[],
): HttpRequest => formPost(device.endpoint, { client_id, [device.scopesName]: scopes.join(" ") });

/** RFC 8628 §3.4. */
export const devicePoll = (
  provider: Provider,
  device: NonNullable<Provider["device"]>,
  client_id: string,
  device_code: Secret,
  scopes: readonly string[],
): HttpRequest =>
  formPost(provider.tokenEndpoint, {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    client_id,
    device_code,
    [device.scopesName]: scopes.join(" "),
  });

/** Only pages of the provider's own: the person is sent there, and types a password (RFC 8628 §5.4). */
function ownPage(device: NonNullable<Provider["device"]>, value: unknown): string | undefined {
  if (typeof value !== "string" || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  const plain = url.username === "" && url.password === "";
  return plain && device.pageOrigins.includes(url.origin) ? url.href : undefined;
}

/**
 * Reads the answer to `deviceRequest` (RFC 8628 §3.2). Units: `expires_in` and `interval` are in seconds. Fails as a
 * token request does, and with `provider_misbehaved` for a page that is not the provider's.
 */
export function readDeviceAuthorization(
  provider: Provider,
  device: NonNullable<Provider["device"]>,
  outcome: HttpOutcome,
  nowMs: number,
): Result<DeviceAuthorization> {
  const body = outcome.kind === "answered" ? jsonObject(outcome.body) : undefined;
  if (
    outcome.kind !== "answered" ||
    !isSuccess(outcome.status) ||
    body === undefined ||
    errorIn(body) !== undefined
  ) {
    const verdict = readTokenOutcome(provider, outcome, { grant: "device_code", scopes: [] }, nowMs);
    return verdict.kind === "tokens" ? failed({ code: "internal" }) : failed(tokenFailure(verdict, provider));
  }
  const { device_code, user_code, expires_in, interval } = body;
  const verificationUri = ownPage(device, body["verification_uri_complete"] ?? body["verification_uri"]);
  const wrong = (member: string) =>
    failed({ code: "provider_misbehaved", provider: provider.name, what: "member", detail: member });
  if (typeof device_code !== "string" || device_code === "") return wrong("device_code");
  if (typeof user_code !== "string" || !/^[\x21-\x7e ]{1,40}$/.test(user_code)) return wrong("user_code");
  if (verificationUri === undefined) return wrong("verification_uri");
  if (typeof expires_in !== "number" || !(expires_in > 0)) return wrong("expires_in");
  if (interval !== undefined && (typeof interval !== "number" || !(interval > 0))) return wrong("interval");
  return ok({
    deviceCode: new Secret(device_code),
    userCode: user_code,
    verificationUri,
    expiresAtMs: nowMs + Math.min(expires_in, LONGEST_LIFE_SEC) * 1000,
    intervalMs: interval === undefined ? INTERVAL_MS : interval * 1000,
  });
}

export type DeviceVerdict =
  | { readonly kind: "again"; readonly intervalMs: number }
  | Extract<TokenVerdict, { kind: "tokens" }>
  | { readonly kind: "ended"; readonly verdict: Exclude<TokenVerdict, { kind: "tokens" }> | DeviceAnswer };

/**
 * What one poll came to. Without an answer, or with trouble of the server's own, it goes on more slowly until the code
 * ends: the code is good once, and a lost answer is told by the next one (RFC 8628 §3.5; TA §8).
 */
export function readDevicePoll(
  provider: Provider,
  outcome: HttpOutcome,
  scopes: readonly string[],
  receivedAtMs: number,
  intervalMs: number,
): DeviceVerdict {
  const verdict = readTokenOutcome(provider, outcome, { grant: "device_code", scopes }, receivedAtMs);
  if (verdict.kind === "tokens") return verdict;
  const body = outcome.kind === "answered" ? tokenAnswer(outcome.body) : undefined;
  if (outcome.kind === "answered" && body !== undefined && verdict.kind !== "unusable") {
    const said = provider.dialect.device(judgedStatus(outcome.status, body), body);
    if (said === "pending") return { kind: "again", intervalMs };
    if (said === "slow_down") return { kind: "again", intervalMs: intervalMs + SLOWER_MS };
    if (said !== undefined) return { kind: "ended", verdict: said };
  }
  const passing = verdict.kind === "not_sent" || verdict.kind === "busy" || verdict.kind === "uncertain";
  return passing ? { kind: "again", intervalMs: intervalMs * 2 } : { kind: "ended", verdict };
}
