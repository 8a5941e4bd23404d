/**
 * The device authorization grant (RFC 8628; docs/twitch-auth.md §8): the user approves in any browser while the app
 * polls the token endpoint.
 */
import { failed, ok, type Result } from "../../contract/failure.ts";
import { idText, intervalSec, lifeSec, LONGEST_INTERVAL_SEC } from "../bounds.ts";
import { isLoopbackHost } from "../loopback.ts";
import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { DeviceAnswer, Provider } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import { tokenFailure } from "./failures.ts";
import { errorIn, formPost, isSuccess, jsonObject, judgedStatus, tokenAnswer } from "./form.ts";
import { readTokenOutcome, type TokenVerdict } from "./token-request.ts";

/** The time that `slow_down` adds to the interval (RFC 8628 §3.5). */
const SLOWER_MS = 5_000;
/** The longest lifetime of a device code; it is longer than that of every known provider. */
const LONGEST_LIFE_SEC = 3_600;
/** The longest wait between polls while the server cannot be reached. */
const LONGEST_WAIT_MS = 30_000;

/**
 * The lifetime of the code. An unknown lifetime counts as the longest one, because the server reports an expired code.
 */
const codeLifeSec = (value: unknown): number =>
  Math.min(lifeSec(value) ?? LONGEST_LIFE_SEC, LONGEST_LIFE_SEC);

export interface DeviceAuthorization {
  readonly deviceCode: Secret;
  /** The user compares it with the code on the page (RFC 8628 §3.3.1). */
  readonly userCode: string;
  readonly verificationUri: string;
  /** The page is at another host than the provider's own: it is opened only after the user has allowed it. */
  readonly elsewhere: boolean;
  readonly expiresAtMs: number;
  readonly intervalMs: number;
}

/** RFC 8628 §3.1. Twitch's name for the scopes is plural, and they count in the body alone (docs/twitch-auth.md §8). */
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

/** The members that may contain the page's URL. Some servers still use `verification_url`, the name before the RFC. */
const PAGE_MEMBERS = [
  "verification_uri_complete",
  "verification_url_complete",
  "verification_uri",
  "verification_url",
] as const;

/**
 * The page where the user signs in and approves (RFC 8628 §5.4). It must use https, or be on this computer where the
 * provider is a test provider. The first page at the provider's own host; without one, the first page that can be
 * opened.
 */
function pageOf(
  provider: Provider,
  device: NonNullable<Provider["device"]>,
  body: Readonly<Record<string, unknown>>,
): { readonly href: string; readonly elsewhere: boolean } | undefined {
  const pages = PAGE_MEMBERS.flatMap((name) => {
    const value = body[name];
    if (typeof value !== "string" || !URL.canParse(value)) return [];
    const { href, origin, protocol, hostname, username, password } = new URL(value);
    const own = device.pageOrigins.includes(origin);
    const opens =
      protocol === "https:" || (protocol === "http:" && provider.test && isLoopbackHost(hostname));
    return opens && username === "" && password === "" ? [{ href, elsewhere: !own }] : [];
  });
  return pages.find(({ elsewhere }) => !elsewhere) ?? pages[0];
}

/**
 * Reads the answer to `deviceRequest` (RFC 8628 §3.2). Units: `expires_in` and `interval` are in seconds. Fails as a
 * token request does, and with `provider_misbehaved` for an answer without code or page. A page at another host than
 * the provider's is no error, because many providers have such pages; `elsewhere` marks it.
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
  const { expires_in, interval } = body;
  const device_code = idText(body["device_code"]);
  const user_code = idText(body["user_code"])?.trim(); // digits alone may come as a number
  const page = pageOf(provider, device, body);
  const wrong = (member: string) =>
    failed({ code: "provider_misbehaved", provider: provider.name, what: "member", detail: member });
  if (device_code === undefined) return wrong("device_code");
  if (user_code === undefined || !/^[\x21-\x7e ]{1,40}$/.test(user_code)) return wrong("user_code");
  if (page === undefined) return wrong("verification_uri");
  return ok({
    deviceCode: new Secret(device_code),
    userCode: user_code,
    verificationUri: page.href,
    elsewhere: page.elsewhere,
    expiresAtMs: nowMs + codeLifeSec(expires_in) * 1000,
    intervalMs: intervalSec(interval) * 1000,
  });
}

export type DeviceVerdict =
  /** `waitMs`: the wait before the next poll. `intervalMs`: the server's interval between two successful polls. */
  | { readonly kind: "again"; readonly intervalMs: number; readonly waitMs: number }
  | Extract<TokenVerdict, { kind: "tokens" }>
  | { readonly kind: "ended"; readonly verdict: Exclude<TokenVerdict, { kind: "tokens" }> | DeviceAnswer };

/**
 * Reads the answer to one poll. After a lost answer or a server error polling goes on more slowly until the code
 * expires: a code is redeemed once, and the next poll returns what a lost answer contained (RFC 8628 §3.5;
 * docs/twitch-auth.md §8). `waitedMs`: the wait before this poll. It doubles with each failure in a row, up to half a
 * minute, and returns to the interval with the next answer.
 */
export function readDevicePoll(
  provider: Provider,
  outcome: HttpOutcome,
  scopes: readonly string[],
  receivedAtMs: number,
  intervalMs: number,
  waitedMs = intervalMs,
): DeviceVerdict {
  const verdict = readTokenOutcome(provider, outcome, { grant: "device_code", scopes }, receivedAtMs);
  if (verdict.kind === "tokens") return verdict;
  const again = (nextMs: number, waitMs = nextMs): DeviceVerdict => ({
    kind: "again",
    intervalMs: nextMs,
    waitMs,
  });
  const body = outcome.kind === "answered" ? tokenAnswer(outcome.body) : undefined;
  if (outcome.kind === "answered" && body !== undefined && verdict.kind !== "unusable") {
    const state = provider.dialect.device(judgedStatus(outcome.status, body), body);
    if (state === "pending") return again(intervalMs);
    if (state === "slow_down") return again(Math.min(intervalMs + SLOWER_MS, LONGEST_INTERVAL_SEC * 1000));
    if (state !== undefined) return { kind: "ended", verdict: state };
  }
  const passing = verdict.kind === "not_sent" || verdict.kind === "busy" || verdict.kind === "uncertain";
  if (!passing) return { kind: "ended", verdict };
  return again(intervalMs, Math.max(intervalMs, Math.min(waitedMs * 2, LONGEST_WAIT_MS)));
}
