/** No number, from any source, makes a record unreadable, the keeper loop without pause, or a screen fail. */
import fc from "fast-check";
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { decodeRecord, encodeRecord, type SignInRecord } from "../../../core/accounts/records.ts";
import { idText, instantMs, intervalSec, lifeSec } from "../../../core/bounds.ts";
import {
  budgetFreeAtMs,
  issuesAfter,
  refreshesAtMs,
  tombstoneEndsAtMs,
  tombstoneFrom,
  withoutFutureInstants,
} from "../../../core/lifecycle/schedule.ts";
import type { TombstoneRecord } from "../../../core/accounts/records.ts";
import { originsOf } from "../../../core/providers/provider.ts";
import { twitch } from "../../../core/providers/twitch.ts";
import { Secret } from "../../../core/secret.ts";
import { claimViews } from "../../../core/oidc/claims.ts";
import * as format from "../../../renderer/text/format.ts";

const NOW = Date.UTC(2026, 10, 30);
const HOUR = 3_600_000;
const TEN_YEARS = 10 * 365.25 * 24 * HOUR;
const stored = {
  kind: "sign_in",
  id: randomUUID(),
  generation: 1,
  provider: "twitch",
  pinned: { issuer: "i", token: "t", revocation: "r", validation: "v" },
  flow: "authorization_code",
  refreshReuse: "one_time",
  client: randomUUID(),
  client_id: "c",
  user_id: "7",
  login: "mirelune",
  displayName: "Mirelune",
  access_token: "at",
  refresh_token: "rt",
  scopes: [],
  issuedAtMs: NOW,
  expiresAtMs: NOW + HOUR,
  recentIssuesAtMs: [NOW],
  createdAtMs: NOW,
  state: { name: "signed_in" },
};
const decoded = (members: object): SignInRecord => {
  const record = decodeRecord(JSON.stringify({ ...stored, ...members }));
  if (record?.kind !== "sign_in") throw new Error("not readable");
  return record;
};

test.each([
  [
    lifeSec,
    [1, 315_360_000, "60", " 60.0 "],
    [0, -1, 0.5, 315_360_001, "-1", "1e3", "", null, {}, [60], NaN, Infinity],
  ],
  [
    instantMs,
    [Date.UTC(2000, 0, 1), NOW, Date.UTC(2100, 0, 1)],
    [0, -1, 1e300, Infinity, NaN, "2026", null, Date.UTC(1999, 11, 31)],
  ],
  [idText, ["7", 7, 0], ["", null, 0.5, 1e300, {}, true, []]],
] as const)("%#: a value within bounds is read, every other value is unknown", (read, inside, outside) => {
  for (const value of inside) expect(read(value)).toBeDefined();
  for (const value of outside) expect(read(value)).toBeUndefined();
});

test("a polling interval is 1 to 300 seconds; any other value counts as 5", () => {
  expect([1, "7", 300].map(intervalSec)).toEqual([1, 7, 300]);
  for (const odd of [0, -1, 0.2, 301, 1e300, null, undefined, {}, "soon"]) expect(intervalSec(odd)).toBe(5);
});

const anything = fc.oneof(
  fc.double(),
  fc.jsonValue(),
  fc.maxSafeInteger(),
  fc.constant(9.2e18),
  fc.constant(null),
);

test("a record with any instants is readable, its instants are within bounds, and no calculation with them fails", () => {
  fc.assert(
    fc.property(
      anything,
      anything,
      anything,
      fc.array(anything),
      anything,
      (issuedAtMs, expiresAtMs, createdAtMs, recentIssuesAtMs, sinceMs) => {
        const state = { name: "refresh_ambiguous", sinceMs };
        const record = decoded({ issuedAtMs, expiresAtMs, createdAtMs, recentIssuesAtMs, state });
        for (const ms of [
          record.issuedAtMs,
          record.createdAtMs,
          record.expiresAtMs ?? NOW,
          ...(record.recentIssuesAtMs ?? []),
        ])
          expect(ms === 0 || instantMs(ms) === ms).toBe(true);
        expect(decodeRecord(encodeRecord(record))).toEqual(record);
        const mended = withoutFutureInstants({ ...record, state: { name: "signed_in" } }, NOW);
        expect(mended.issuedAtMs).toBeLessThanOrEqual(NOW + 30_000);
        for (const ms of [
          refreshesAtMs(mended) ?? 0,
          budgetFreeAtMs(mended),
          ...issuesAfter(mended, NOW, NOW + HOUR),
        ])
          expect(Number.isFinite(ms)).toBe(true);
      },
    ),
  );
});

