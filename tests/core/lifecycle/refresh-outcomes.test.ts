/** What each outcome of a refresh request means for a sign-in (core/lifecycle/refresh.ts), row by row. */
import { describe, expect, test } from "vitest";
import { afterInterruption, decideRefresh, reuseAfter } from "../../../core/lifecycle/refresh.ts";
import { readTokenOutcome } from "../../../core/oauth/token-request.ts";
import type { HttpOutcome } from "../../../core/ports.ts";
import { twitch } from "../../../core/providers/twitch.ts";
import { Secret } from "../../../core/secret.ts";

const NOW = 5_000;
const REFRESH = { grant: "refresh_token", scopes: [] } as const;
const json = (status: number, body: unknown): HttpOutcome => ({
  kind: "answered",
  status,
  body: JSON.stringify(body),
});
const html = (status: number): HttpOutcome => ({
  kind: "answered",
  status,
  body: "<html><h1>Sorry</h1></html>",
});
const jsonMessage = (status: number, message: string) => json(status, { status, message });

const RETRY = { one_time: "retry", safe: "retry" };
const AMBIGUOUS = { one_time: "refresh_ambiguous", safe: "retry" };
const GONE = { one_time: "needs_sign_in", safe: "needs_sign_in" };
const CONFIG = { one_time: "config_error", safe: "config_error" };
const NEW = { one_time: "replace", safe: "replace" };

const rows: readonly [string, HttpOutcome, { one_time: string; safe: string }][] = [
  ["a complete answer", json(200, { access_token: "a", token_type: "bearer", refresh_token: "r" }), NEW],
  ["not sent: name not found", { kind: "not_sent", cause: "ERR_NAME_NOT_RESOLVED" }, RETRY],
  ["429 with an empty body", { kind: "answered", status: 429, body: "" }, RETRY],
  ["400 missing client secret", jsonMessage(400, "missing client secret"), CONFIG],
  ["400 invalid client", jsonMessage(400, "invalid client"), CONFIG],
  ["403 invalid client secret", jsonMessage(403, "invalid client secret"), CONFIG],
  ["400 Invalid refresh token", jsonMessage(400, "Invalid refresh token"), GONE],
  ["400 in capital letters", jsonMessage(400, "INVALID REFRESH TOKEN"), GONE],
  ["401 Invalid refresh token", jsonMessage(401, "Invalid refresh token"), GONE],
  ["401 with an unknown message", jsonMessage(401, "anything"), RETRY],
  ["400 with an unknown message", jsonMessage(400, "a new kind of trouble"), RETRY],
  ["404", html(404), RETRY],
  ["500 with JSON", jsonMessage(500, "Missing column authorization_id"), RETRY],
  ["503 with JSON", jsonMessage(503, ""), RETRY],
  ["500 with an HTML page", html(500), AMBIGUOUS],
  ["502", html(502), AMBIGUOUS],
  ["504 with JSON", jsonMessage(504, "timeout"), AMBIGUOUS],
  ["a redirect", { kind: "redirected", status: 302 }, AMBIGUOUS],
  ["200 with an HTML page", html(200), AMBIGUOUS],
  ["200 with half a JSON object", { kind: "answered", status: 200, body: '{"access_token":"a' }, AMBIGUOUS],
  ["200 without a token", json(200, { token_type: "bearer" }), AMBIGUOUS],
  ["200 and 10 MB", { kind: "too_large", status: 200 }, AMBIGUOUS],
  ["time-out after sending", { kind: "lost", cause: "timeout" }, AMBIGUOUS],
  ["reset after sending", { kind: "lost", cause: "ERR_CONNECTION_RESET" }, AMBIGUOUS],
];

describe.each(["one_time", "safe"] as const)("%s", (refreshReuse) => {
  test.each(rows)("%s", (_name, outcome, want) => {
    const verdict = readTokenOutcome(twitch, outcome, REFRESH, NOW);
    const decision = decideRefresh(verdict, { refreshReuse, login: "mirelune" }, "Twitch", NOW);
    expect(decision.kind === "change_state" ? decision.state.name : decision.kind).toBe(want[refreshReuse]);
  });
});

test("a retry waits for the time in Retry-After; with a one-time token at least a minute", () => {
  const refusal = { kind: "answered", status: 429, body: "", retryAfterMs: 7_000 } as const;
  const verdict = readTokenOutcome(twitch, refusal, REFRESH, NOW);
  const waitOf = (refreshReuse: "safe" | "one_time") =>
    decideRefresh(verdict, { refreshReuse, login: "mirelune" }, "Twitch", NOW);
  expect(waitOf("safe")).toMatchObject({ kind: "retry", retryAfterMs: 7_000 });
  expect(waitOf("one_time")).toMatchObject({ kind: "retry", retryAfterMs: 60_000 });
});

test("an interrupted refresh with a one-time token is never sent again", () => {
  const state = { name: "refreshing", sinceMs: 1_000 } as const;
  expect(afterInterruption({ refreshReuse: "one_time", state })).toEqual({
    name: "refresh_ambiguous",
    sinceMs: 1_000,
    why: "interrupted",
  });
  expect(afterInterruption({ refreshReuse: "safe", state })).toEqual({ name: "signed_in" });
  const lasting = { name: "revoked", sinceMs: 1 } as const;
  expect(afterInterruption({ refreshReuse: "one_time", state: lasting })).toBe(lasting);
});

test("a refresh token that the provider returned unchanged may be sent again", () => {
  const refresh_token = new Secret("same");
  const tokens = (value: string | undefined) => ({
    accessToken: new Secret("a"),
    scopes: [],
    ...(value !== undefined && { refreshToken: new Secret(value) }),
  });
  expect(reuseAfter({ refreshReuse: "one_time", refresh_token }, tokens("same"))).toBe("safe");
  expect(reuseAfter({ refreshReuse: "one_time", refresh_token }, tokens("other"))).toBe("one_time");
  expect(reuseAfter({ refreshReuse: "one_time", refresh_token }, tokens(undefined))).toBe("one_time");
  expect(reuseAfter({ refreshReuse: "safe", refresh_token }, tokens("other"))).toBe("one_time");
});
