/**
 * Only an error in the provider's own format is a refusal. A status alone, or JSON of a proxy, a firewall or a network's
 * login page is not: it ends no sign-in, changes no setting and erases nothing.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideRefresh } from "../../../core/lifecycle/refresh.ts";
import { readDevicePoll } from "../../../core/oauth/device.ts";
import { readRevocation } from "../../../core/oauth/revoke.ts";
import { readTokenOutcome } from "../../../core/oauth/token-request.ts";
import { readValidation } from "../../../core/oauth/validate.ts";
import { oidcDialect } from "../../../core/providers/oidc.ts";
import type { Grant, Provider } from "../../../core/providers/provider.ts";
import { twitch } from "../../../core/providers/twitch.ts";
import type { HttpOutcome } from "../../../core/ports.ts";

const harbor: Provider = { ...twitch, id: "harbor", name: "Harbor", dialect: oidcDialect };
const BOTH = [
  ["Twitch", twitch],
  ["an OIDC provider", harbor],
] as const;
const answered = (status: number, body: unknown, challenge?: string): HttpOutcome => ({
  kind: "answered",
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
  ...(challenge !== undefined && { challenge }),
});
const GRANTS: readonly Grant[] = ["authorization_code", "refresh_token", "device_code", "client_credentials"];
const token = (provider: Provider, outcome: HttpOutcome, grant: Grant = "refresh_token") =>
  readTokenOutcome(provider, outcome, { grant, scopes: [] }, 1_000);
const decided = (provider: Provider, outcome: HttpOutcome) =>
  decideRefresh(token(provider, outcome), { refreshReuse: "one_time", login: "mirelune" }, "X", 5_000);

/** Observed answers of proxies, firewalls, API gateways and captive portals. */
const STRANGERS: readonly unknown[] = [
  "",
  "<html><h1>Forbidden</h1></html>",
  {},
  { error: "Forbidden", message: "Access denied by policy" },
  { error: "unauthorized" },
  { error: "access denied", error_description: "invalid_grant" },
  { message: "Unauthorized", statusCode: 401 },
  { message: "invalid client certificate" },
  { status: "error", message: "Invalid refresh token" },
  { status: 407, message: "Invalid refresh token" },
  { status: true, message: "invalid access token" },
  { fault: { faultstring: "Invalid client" } },
  { error: { code: 401, message: "invalid_token" } },
  { error: null, message: null },
];

describe.each(BOTH)("%s", (_name, provider) => {
  const strangers = fc.tuple(
    fc.integer({ min: 400, max: 499 }),
    fc.oneof(fc.constantFrom(...STRANGERS), fc.dictionary(fc.string(), fc.jsonValue())),
  );
  test("a 4xx that is not the provider's refuses no token request, ends no session and erases no tombstone", () => {
    fc.assert(
      fc.property(strangers, fc.constantFrom(...GRANTS), ([status, body], grant) => {
        const outcome = answered(status, body);
        expect(token(provider, outcome, grant).kind).toBe("busy");
        expect(decided(provider, outcome)).toMatchObject({ kind: "retry", retryAfterMs: 60_000 });
        expect(readValidation(provider, outcome, 0)).toEqual({ kind: "busy", status });
        expect(readRevocation(provider, outcome)).toEqual({ kind: "busy", status });
        expect(readDevicePoll(provider, outcome, [], 0, 5_000).kind).toBe("again");
      }),
    );
  });
  test("an HTML page under 2xx does not confirm a revocation, and after it no refresh token is sent again", () => {
    for (const status of [200, 203, 206]) {
      const page = answered(status, "<!doctype html><title>Log in to the hotel's Wi-Fi</title>");
      expect(readRevocation(provider, page)).toEqual({ kind: "not_json", status });
      expect(readValidation(provider, page, 0)).toMatchObject({ kind: "misbehaved", what: "not_json" });
      expect(decided(provider, page)).toMatchObject({
        kind: "change_state",
        state: { name: "refresh_ambiguous", why: "unusable" },
      });
    }
  });
  test("after an error under 2xx that is not the provider's, the outcome of the refresh is unknown", () => {
    for (const body of [
      { error: "login required" },
      { error: { code: 7 } },
      { error: "captive", status: "x" },
    ])
      expect(decided(provider, answered(200, body))).toMatchObject({ state: { name: "refresh_ambiguous" } });
  });
  test("5xx is never a refusal, whatever its body contains", () => {
    for (const status of [500, 502, 503, 504]) {
      const words = { error: "invalid_grant", status, message: "Invalid refresh token" };
      expect(token(provider, answered(status, words)).kind).not.toBe("refused");
    }
  });
});

