/** Whether tools get the token, and which status tools and the window see, for every state before and after the expiry. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SignInRecord, SignInState } from "../../../core/accounts/records.ts";
import {
  handsOut,
  holdsToken,
  LASTING,
  statusChangesAtMs,
  statusesOf,
  type Health,
  type Lasting,
} from "../../../core/accounts/status.ts";
import { signInRecord } from "../../support/sign-in-record.ts";

const HOUR = 3_600_000;
const NOW = 1_795_000_000_000;
const WELL: Health = { refreshing: false };
const record = (over: Partial<SignInRecord> = {}): SignInRecord =>
  signInRecord({ issuedAtMs: NOW - HOUR, expiresAtMs: NOW + 3 * HOUR, ...over });
const CLIENT_WHYS = [
  "client_id_rejected",
  "client_secret_rejected",
  "client_secret_missing",
  "client_missing",
] as const;
const SIGN_IN_WHYS = [
  "refresh_token_rejected",
  "access_token_rejected",
  "identity_mismatch",
  "moved",
] as const;

/** A record and its health, for each lasting state. */
const made: Record<Lasting, { state: SignInState; health: Health }> = {
  refresh_ambiguous: { state: { name: "refresh_ambiguous", sinceMs: 1 }, health: WELL },
  revoked: { state: { name: "revoked", sinceMs: 1 }, health: WELL },
  ...(Object.fromEntries([
    ...SIGN_IN_WHYS.map((why) => [why, { state: { name: "needs_sign_in", sinceMs: 1, why }, health: WELL }]),
    ...CLIENT_WHYS.map((why) => [why, { state: { name: "config_error", sinceMs: 1, why }, health: WELL }]),
  ]) as Record<(typeof SIGN_IN_WHYS)[number] | (typeof CLIENT_WHYS)[number], never>),
  provider_changed: {
    state: { name: "signed_in" },
    health: { refreshing: false, reason: { code: "provider_changed", provider: "P" } },
  },
  provider_unknown: {
    state: { name: "signed_in" },
    health: { refreshing: false, reason: { code: "provider_unknown", provider: "P" } },
  },
  record_changed: { state: { name: "signed_in" }, health: { refreshing: false, changedElsewhere: true } },
};

/** The state; whether tools get the token before it expires; the status for tools and window, before and after the expiry. */
const TABLE: readonly [Lasting, boolean, string, string, string, string][] = [
  ["refresh_ambiguous", true, "refresh_ambiguous", "refresh_ambiguous", "needs_sign_in", "needs_sign_in"],
  ["refresh_token_rejected", true, "ends_soon", "needs_sign_in", "needs_sign_in", "needs_sign_in"],
  ["provider_changed", true, "ends_soon", "needs_sign_in", "needs_sign_in", "needs_sign_in"],
  ["record_changed", true, "ends_soon", "ends_soon", "needs_sign_in", "needs_sign_in"],
  ["access_token_rejected", false, "needs_sign_in", "needs_sign_in", "needs_sign_in", "needs_sign_in"],
  ["identity_mismatch", false, "needs_sign_in", "needs_sign_in", "needs_sign_in", "needs_sign_in"],
  ["moved", false, "needs_sign_in", "needs_sign_in", "needs_sign_in", "needs_sign_in"],
  ["revoked", false, "revoked", "revoked", "revoked", "revoked"],
  ["client_id_rejected", true, "config_error", "config_error", "config_error", "config_error"],
  ["client_secret_rejected", true, "config_error", "config_error", "config_error", "config_error"],
  ["client_secret_missing", true, "config_error", "config_error", "config_error", "config_error"],
  ["client_missing", true, "config_error", "config_error", "config_error", "config_error"],
  ["provider_unknown", true, "config_error", "config_error", "config_error", "config_error"],
];

test("the table contains every lasting state", () => {
  expect(TABLE.map(([state]) => state).sort()).toEqual(Object.keys(LASTING).sort());
  expect(Object.keys(made).sort()).toEqual(Object.keys(LASTING).sort());
});

test.each(TABLE)(
  "%s: tools get the token: %s; status for tools %s, for the window %s; after the expiry %s and %s",
  (lasting, given, ...words) => {
    const { state, health } = made[lasting];
    const [tools, window, toolsAfter, windowAfter] = words;
    const signIn = record({ state });
    expect(holdsToken(signIn)).toBe(given);
    expect(statusesOf(signIn, health, NOW, signIn.expiresAtMs)).toEqual({ tools, window });
    const { access_token: _none, ...without } = signIn;
    expect(holdsToken(without)).toBe(false);
    for (const [one, nowMs] of [
      [signIn, NOW + 3 * HOUR],
      [without, NOW],
    ] as const)
      // prettier-ignore
      expect(statusesOf(one, health, nowMs, one.expiresAtMs)).toEqual({
      tools: toolsAfter,
      window: windowAfter,
    });
    // A token without an expiry is valid until the provider rejects it.
    const { expiresAtMs: _untold, ...endless } = signIn;
    expect(statusesOf(endless, health, NOW, undefined).tools).toBe(tools);
  },
);

