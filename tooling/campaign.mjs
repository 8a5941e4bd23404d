#!/usr/bin/env node
// @ts-check
/**
 * `npm run campaign`: the long form of all fault tests, with the same random numbers in every run. Prints a table of faults
 * and results; `--json` for programs. Exits with 1 if a promise was broken.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ensureBuilt } from "./build.mjs";
import { canBeAlone, onDesktop } from "./desktop.mjs";
import { makeDrivenPackage } from "./driven-package.mjs";
import { ensureElectron } from "./electron-runtime.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";

const ROOT = path.join(import.meta.dirname, "..");
const OUT = path.join(ROOT, "out/campaign");
const json = process.argv.includes("--json");
const LONG = { CAMPAIGN: "long" };
/** With `--json` a program reads stdout, so the tests write to stderr. */
const stdio = /** @type {import("node:child_process").StdioOptions} */ (["ignore", json ? 2 : 1, 2]);

/** @typedef {{ part: string, case: string } & Record<string, string | number>} Row */
/** The rows that a part wrote to its folder. @param {string} folder @returns {Row[]} */
function rowsIn(folder) {
  const file = path.join(folder, "rows.jsonl");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  return lines.map((line) => JSON.parse(line));
}

/** Prints a table for each part, since their columns differ. @param {Row[]} rows */
function print(rows) {
  for (const part of new Set(rows.map((row) => row.part))) {
    const own = rows.filter((row) => row.part === part).map(({ part: _part, ...row }) => row);
    const heads = [...new Set(own.flatMap((row) => Object.keys(row)))].filter((head) => head !== "case");
    const table = [
      [part, ...heads],
      ...own.map((row) => [row.case, ...heads.map((head) => String(row[head] ?? ""))]),
    ];
    const widths =
      table[0]?.map((_head, at) => Math.max(...table.map((line) => line[at]?.length ?? 0))) ?? [];
    console.log("");
    for (const [first = "", ...figures] of table) {
      const cells = figures.map((text, at) => text.padStart(widths[at + 1] ?? 0));
      console.log([first.padEnd(widths[0] ?? 0), ...cells].join("  ").trimEnd());
    }
  }
}

ensureSystemPackages();
await ensureElectron();
await ensureBuilt();
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const began = Date.now();

const plain = spawnSync(
  process.execPath,
  [path.join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "tests/campaign"],
  { cwd: ROOT, stdio, env: { ...process.env, ...LONG, TOKENKEEP_OUTPUT: OUT } },
);
const desktop = path.join(OUT, "desktop");
const specs = ["keyring", "one-refresher"].map((name) => `tests/e2e/${name}.spec.ts`);
const code = await onDesktop(["node_modules/@playwright/test/cli.js", "test", ...specs], {
  output: desktop,
  env: LONG,
  stdio,
});

/** Watches the packaged app for a minute. Undefined: not possible on this system. */
async function watchPackage() {
  if (process.platform !== "linux" || !canBeAlone()) return undefined;
  const packed = spawnSync(process.execPath, ["tooling/package.mjs", "--linux", "dir"], { cwd: ROOT, stdio });
  if (packed.status !== 0) return false;
  const folder = path.join(ROOT, "release/linux-unpacked");
  const helper = path.join(folder, "chrome-sandbox");
  if (existsSync(helper)) chmodSync(helper, 0o755); // not set-uid: user namespaces do its work
  makeDrivenPackage(folder);
  const output = path.join(OUT, "package");
  return (await onDesktop(["tests/packaged/smoke.mjs"], { output, env: LONG, caught: true, stdio })) === 0;
}
const watched = await watchPackage();

const rows = [...rowsIn(OUT), ...rowsIn(desktop)];
const parts = {
  "without a window": plain.status === 0,
  "on a desktop": code === 0,
  ...(watched !== undefined && { "the package": watched }),
};
const ok = rows.length > 0 && Object.values(parts).every(Boolean);
if (json) console.log(JSON.stringify({ ok, parts, rows }, undefined, 2));
else {
  print(rows);
  console.log(`\n${((Date.now() - began) / 1000).toFixed(0)} s`);
  for (const [name, held] of Object.entries(parts)) console.log(`${held ? "✓" : "✗"} ${name}`);
}
process.exit(ok ? 0 : 1);
