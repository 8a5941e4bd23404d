import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lettersOf, tintOf } from "../../renderer/ui/monogram.ts";

test.each([
  ["harborlights_tv", "HT"],
  ["lantern_2", "L2"],
  ["lantern_10", "L10"],
  ["mirrelune", "MI"],
  ["Goal Bar", "GB"],
  ["user_2026", "U2"],
])("%s is shown as %s", (name, letters) => {
  expect(lettersOf(name)).toBe(letters);
});

test("neighbours get different tints, all eight occur, and a key always has the same one", () => {
  const tints = Array.from({ length: 64 }, (_, at) => tintOf(`twitch:${String(48_217_730 + at)}`));
  expect(new Set(tints).size).toBe(8);
  expect(tints.filter((tint, at) => tint === tints[at + 1]).length).toBeLessThan(16);
  expect(tintOf("twitch:1")).toBe(tintOf("twitch:1"));
});

const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
test("the letters of each tint have a contrast of at least 4.5 in both themes", () => {
  const css = readFileSync("renderer/ui/tints.css", "utf8");
  const pairs = [...css.matchAll(/light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, light = "", dark = ""]) => ({
    light,
    dark,
  }));
  expect(pairs).toHaveLength(16);
  for (let at = 0; at < pairs.length; at += 2)
    for (const theme of ["light", "dark"] as const) {
      const [low = 0, high = 0] = [pairs[at], pairs[at + 1]]
        .map((pair) => luminance(pair?.[theme] ?? ""))
        .sort((a, b) => a - b);
      expect((high + 0.05) / (low + 0.05)).toBeGreaterThanOrEqual(4.5);
    }
});