/** Status, body, and the expected refusal of a refresh, a code exchange and a client credentials request. */
const OWN: readonly (readonly [Provider, number, object, (string | undefined)[]])[] = [
  [twitch, 400, { status: 400, message: "Invalid refresh token" }, ["grant", "grant", undefined]],
  [twitch, 401, { status: "401", message: "INVALID REFRESH TOKEN" }, ["grant", "grant", undefined]],
  [twitch, 200, { status: 400, message: "Invalid refresh token" }, ["grant", "grant", undefined]],
  [twitch, 403, { status: 403, message: "invalid client secret" }, Array<string>(3).fill("client_secret")],
  [twitch, 400, { status: 400, message: "Invalid client_id: x" }, Array<string>(3).fill("client_id")],
  [
    twitch,
    400,
    { status: 400, message: "Parameter redirect_uri does not match registeredURI" },
    [undefined, "redirect_uri", undefined],
  ],
  [harbor, 400, { error: "invalid_grant" }, ["grant", "grant", undefined]],
  [harbor, 403, { error: "invalid_grant" }, ["grant", "grant", undefined]],
  [harbor, 200, { error: "bad_refresh_token", error_description: "gone" }, ["grant", "grant", undefined]],
  [
    harbor,
    200,
    { error: "bad_verification_code", error_uri: "https://example.com/" },
    ["grant", "grant", undefined],
  ],
  [harbor, 201, { error: "incorrect_client_credentials" }, Array<string>(3).fill("client")],
  [harbor, 401, { error: "invalid_client" }, Array<string>(3).fill("client")],
];
test.each(OWN)(
  "%#: the provider's own refusal counts for the grants that it can concern",
  (provider, status, body, [refresh, code, client]) => {
    const why = (grant: Grant) => {
      const verdict = token(provider, answered(status, body), grant);
      return verdict.kind === "refused" ? verdict.why : undefined;
    };
    expect([why("refresh_token"), why("authorization_code"), why("client_credentials")]).toEqual([
      refresh,
      code,
      client,
    ]);
  },
);

test("after any other error of the provider under 2xx the refresh is retried, at least a minute later", () => {
  expect(decided(harbor, answered(200, { error: "temporarily_unavailable" }))).toMatchObject({
    kind: "retry",
    retryAfterMs: 60_000,
  });
  expect(decided(twitch, answered(200, { status: 503, message: "" }))).toMatchObject({ kind: "retry" });
});

test("a device poll that is answered 200 with an error ends or goes on as that error says", () => {
  const poll = (provider: Provider, body: object) =>
    readDevicePoll(provider, answered(200, body), [], 0, 5_000);
  expect(poll(harbor, { error: "authorization_pending" })).toMatchObject({
    kind: "again",
    intervalMs: 5_000,
  });
  expect(poll(harbor, { error: "slow_down" })).toMatchObject({ kind: "again", intervalMs: 10_000 });
  expect(poll(harbor, { error: "access_denied" })).toMatchObject({ kind: "ended", verdict: "denied" });
  expect(poll(harbor, { error: "incorrect_device_code" })).toMatchObject({
    kind: "ended",
    verdict: "expired",
  });
  expect(poll(twitch, { status: 400, message: "authorization_pending" })).toMatchObject({
    kind: "again",
    intervalMs: 5_000,
  });
});

test.each([400, 401, 403, 429, 500, 502, 503])(
  "tokens in a %i answer count, and the old refresh token is used up",
  (status) => {
    const body = { access_token: "at", refresh_token: "rt", token_type: "bearer", expires_in: 60 };
    for (const more of [{}, { error: "invalid_grant" }, { status, message: "Invalid refresh token" }])
      for (const provider of [harbor, twitch])
        expect(decided(provider, answered(status, { ...body, ...more }))).toMatchObject({ kind: "replace" });
    // Without a usable access token the status decides.
    const half = { ...body, access_token: null };
    expect(decided(harbor, answered(status, half)).kind).not.toBe("replace");
  },
);

test("if an answer has tokens and an error, the tokens are kept and the error is reported", () => {
  const body = { access_token: "at", refresh_token: "rt", error: "partial <b>\n", error_description: "x" };
  const verdict = token(harbor, answered(200, body));
  expect(verdict).toMatchObject({ kind: "tokens", error: "partial b" });
  expect(decided(harbor, answered(200, body))).toMatchObject({
    kind: "replace",
    state: { name: "signed_in" },
    failure: { code: "provider_error", error: "partial b" },
  });
});

test("a new refresh token is kept even if its access token is unusable", () => {
  for (const access of [undefined, null, "", 7, "two words"]) {
    const decision = decided(harbor, answered(200, { access_token: access, refresh_token: "next" }));
    expect(decision).toMatchObject({ kind: "rotate", failure: { detail: "access_token" } });
    expect(decision.kind === "rotate" && decision.refreshToken.reveal()).toBe("next");
  }
  expect(
    decided(harbor, answered(200, { access_token: "at", token_type: "mac", refresh_token: "next" })).kind,
  ).toBe("rotate");
});

