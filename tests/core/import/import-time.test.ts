/** The time to search a text grows in proportion to its length, whatever the text contains. */
import { expect, test } from "vitest";
import { findTokens } from "../../../core/import/tokens.ts";
import { twitch } from "../../../core/providers/twitch.ts";

/** Processor time, so that other processes do not count. The least of three runs, because garbage collection slows some. */
function leastWork(text: string): number {
  const times = Array.from({ length: 3 }, () => {
    const started = process.cpuUsage();
    findTokens(text, twitch);
    const { user, system } = process.cpuUsage(started);
    return user + system;
  });
  return Math.min(...times);
}

test.each([
  ["spaces", (length: number) => `A=${" ".repeat(length)}x`],
  ["spaces and number signs", (length: number) => `TOKEN="${" ".repeat(length)}#`],
  ["quotes", (length: number) => `TOKEN=${"' ".repeat(length / 2)}`],
  ["quotes that are not closed", (length: number) => `a=\\"`.repeat(length / 4)],
  ["lines", (length: number) => "TOKEN=\n".repeat(length / 8)],
  ["names without values", (length: number) => "a:\n".repeat(length / 4)],
  ["brackets", (length: number) => "[(".repeat(length / 2)],
  ["comments that are not closed", (length: number) => "/* ".repeat(length / 4)],
  ["query separators", (length: number) => `a=//${"&a".repeat(length / 2)}=`],
  [
    "indentation",
    (length: number) =>
      Array.from({ length: Math.sqrt(length) }, (_, at) => `${" ".repeat(at)}a:`).join("\n"),
  ],
  ["one long word", (length: number) => `a.${"a".repeat(length)}`],
])("a file full of %s takes linear time, not quadratic time", (_what, file) => {
  const short = Math.max(leastWork(file(32 * 1024)), 1_000); // shorter times cannot be measured
  expect(leastWork(file(256 * 1024)) / short).toBeLessThan(8 * 3);
});