test("a token that cannot be refreshed needs a sign-in after its expiry, for tools and in the window", () => {
  const { refresh_token: _none, ...signIn } = record({ expiresAtMs: NOW + 30 * 24 * HOUR });
  const at = (leftMs: number) => statusesOf(signIn, WELL, NOW + 30 * 24 * HOUR - leftMs, signIn.expiresAtMs);
  expect(at(4 * 24 * HOUR).tools).toBe("signed_in");
  expect(at(HOUR)).toEqual({ tools: "ends_soon", window: "ends_soon" });
  expect(at(1).tools).toBe("ends_soon");
  expect(at(0)).toEqual({ tools: "needs_sign_in", window: "needs_sign_in" });
});

test("a token that can be refreshed expires and is refreshed; time alone never makes it need a sign-in", () => {
  const signIn = record();
  expect(statusesOf(signIn, WELL, NOW, signIn.expiresAtMs).tools).toBe("signed_in");
  expect(statusesOf(signIn, WELL, NOW + 5 * HOUR, signIn.expiresAtMs).tools).toBe("expiring");
  expect(statusesOf(signIn, { refreshing: true }, NOW, signIn.expiresAtMs).tools).toBe("refreshing");
});

test("the status stays a client error while the keeper retries the refresh", () => {
  const stateBefore: SignInState = { name: "config_error", sinceMs: 1, why: "client_secret_rejected" };
  const signIn = record({ state: { name: "refreshing", sinceMs: NOW } });
  const statuses = statusesOf(signIn, { refreshing: true, stateBefore }, NOW, signIn.expiresAtMs);
  expect(statuses).toEqual({ tools: "config_error", window: "config_error" });
});

const anyRecord = fc
  .record({
    lasting: fc.constantFrom(undefined, ...(Object.keys(LASTING) as Lasting[])),
    hasToken: fc.boolean(),
    hasRefreshToken: fc.boolean(),
    leftMs: fc.option(fc.integer({ min: -5 * HOUR, max: 100 * HOUR }), { nil: undefined }),
    flow: fc.constantFrom("authorization_code", "implicit", "client_credentials", "import"),
  })
  .map(({ lasting, hasToken, hasRefreshToken, leftMs, flow }) => {
    const { access_token, refresh_token, expiresAtMs: _end, ...rest } = record({ flow });
    const { state, health } = lasting === undefined ? { state: rest.state, health: WELL } : made[lasting];
    const signIn: SignInRecord = {
      ...rest,
      state,
      ...(hasToken && access_token && { access_token }),
      ...(hasRefreshToken && refresh_token && { refresh_token }),
      ...(leftMs !== undefined && { expiresAtMs: NOW + leftMs }),
    };
    return { signIn, health, lasting };
  });

test("for any record: the status for tools agrees with whether they get the token", () => {
  fc.assert(
    fc.property(anyRecord, ({ signIn, health }) => {
      const { tools } = statusesOf(signIn, health, NOW, signIn.expiresAtMs);
      const lives = (signIn.expiresAtMs ?? Infinity) > NOW;
      if (holdsToken(signIn) && lives) expect(["needs_sign_in", "revoked"]).not.toContain(tools);
      else expect(["signed_in", "ends_soon", "refresh_ambiguous"]).not.toContain(tools);
      if (handsOut(signIn, NOW, signIn.expiresAtMs)) expect(holdsToken(signIn)).toBe(true);
    }),
    { numRuns: 2_000, seed: 20_261_130 },
  );
});

test("for any record: the next status change by time is announced to the millisecond, and none is missed", () => {
  fc.assert(
    fc.property(anyRecord, fc.nat(120 * HOUR), ({ signIn, health }, laterMs) => {
      const { expiresAtMs } = signIn;
      const at = (nowMs: number) => JSON.stringify(statusesOf(signIn, health, nowMs, expiresAtMs));
      const changesAtMs = statusChangesAtMs(signIn, health, NOW, expiresAtMs);
      if (changesAtMs !== undefined) {
        expect(at(changesAtMs)).not.toBe(at(NOW));
        expect(at(changesAtMs - 1)).toBe(at(NOW));
      }
      if (at(NOW + laterMs) !== at(NOW)) expect(changesAtMs ?? Infinity).toBeLessThanOrEqual(NOW + laterMs);
    }),
    { numRuns: 2_000, seed: 20_261_130 },
  );
});