test("with an unreadable new refresh token the access token is kept, and the old refresh token is not sent again", () => {
  const decision = decided(harbor, answered(200, { access_token: "at", refresh_token: { value: "next" } }));
  expect(decision).toMatchObject({ kind: "replace", state: { name: "refresh_ambiguous", why: "unusable" } });
});

describe("validation", () => {
  const user = { client_id: "c", user_id: "7", login: "m", scopes: ["a"], expires_in: 60 };
  test.each([
    ["any 2xx", 203, user, { user_id: "7" }],
    ["user_id as a number", 200, { ...user, user_id: 7 }, { user_id: "7" }],
    ["login as a number", 200, { ...user, login: 42 }, { login: "42" }],
    ["expires_in in quotes", 200, { ...user, expires_in: "60" }, { expiresAtMs: 61_000 }],
    ["scopes as text", 200, { ...user, scopes: "a b" }, { scopes: ["a", "b"] }],
  ])("%s", (_name, status, body, want) =>
    expect(readValidation(twitch, answered(status, body), 1_000)).toMatchObject({
      kind: "valid",
      validation: want,
    }),
  );
  test.each([1e300, -1, null, {}, "soon", 9e15])(
    "expires_in %s means that the expiry is unknown",
    (expires_in) => {
      const verdict = readValidation(twitch, answered(200, { ...user, expires_in }), 1_000);
      expect(verdict.kind === "valid" && "expiresAtMs" in verdict.validation).toBe(false);
    },
  );
  test("unreadable scopes count as unknown, and an unreadable user does not count as another user", () => {
    const odd = readValidation(twitch, answered(200, { ...user, scopes: 7 }), 0);
    expect(odd.kind === "valid" && "scopes" in odd.validation).toBe(false);
    for (const user_id of [{}, true, 0.5, 1e300])
      expect(readValidation(twitch, answered(200, { ...user, user_id }), 0)).toMatchObject({
        kind: "misbehaved",
        detail: "user_id",
      });
  });
  test("the provider's own 401 ends the session, also under 2xx and in a challenge", () => {
    const rejected = { kind: "rejected" };
    expect(
      readValidation(twitch, answered(401, { status: 401, message: "invalid access token" }), 0),
    ).toEqual(rejected);
    expect(
      readValidation(twitch, answered(200, { status: 401, message: "Invalid access token" }), 0),
    ).toEqual(rejected);
    expect(readValidation(harbor, answered(401, ""), 0)).toEqual({ kind: "busy", status: 401 });
    expect(readValidation(harbor, answered(401, "", 'Bearer realm="x", error="invalid_token"'), 0)).toEqual(
      rejected,
    );
    expect(readValidation(harbor, answered(401, { error: "invalid_token" }), 0)).toEqual(rejected);
    expect(readValidation(harbor, answered(401, "", "Basic realm=invalid_token"), 0).kind).toBe("busy");
  });
  test("a 401 about a missing header, which a proxy removed, does not reject the token", () => {
    const missing = answered(401, { status: 401, message: "missing authorization token" });
    expect(readValidation(twitch, missing, 0).kind).toBe("busy");
  });
});

describe("revocation", () => {
  test.each([
    [200, ""],
    [204, ""],
    [202, "{}"],
    [200, "ok"],
    [200, "\uFEFF{}"],
  ])("a %s answer with the body %j confirms the revocation", (status, body) => {
    for (const [, provider] of BOTH)
      expect(readRevocation(provider, answered(status, body))).toEqual({ kind: "gone" });
  });
  test("an error that calls the token invalid confirms the revocation", () => {
    expect(readRevocation(harbor, answered(400, { error: "invalid_token" }))).toEqual({ kind: "gone" });
    expect(readRevocation(harbor, answered(200, { error: "invalid_token" }))).toEqual({ kind: "gone" });
    expect(readRevocation(twitch, answered(400, { status: 400, message: "Invalid token" }))).toEqual({
      kind: "gone",
    });
  });
  test("an unknown client is recognized only by the provider's own error", () => {
    expect(readRevocation(twitch, answered(404, { status: 404, message: "client does not exist" }))).toEqual({
      kind: "client_unknown",
    });
    expect(readRevocation(twitch, answered(404, "not found"))).toEqual({ kind: "busy", status: 404 });
    expect(readRevocation(harbor, answered(401, { error: "invalid_client" }))).toEqual({
      kind: "busy",
      status: 401,
    });
  });
});
