/** The device grant (RFC 8628): the requests, which members of an answer are accepted, and how polling goes on and ends. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  devicePoll,
  deviceRequest,
  readDeviceAuthorization,
  readDevicePoll,
} from "../../../core/oauth/device.ts";
import type { HttpOutcome } from "../../../core/ports.ts";
import { oidcDialect } from "../../../core/providers/oidc.ts";
import type { Provider } from "../../../core/providers/provider.ts";
import { twitch } from "../../../core/providers/twitch.ts";
import { Secret } from "../../../core/secret.ts";

const device = twitch.device as NonNullable<Provider["device"]>;
const answered = (status: number, body: unknown): HttpOutcome => ({
  kind: "answered",
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const GOOD = {
  device_code: "ike3GM8QIdYZs43KdrWPIO36LofILoCyFEzjlQ91",
  expires_in: 1800,
  interval: 5,
  user_code: "ABCDEFGH",
  verification_uri: "https://www.twitch.tv/activate?public=true&device-code=ABCDEFGH",
};
const read = (body: unknown, status = 200) =>
  readDeviceAuthorization(twitch, device, answered(status, body), 1_000);

test("scopes are sent in the body, under the provider's own parameter name", () => {
  const request = deviceRequest(device, "abc", ["chat:read", "chat:edit"]);
  expect(request).toMatchObject({ method: "POST", url: "https://id.twitch.tv/oauth2/device" });
  expect(request.body).toBe("client_id=abc&scopes=chat%3Aread+chat%3Aedit");
  const poll = devicePoll(twitch, device, "abc", new Secret("code"), ["chat:read"]);
  expect(new URLSearchParams(poll.body).get("grant_type")).toBe(
    "urn:ietf:params:oauth:grant-type:device_code",
  );
  expect(new URLSearchParams(poll.body).has("client_secret")).toBe(false);
});

test("an answer is read; a missing interval counts as five seconds", () => {
  const { interval: _interval, ...without } = GOOD;
  expect(read(GOOD)).toMatchObject({
    value: {
      userCode: "ABCDEFGH",
      verificationUri: GOOD.verification_uri,
      expiresAtMs: 1_801_000,
      intervalMs: 5_000,
    },
  });
  expect(read(without)).toMatchObject({ value: { intervalMs: 5_000 } });
  expect(read({ ...GOOD, interval: 8 })).toMatchObject({ value: { intervalMs: 8_000 } });
});

test.each([
  ["verification_uri", { verification_uri: "http://www.twitch.tv/activate" }],
  ["verification_uri", { verification_uri: "http://127.0.0.1:8080/activate" }],
  ["verification_uri", { verification_uri: "https://name:word@www.twitch.tv/activate" }],
  ["verification_uri", { verification_uri: "javascript:alert(1)" }],
  ["verification_uri", { verification_uri: "file:///etc/passwd" }],
  ["verification_uri", { verification_uri: null }],
  ["device_code", { device_code: "" }],
  ["user_code", { user_code: "AB\u202eCD" }],
])("an answer with a bad %s is refused, and the failure names only this member", (detail, part) => {
  expect(read({ ...GOOD, ...part })).toMatchObject({
    failure: { code: "provider_misbehaved", what: "member", detail },
  });
});

const OWN = "https://www.twitch.tv/activate";
const OTHER = "https://elsewhere.example/activate";
test.each<[string, object, { verificationUri: string; elsewhere: boolean }]>([
  ["the older member name", { verification_url: OWN }, { verificationUri: OWN, elsewhere: false }],
  [
    "the older member name, with the code in the URL",
    { verification_url_complete: `${OWN}?code=A`, verification_url: OWN },
    { verificationUri: `${OWN}?code=A`, elsewhere: false },
  ],
  [
    "a complete address and a plain one",
    { verification_uri_complete: `${OWN}?code=A`, verification_uri: OWN },
    { verificationUri: `${OWN}?code=A`, elsewhere: false },
  ],
  [
    "null as the complete address",
    { verification_uri_complete: null, verification_uri: OWN },
    { verificationUri: OWN, elsewhere: false },
  ],
  [
    "an empty complete address",
    { verification_uri_complete: "", verification_uri: OWN },
    { verificationUri: OWN, elsewhere: false },
  ],
  [
    "the provider's own page is preferred to a page at another host",
    { verification_uri_complete: OTHER, verification_uri: OWN },
    { verificationUri: OWN, elsewhere: false },
  ],
  ["another host", { verification_uri: OTHER }, { verificationUri: OTHER, elsewhere: true }],
  [
    "a host that looks like the provider's",
    { verification_uri: "https://twitch.tv.evil.example/activate" },
    { verificationUri: "https://twitch.tv.evil.example/activate", elsewhere: true },
  ],
  [
    "another port",
    { verification_url: "https://www.twitch.tv:8443/" },
    { verificationUri: "https://www.twitch.tv:8443/", elsewhere: true },
  ],
])("the verification page: %s", (_name, pages, wanted) => {
  const { verification_uri: _uri, ...rest } = GOOD;
  expect(read({ ...rest, ...pages })).toMatchObject({ value: wanted });
});

test("codes of digits may be JSON numbers", () => {
  const codes = { device_code: 1234567890, user_code: 90210 };
  expect(read({ ...GOOD, ...codes })).toMatchObject({ ok: true, value: { userCode: "90210" } });
  expect(read({ ...GOOD, user_code: " WDJB-MJHT\n" })).toMatchObject({ value: { userCode: "WDJB-MJHT" } });
  expect(read({ ...GOOD, user_code: 1.5 })).toMatchObject({ failure: { detail: "user_code" } });
});

test("a page on this computer is accepted only from a provider on this computer", () => {
  const page = { verification_uri: "http://[::1]:8080/activate" };
  const local = { ...twitch, test: true };
  expect(readDeviceAuthorization(local, device, answered(200, { ...GOOD, ...page }), 1_000)).toMatchObject({
    value: { elsewhere: true },
  });
  expect(read({ ...GOOD, ...page })).toMatchObject({ failure: { detail: "verification_uri" } });
});

/** JSON values in place of a number, and numbers that JSON cannot hold. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.double({ noNaN: false }),
  fc.integer(),
  fc.integer().map(String),
  fc.constantFrom(
    "5",
    "007",
    "1e9",
    "0x10",
    " 5",
    "",
    "-1",
    "0",
    "9".repeat(400),
    1e308,
    -0,
    0.2,
    300,
    300.5,
  ),
);
test("for any interval and expires_in: polls are 1 to 300 seconds apart, and end within an hour", () => {
  fc.assert(
    fc.property(anything, anything, (interval, expires_in) => {
      const answer = read({ ...GOOD, interval, expires_in });
      if (!answer.ok) throw new Error(answer.failure.code);
      const { intervalMs, expiresAtMs } = answer.value;
      expect(intervalMs).toBeGreaterThanOrEqual(1_000);
      expect(intervalMs).toBeLessThanOrEqual(300_000);
      expect(expiresAtMs).toBeGreaterThanOrEqual(2_000);
      expect(expiresAtMs).toBeLessThanOrEqual(1_000 + 3_600_000);
    }),
    { numRuns: 2_000 },
  );
});
test.each([
  [0, 5_000],
  [null, 5_000],
  ["8", 8_000],
  [300, 300_000],
  [301, 5_000],
  [-5, 5_000],
  [0.001, 5_000],
  ["soon", 5_000],
  [Infinity, 5_000],
])("an interval of %j means a poll every %i ms", (interval, intervalMs) => {
  expect(read({ ...GOOD, interval })).toMatchObject({ value: { intervalMs } });
});
test.each([
  ["1800", 1_801_000],
  [1, 2_000],
  [0, 3_601_000],
  [-1, 3_601_000],
  [null, 3_601_000],
  [1e15, 3_601_000],
])("expires_in %j means that the code expires at %i", (expires_in, expiresAtMs) => {
  expect(read({ ...GOOD, expires_in })).toMatchObject({ value: { expiresAtMs } });
});

test("the failure names the rejected part of the request", () => {
  expect(read({ status: 400, message: "invalid client" }, 400)).toMatchObject({
    failure: { code: "client_id_rejected" },
  });
  expect(readDeviceAuthorization(twitch, device, { kind: "not_sent", cause: "x" }, 0)).toMatchObject({
    failure: { code: "provider_unreachable" },
  });
});

const again = (intervalMs: number, waitMs = intervalMs) => ({ kind: "again", intervalMs, waitMs });
describe.each([
  ["Twitch", twitch, (word: string) => ({ status: 400, message: word })],
  ["RFC 8628", { ...twitch, dialect: oidcDialect }, (word: string) => ({ error: word })],
] as const)("a poll at %s", (name, provider, body) => {
  const poll = (outcome: HttpOutcome, intervalMs = 5_000, waitedMs = intervalMs) =>
    readDevicePoll(provider, outcome, ["a"], 1_000, intervalMs, waitedMs);
  test("goes on while the user has not answered, and more slowly after slow_down", () => {
    expect(poll(answered(400, body("authorization_pending")))).toEqual(again(5_000));
    expect(poll(answered(400, body("slow_down")))).toEqual(again(10_000));
    expect(poll(answered(400, body("slow_down")), 298_000)).toEqual(again(300_000));
  });
  test("ends when the user refuses, or when the code expires", () => {
    expect(poll(answered(400, body("access_denied")))).toEqual({ kind: "ended", verdict: "denied" });
    const over = name === "Twitch" ? "invalid device code" : "expired_token";
    expect(poll(answered(400, body(over)))).toEqual({ kind: "ended", verdict: "expired" });
  });
  test.each<HttpOutcome>([
    { kind: "not_sent", cause: "x" },
    { kind: "lost", cause: "x" },
    answered(500, "<html>"),
    answered(429, { message: "slower" }),
  ])("goes on, more slowly, after a temporary failure: %j", (outcome) => {
    expect(poll(outcome)).toEqual(again(5_000, 10_000));
  });
  test("waits at most half a minute while failures last, and returns to its old interval afterwards", () => {
    let waitMs = 5_000;
    for (let round = 0; round < 50; round += 1) {
      const next = poll({ kind: "lost", cause: "x" }, 5_000, waitMs);
      if (next.kind !== "again") throw new Error(next.kind);
      expect(next.waitMs).toBeGreaterThanOrEqual(waitMs);
      waitMs = next.waitMs;
    }
    expect(waitMs).toBe(30_000);
    expect(poll(answered(400, body("authorization_pending")), 5_000, waitMs)).toEqual(again(5_000));
    // The server's own interval still counts, even if it is longer than half a minute.
    expect(poll(answered(400, body("slow_down")), 5_000, waitMs)).toEqual(again(10_000));
    expect(poll({ kind: "lost", cause: "x" }, 60_000)).toEqual(again(60_000));
  });
  test("returns the tokens", () => {
    const tokens = { access_token: "t", refresh_token: "r", token_type: "bearer", expires_in: 60 };
    expect(poll(answered(200, tokens))).toMatchObject({
      kind: "tokens",
      tokens: { scopes: ["a"], expiresAtMs: 61_000 },
    });
  });
});
