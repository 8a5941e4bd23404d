import { expect, test } from "vitest";
import type { SignInRecord } from "../../../core/accounts/records.ts";
import { holdsToken } from "../../../core/accounts/status.ts";
import { backOffMs, mayRefresh, refreshesAtMs } from "../../../core/lifecycle/schedule.ts";
import { signInRecord as record } from "../../support/sign-in-record.ts";

const HOUR = 3_600_000;
const { refresh_token: _none, ...withoutRefresh } = record();

test("a token is refreshed fifteen minutes before its expiry, a short-lived one after three quarters of its lifetime", () => {
  expect(refreshesAtMs(record())).toBe(3.75 * HOUR);
  expect(refreshesAtMs(record({ expiresAtMs: 60_000 }))).toBe(45_000);
});

test.each<[string, SignInRecord, boolean, boolean]>([
  ["signed in", record(), true, true],
  ["refreshing", record({ state: { name: "refreshing", sinceMs: 1 } }), true, true],
  ["ambiguous", record({ state: { name: "refresh_ambiguous", sinceMs: 1 } }), false, true],
  ["needs sign-in", record({ state: { name: "needs_sign_in", sinceMs: 1, why: "moved" } }), false, false],
  [
    "config error",
    record({ state: { name: "config_error", sinceMs: 1, why: "client_missing" } }),
    false,
    true,
  ],
  ["revoked", record({ state: { name: "revoked", sinceMs: 1 } }), false, false],
  ["without refresh token", withoutRefresh, false, true],
])("%s: whether it may be refreshed, and whether its token is used", (_name, signIn, refreshes, holds) => {
  expect([mayRefresh(signIn), holdsToken(signIn)]).toEqual([refreshes, holds]);
  if (!refreshes) expect(refreshesAtMs(signIn)).toBeUndefined();
});

test("the wait doubles, varies at random, has a maximum, and is not shorter than Retry-After", () => {
  expect([0, 1, 2].map((failures) => backOffMs(failures, 0.5))).toEqual([5_000, 10_000, 20_000]);
  expect(backOffMs(50, 0.5)).toBe(15 * 60_000);
  expect(backOffMs(0, 0)).toBeLessThan(backOffMs(0, 1));
  expect(backOffMs(0, 0.5, 60_000)).toBe(60_000);
});