test("an older record with null as its expiry, or white space after its token, is readable", () => {
  expect(decoded({ expiresAtMs: null }).expiresAtMs).toBeUndefined();
  expect(decoded({ access_token: "at \n" }).access_token?.reveal()).toBe("at");
});

test("a token stored while the clock was ten years ahead keeps its lifetime, counted from now", () => {
  const ahead = NOW + TEN_YEARS;
  const record = decoded({
    issuedAtMs: ahead,
    expiresAtMs: ahead + 4 * HOUR,
    createdAtMs: ahead,
    recentIssuesAtMs: [ahead],
  });
  const mended = withoutFutureInstants(record, NOW);
  expect(mended).toMatchObject({
    issuedAtMs: NOW,
    expiresAtMs: NOW + 4 * HOUR,
    createdAtMs: NOW,
    recentIssuesAtMs: [NOW],
  });
  expect(refreshesAtMs(mended)).toBeLessThan(NOW + 4 * HOUR);
  expect(withoutFutureInstants(mended, NOW)).toBe(mended);
});

test("a tombstone ends when its token expires, or after ninety days if the expiry is unknown", () => {
  expect(tombstoneEndsAtMs({ expiresAtMs: NOW, createdAtMs: 1 })).toBe(NOW);
  expect(tombstoneEndsAtMs({ createdAtMs: NOW })).toBe(NOW + 90 * 24 * HOUR);
});
test("a tombstone without a creation instant, or with one in the future, counts from now", () => {
  const tombstone: TombstoneRecord = {
    kind: "tombstone",
    id: "00000000-0000-4000-8000-000000000001",
    generation: 1,
    provider: "twitch",
    pinned: originsOf(twitch),
    client_id: "c",
    access_token: new Secret("a"),
    createdAtMs: NOW,
  };
  expect(tombstoneFrom(tombstone, NOW)).toBe(tombstone);
  expect(tombstoneEndsAtMs(tombstoneFrom({ ...tombstone, createdAtMs: 0 }, NOW))).toBe(NOW + 90 * 24 * HOUR);
  const ahead = { ...tombstone, createdAtMs: NOW + 90_000 * HOUR, expiresAtMs: NOW + 90_004 * HOUR };
  expect(tombstoneEndsAtMs(tombstoneFrom(ahead, NOW))).toBe(NOW + 4 * HOUR);
});

test("claims of any type become text, and each name appears once", () => {
  const name = "n".repeat(60);
  const deep = Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], 1);
  const views = claimViews({ sub: "7", exp: 1e300, iat: NOW / 1000, [`${name}1`]: 1, [`${name}2`]: 2, deep });
  expect(views.filter((view) => view.name === name)).toHaveLength(1);
  expect(views.find((view) => view.name === "exp")).toEqual({ name: "exp", value: "1e+300" });
  expect(views.find((view) => view.name === "iat")).toMatchObject({ atMs: NOW });
});

test("every formatter of instants and durations accepts any number", () => {
  const { timeOf, dayOf, whenOf, whenNext, clockOf, dateOf, isoOf, countdown, timeLeft, lifeOf } = format;
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.constantFrom(9.2e18, Infinity, -Infinity, NaN, 8.64e15)), (ms) => {
      for (const text of [
        timeOf(ms, NOW),
        dayOf(ms, NOW),
        whenOf(ms, NOW),
        whenNext(ms, NOW),
        clockOf(ms),
        dateOf(ms),
        isoOf(ms),
        countdown(ms),
        timeLeft(ms),
        lifeOf(ms),
      ])
        expect(text).not.toMatch(/NaN|Infinity|Invalid/);
    }),
  );
});
