#!/usr/bin/env node
// @ts-check
/**
 * `npm run journeys`: walks through the journeys of the first hour in the real app, and prints how many actions each one
 * takes. `npm test` asserts the same limits (tests/e2e/counts.spec.ts). `--actions` also lists the actions.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { ensureBuilt } from "./build.mjs";
import { onDesktop } from "./desktop.mjs";
import { ensureElectron } from "./electron-runtime.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";

const ROOT = path.join(import.meta.dirname, "..");
const output = path.join(ROOT, "out/journeys");
const list = path.join(output, "journeys.jsonl");
const { actions } = parseArgs({ options: { actions: { type: "boolean" } } }).values;
ensureSystemPackages({ forTests: true });
await ensureElectron();
await ensureBuilt();
mkdirSync(output, { recursive: true });
rmSync(list, { force: true });
const code = await onDesktop(
  ["node_modules/@playwright/test/cli.js", "test", "tests/e2e/counts.spec.ts", "--reporter=line"],
  { output, env: { TOKENKEEP_JOURNEYS: list } },
);
/** @type {{ name: string, count: number, limit: number, unit: string, actions: string[] }[]} */
const journeys = existsSync(list)
  ? readFileSync(list, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
  : [];
console.log(`\n${"Journey".padEnd(28)}${"Count".padStart(6)}${"Limit".padStart(7)}`);
for (const { name, count, limit, unit, actions: done } of journeys) {
  const verdict = count <= limit ? "" : "  over the limit";
  console.log(`${name.padEnd(28)}${String(count).padStart(6)}${String(limit).padStart(7)} ${unit}${verdict}`);
  if (actions) for (const action of done) console.log(`    ${action}`);
}
process.exit(code);
