import { expect, test } from "vitest";
import { readTokenResponse } from "../../core/oauth/token-response.ts";

const bare = { access_token: "at", token_type: "bearer" };
const read = (body: Record<string, unknown>) => readTokenResponse(body, ["chat:read"], 1_000, "Test");

test.each([
  {
    name: "scope as text",
    body: { ...bare, scope: "chat:read chat:edit" },
    want: { scopes: ["chat:read", "chat:edit"] },
  },
  { name: "scope as an array", body: { ...bare, scope: ["chat:read"] }, want: { scopes: ["chat:read"] } },
  { name: "an array with an empty text is no scope", body: { ...bare, scope: [""] }, want: { scopes: [] } },
  { name: "no scope is the scope asked for", body: bare, want: { scopes: ["chat:read"] } },
  { name: "expires_in is seconds", body: { ...bare, expires_in: 60 }, want: { expiresAtMs: 61_000 } },
  { name: "Bearer in any case", body: { ...bare, token_type: "Bearer" }, want: {} },
])("$name", ({ body, want }) => expect(read(body)).toMatchObject({ ok: true, value: want }));

test("no expires_in is unknown, and an empty refresh token is none", () => {
  const answer = read({ ...bare, refresh_token: "" });
  expect(answer.ok && "expiresAtMs" in answer.value).toBe(false);
  expect(answer.ok && "refreshToken" in answer.value).toBe(false);
});

test.each([
  ["access_token", { token_type: "bearer" }],
  ["access_token", { ...bare, access_token: "" }],
  ["access_token", { ...bare, access_token: 7 }],
  ["token_type", { access_token: "at" }],
  ["token_type", { ...bare, token_type: "mac" }],
  ["refresh_token", { ...bare, refresh_token: 7 }],
  ["expires_in", { ...bare, expires_in: "60" }],
  ["expires_in", { ...bare, expires_in: -1 }],
  ["scope", { ...bare, scope: 7 }],
  ["scope", { ...bare, scope: [7] }],
])("names %s and never its value", (detail, body) => {
  const failure = { code: "provider_misbehaved", provider: "Test", what: "member", detail };
  expect(read(body)).toEqual({ ok: false, failure });
});
