/** RFC 8628 as it is spoken: what is asked, what is believed, and how long it is asked again. */
import { describe, expect, test } from "vitest";
import {
  devicePoll,
  deviceRequest,
  readDeviceAuthorization,
  readDevicePoll,
} from "../../core/oauth/device.ts";
import type { HttpOutcome } from "../../core/ports.ts";
import { oidcDialect } from "../../core/providers/oidc.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { twitch } from "../../core/providers/twitch.ts";
import { Secret } from "../../core/secret.ts";

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

test("scopes go into the body, under the provider's own name for them", () => {
  const request = deviceRequest(device, "abc", ["chat:read", "chat:edit"]);
  expect(request).toMatchObject({ method: "POST", url: "https://id.twitch.tv/oauth2/device" });
  expect(request.body).toBe("client_id=abc&scopes=chat%3Aread+chat%3Aedit");
  const poll = devicePoll(twitch, device, "abc", new Secret("code"), ["chat:read"]);
  expect(new URLSearchParams(poll.body).get("grant_type")).toBe(
    "urn:ietf:params:oauth:grant-type:device_code",
  );
  expect(new URLSearchParams(poll.body).has("client_secret")).toBe(false);
});

test("an answer is read; without an interval it is five seconds", () => {
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
  ["verification_uri", { verification_uri: "https://twitch.tv.evil.example/activate" }],
  ["verification_uri", { verification_uri: "http://www.twitch.tv/activate" }],
  ["verification_uri", { verification_uri: "https://name:word@www.twitch.tv/activate" }],
  ["verification_uri", { verification_uri: "javascript:alert(1)" }],
  ["verification_uri", { verification_uri_complete: "https://elsewhere.example/" }],
  ["device_code", { device_code: "" }],
  ["user_code", { user_code: "AB\u202eCD" }],
  ["expires_in", { expires_in: -1 }],
  ["interval", { interval: "5" }],
])("an answer with a bad %s is refused, and names it alone", (detail, part) => {
  expect(read({ ...GOOD, ...part })).toMatchObject({
    failure: { code: "provider_misbehaved", what: "member", detail },
  });
});

test("a refusal says which of what we sent was wrong", () => {
  expect(read({ status: 400, message: "invalid client" }, 400)).toMatchObject({
    failure: { code: "client_id_rejected" },
  });
  expect(readDeviceAuthorization(twitch, device, { kind: "not_sent", cause: "x" }, 0)).toMatchObject({
    failure: { code: "provider_unreachable" },
  });
});

describe.each([
  ["Twitch", twitch, (word: string) => ({ status: 400, message: word })],
  ["RFC 8628", { ...twitch, dialect: oidcDialect }, (word: string) => ({ error: word })],
] as const)("a poll at %s", (name, provider, body) => {
  const poll = (outcome: HttpOutcome) => readDevicePoll(provider, outcome, ["a"], 1_000, 5_000);
  test("goes on while the person has not answered, and more slowly when it was too fast", () => {
    expect(poll(answered(400, body("authorization_pending")))).toEqual({ kind: "again", intervalMs: 5_000 });
    expect(poll(answered(400, body("slow_down")))).toEqual({ kind: "again", intervalMs: 10_000 });
  });
  test("ends with a refusal, or with the code's own end", () => {
    expect(poll(answered(400, body("access_denied")))).toEqual({ kind: "ended", verdict: "denied" });
    const over = name === "Twitch" ? "invalid device code" : "expired_token";
    expect(poll(answered(400, body(over)))).toEqual({ kind: "ended", verdict: "expired" });
  });
  test.each<HttpOutcome>([
    { kind: "not_sent", cause: "x" },
    { kind: "lost", cause: "x" },
    answered(500, "<html>"),
    answered(429, { message: "slower" }),
  ])("goes on, more slowly, over trouble that passes: %j", (outcome) => {
    expect(poll(outcome)).toEqual({ kind: "again", intervalMs: 10_000 });
  });
  test("brings tokens", () => {
    const tokens = { access_token: "t", refresh_token: "r", token_type: "bearer", expires_in: 60 };
    expect(poll(answered(200, tokens))).toMatchObject({
      kind: "tokens",
      tokens: { scopes: ["a"], expiresAtMs: 61_000 },
    });
  });
});
