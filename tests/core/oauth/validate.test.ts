import { sandboxAt } from "../../../core/providers/sandbox.ts";
import { expect, test } from "vitest";
import { readValidation } from "../../../core/oauth/validate.ts";
import type { HttpOutcome } from "../../../core/ports.ts";

const json = (status: number, body: unknown): HttpOutcome => ({
  kind: "answered",
  status,
  body: JSON.stringify(body),
});
const user = { client_id: "cid", login: "mirelune", user_id: "7", scopes: ["chat:read"], expires_in: 60 };

test.each<[string, HttpOutcome, unknown]>([
  [
    "a user token",
    json(200, user),
    {
      kind: "valid",
      validation: {
        client_id: "cid",
        login: "mirelune",
        user_id: "7",
        scopes: ["chat:read"],
        expiresAtMs: 61_000,
      },
    },
  ],
  ["scopes null", json(200, { ...user, scopes: null }), { kind: "valid", validation: { scopes: [] } }],
  ["401", json(401, { status: 401, message: "invalid access token" }), { kind: "rejected" }],
  [
    "429 with an empty body",
    { kind: "answered", status: 429, body: "", retryAfterMs: 3000 },
    { kind: "busy", status: 429, retryAfterMs: 3000 },
  ],
  ["500", json(500, {}), { kind: "busy", status: 500 }],
  [
    "an HTML page",
    { kind: "answered", status: 200, body: "<html>" },
    { kind: "misbehaved", what: "not_json" },
  ],
  [
    "a redirect",
    { kind: "redirected", status: 302 },
    { kind: "misbehaved", what: "redirect", detail: "302" },
  ],
  ["10 MB", { kind: "too_large", status: 200 }, { kind: "misbehaved", what: "too_large" }],
  [
    "no client_id",
    json(200, { ...user, client_id: undefined }),
    { kind: "misbehaved", what: "member", detail: "client_id" },
  ],
  [
    "scopes as a number count as unknown",
    json(200, { ...user, scopes: 7 }),
    { kind: "valid", validation: { client_id: "cid", user_id: "7" } },
  ],
  ["a refused connection", { kind: "not_sent", cause: "ECONNREFUSED" }, { kind: "unreachable" }],
  ["a dropped connection", { kind: "lost", cause: "ECONNRESET" }, { kind: "unreachable" }],
])("%s", (_name, outcome, want) =>
  expect(readValidation(sandboxAt("http://localhost"), outcome, 1_000)).toMatchObject(want as object),
);

test("the scopes are unknown if none of them is readable", () => {
  for (const scopes of [7, [7], [{ name: "chat:read" }], [null]]) {
    const verdict = readValidation(sandboxAt("http://localhost"), json(200, { ...user, scopes }), 1_000);
    expect(verdict.kind === "valid" && "scopes" in verdict.validation).toBe(false);
  }
});

test("expires_in 0 on a valid token means that its expiry is unknown", () => {
  const verdict = readValidation(sandboxAt("http://localhost"), json(200, { ...user, expires_in: 0 }), 1_000);
  expect(verdict.kind === "valid" && "expiresAtMs" in verdict.validation).toBe(false);
});

test("an app token has no user", () => {
  const verdict = readValidation(
    sandboxAt("http://localhost"),
    json(200, { client_id: "cid", login: null, user_id: null, scopes: [] }),
    1_000,
  );
  expect(verdict.kind === "valid" && "user_id" in verdict.validation).toBe(false);
});
