/** The size of the files that the window loads before it shows anything; other screens are loaded when they are opened. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const BUDGET_KB = 300;
const ROOT = "out/renderer";
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

/** The files that a file loads with itself, without those of dynamic imports. */
function namedIn(file: string): readonly string[] {
  const text = read(file);
  const found = file.endsWith(".html")
    ? [...text.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+)"/g)]
    : [...text.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+\.js)"/g)];
  return found.map(([, name = ""]) => (name.startsWith("assets/") ? name : `assets/${name}`));
}
function loadedWith(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (/\.(?:html|js)$/.test(file)) for (const name of namedIn(file)) loadedWith(name, seen);
  return seen;
}

test(`the first load is at most ${String(BUDGET_KB)} kB, and most screens are not in it`, () => {
  const first = loadedWith("index.html");
  const bytes = [...first].reduce((sum, file) => sum + gzipSync(read(file)).length, 0);
  expect(first.size).toBeGreaterThan(2);
  expect(bytes / 1000).toBeLessThanOrEqual(BUDGET_KB);
  const scripts = readdirSync(path.join(ROOT, "assets")).filter((name) => name.endsWith(".js"));
  const later = scripts.filter((name) => !first.has(`assets/${name}`)).map((name) => name.split("-")[0]);
  for (const screen of [
    "Account",
    "Activity",
    "AddAccount",
    "Clients",
    "Help",
    "Palette",
    "Settings",
    "Tools",
  ])
    expect(later).toContain(screen);
});

test("the gallery is not built into the app", () => {
  const built = readdirSync(ROOT, { recursive: true, encoding: "utf8" });
  expect(built).toContain("index.html");
  expect(built.filter((file) => file.toLowerCase().includes("gallery"))).toEqual([]);
});
