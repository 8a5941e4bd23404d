import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REFRESH_MARGIN_MS } from "../../core/lifecycle/schedule.ts";
import {
  COUNTS_MS,
  countdown,
  dateOf,
  dayOf,
  lifeOf,
  listOf,
  numberOf,
  timeLeft,
  timeOf,
  whenNext,
  whenOf,
} from "../../renderer/text/format.ts";
import { contents, firstNames, namesOf, summary } from "../../renderer/text/phrases.ts";
import { allows, familyOf, keyName, say } from "../../renderer/text/t.ts";
import { de } from "../../text/de.ts";
import { en } from "../../text/en.ts";

const now = new Date(2026, 10, 25, 14, 10).getTime();
const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;

const inBoth: readonly (readonly [string, () => string, string, string])[] = [
  ["a time of today", () => timeOf(now, now), "14:10", "14:10"],
  ["a time of this week", () => timeOf(now - DAY, now), "Tue 14:10", "Di 14:10"],
  ["a time of an earlier week", () => timeOf(now - 20 * DAY, now), "5 Nov", "5. Nov."],
  ["a date", () => dateOf(now), "25 Nov 2026", "25. Nov. 2026"],
  ["today", () => dayOf(now, now), "Today", "Heute"],
  ["yesterday", () => dayOf(now - DAY, now), "Yesterday", "Gestern"],
  ["a day", () => dayOf(now - 3 * DAY, now), "Sunday 22 November", "Sonntag, 22. November"],
  ["a number", () => numberOf(10_000), "10,000", "10.000"],
  [
    "keys",
    () => ["Ctrl", "Space", "Home", "K", "/"].map(keyName).join(),
    "Ctrl,Space,Home,K,/",
    "Strg,Leertaste,Pos1,K,/",
  ],
  ["a scope's family", () => familyOf({ name: "channel:read:ads" }), "Channel", "Kanal"],
  ["an unknown family", () => familyOf({ name: "repo:status" }), "repo", "repo"],
  ["just now", () => whenOf(now, now), "just now", de.format.justNow],
  ["minutes ago", () => whenOf(now - 12 * MIN, now), "12 min ago", "vor 12 Min."],
  ["in minutes", () => whenOf(now + 48 * MIN, now), "in 48 min", "in 48 Min."],
  ["hours ago", () => whenOf(now - 3 * HOUR, now), "3 h ago", "vor 3 Std."],
  ["tomorrow", () => whenOf(now + DAY, now), "tomorrow", "morgen"],
  ["soon", () => whenNext(now + 10_000, now), "in a moment", de.format.soon],
  ["a countdown", () => countdown(3 * HOUR + 27 * MIN + 41_000), "3:27:41", "3:27:41"],
  ["time left", () => timeLeft(3 * HOUR + 7 * MIN + 41_000), "3 h 07 min", "3 h 07 min"],
  ["an hour left", () => timeLeft(HOUR), "1 h 00 min", "1 h 00 min"],
  ["less than an hour left", () => timeLeft(HOUR - 1), "59 min", "59 min"],
  ["a quarter of an hour left", () => timeLeft(15 * MIN - 1), "0:14:59", "0:14:59"],
  ["names", () => listOf(["a", "b", "c"]), "a, b and c", "a, b und c"],
];

describe.each(["en", "de"] as const)("in %s", (language) => {
  beforeAll(() =>
    say(language, language === "de" ? de : en, language === "de" ? { "bits:read": "Bits" } : {}),
  );
  afterAll(() => say("en", en));
  test.each(inBoth)("%s", (_name, make, english, german) => {
    expect(make()).toBe(language === "de" ? german : english);
  });
  test("a scope is described by the language's words, else by the data's summary", () => {
    expect(allows({ name: "bits:read", summary: "See Bits" })).toBe(language === "de" ? "Bits" : "See Bits");
    expect(allows({ name: "nobody:knows" })).toBeUndefined();
  });
});

test("seconds are shown only below the margin in which a token is refreshed", () => {
  expect(COUNTS_MS).toBe(REFRESH_MARGIN_MS);
});

describe("in English", () => {
  test("durations are rounded to two units", () => {
    expect(countdown(41 * DAY + 6 * HOUR)).toBe("41 d 06 h");
    expect([timeLeft(2 * DAY - 1), timeLeft(2 * DAY)]).toEqual(["47 h 59 min", "2 d 00 h"]);
    expect([30 * MIN, 4 * HOUR, 60 * DAY].map(lifeOf)).toEqual(["30 min", "4 h", "60 days"]);
  });
  test("the summary counts the accounts that need the user", () => {
    expect([summary(0, 0), summary(0, 1), summary(0, 2), summary(0, 5)]).toEqual([
      "No active accounts.",
      "Up to date.",
      "Both accounts are up to date.",
      "All 5 accounts are up to date.",
    ]);
    expect(summary(1, 2)).toBe("1 account needs attention. The other one is fine.");
    expect(summary(3, 12)).toBe("3 accounts need attention. The other 9 are fine.");
    expect(summary(2, 2)).toBe("2 accounts need attention.");
  });
  test("contents and names are counted, and long lists are cut", () => {
    expect([contents(0, 0), contents(1, 2), contents(0, 1)]).toEqual([
      "0 sign-ins",
      "1 sign-in and 2 apps",
      "1 app",
    ]);
    expect(namesOf(["a", "b"], 5)).toBe("a, b and 3 more");
    expect(firstNames(Array.from("abcdefghijk"))).toBe("a, b, c, d, e, f, g, h, 3 more");
  });
});
