/** The everyday entries of an account and hour become one line, and no entry is lost. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ActivityView } from "../../contract/views/history.ts";
import { linesOf, lineText } from "../../renderer/state/activity.ts";

const HOUR_MS = 3_600_000;
const entry = (what: ActivityView["what"], atMs: number, more: Partial<ActivityView> = {}): ActivityView => ({
  signIn: "a",
  what,
  atMs,
  count: 1,
  ...more,
});

test("tools, copies and checks of one hour are one line, which counts them", () => {
  const [line, ...others] = linesOf([
    entry("handed_out", 50, { tool: "Overlay", count: 12 }),
    entry("handed_out", 40, { tool: "Bot", count: 3 }),
    entry("copied", 30, { count: 2 }),
    entry("handed_out", 20, { tool: "Deck" }),
    entry("validated", 10),
  ]);
  expect(others).toEqual([]);
  expect(line?.atMs).toBe(50);
  expect(line && lineText(line, "Twitch")).toBe(
    "3 tools got the token. You copied it 2 times. Twitch was asked once.",
  );
});

test("an entry alone keeps its own words", () => {
  const [line] = linesOf([entry("handed_out", 0, { tool: "Bot" })]);
  expect(line && lineText(line, "Twitch")).toContain("Bot");
});

test("a failure stays a line of its own, between the others", () => {
  const lines = linesOf([
    entry("validated", 40),
    entry("failed", 30),
    entry("handed_out", 20, { tool: "Bot" }),
  ]);
  expect(lines.map(({ entries }) => entries.map(({ what }) => what))).toEqual([
    ["validated", "handed_out"],
    ["failed"],
  ]);
});

test("every entry is in exactly one line, lines are in the order of time, and no line mixes accounts or hours", () => {
  const what = fc.constantFrom<ActivityView["what"]>(
    "signed_in",
    "validated",
    "refreshed",
    "copied",
    "handed_out",
    "failed",
    "revoked",
    "imported",
  );
  const any: fc.Arbitrary<ActivityView> = fc.record({
    what,
    atMs: fc.integer({ min: 0, max: 5 * HOUR_MS }),
    signIn: fc.constantFrom("a", "b", "c"),
    count: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(any), (unsorted) => {
      const entries = unsorted.sort((a, b) => b.atMs - a.atMs);
      const lines = linesOf(entries);
      expect(
        lines.flatMap((line) => line.entries).sort((a, b) => entries.indexOf(a) - entries.indexOf(b)),
      ).toEqual(entries);
      expect(lines.map(({ atMs }) => atMs)).toEqual(lines.map(({ atMs }) => atMs).sort((a, b) => b - a));
      for (const line of lines) {
        expect(new Set(line.entries.map(({ signIn }) => signIn)).size).toBe(1);
        expect(new Set(line.entries.map(({ atMs }) => Math.floor(atMs / HOUR_MS))).size).toBe(1);
        if (line.entries.length > 1)
          expect(
            line.entries.every((one) =>
              ["handed_out", "copied", "validated", "refreshed"].includes(one.what),
            ),
          ).toBe(true);
      }
    }),
  );
});
