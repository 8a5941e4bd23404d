#!/usr/bin/env node
// @ts-check
/** `npm test`: every check and every test. The last line is `N passed, N failed`. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ensureBuilt } from "./build.mjs";
import { canBeAlone, onDesktop } from "./desktop.mjs";
import { ensureElectron } from "./electron-runtime.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";

const ROOT = path.join(import.meta.dirname, "..");
const OUT = path.join(ROOT, "out/test");
/** Not every package lets itself be resolved. @param {string} name @param {string} file */
const binOf = (name, file) => path.join(ROOT, "node_modules", name, file);
const began = Date.now();
let passed = 0;
let failed = 0;

/** @param {string} name @param {() => boolean | Promise<boolean>} run */
async function check(name, run) {
  const startedAt = Date.now();
  const ok = await run();
  if (ok) passed += 1;
  else failed += 1;
  console.log(`${ok ? "✓" : "✗"} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
}
/** Its output is shown when it fails. @param {string[]} args @returns {Promise<boolean>} */
const node = (...args) =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error !== null) console.error(stdout + stderr);
      resolve(error === null);
    });
  });
/** @param {string} file */
const readReport = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined);

ensureSystemPackages({ forTests: true });
await ensureElectron();
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });

await check("build", async () => {
  await ensureBuilt();
  return true;
});

/** What reads the source. */
async function checkSource() {
  await check("format", () =>
    node(binOf("prettier", "bin/prettier.cjs"), "--check", ".", "--log-level", "warn"),
  );
  await check("lint", () => node(binOf("eslint", "bin/eslint.js"), "."));
  await check("unused code", () => node(binOf("knip", "bin/knip.js")));
  await check("types", () => node("tooling/typecheck.mjs"));
}

/** Rules, files, HTTP, sockets. */
async function testUnits() {
  const units = path.join(OUT, "units.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${units}`];
  const vitest = spawn(process.execPath, [binOf("vitest", "vitest.mjs"), "run", ...reporters], {
    cwd: ROOT,
    stdio: "inherit",
  });
  await once(vitest, "close");
  const report = readReport(units);
  passed += report?.numPassedTests ?? 0;
  failed += report?.numFailedTests ?? 1;
  if (report !== undefined && !report.success && report.numFailedTests === 0) failed += 1; // a file that did not load
}

/** The keyring, the display and the sandbox are real; a failed attempt is not repeated. */
async function testDesktop() {
  const shards = canBeAlone() ? 2 : 1;
  await Promise.all(
    Array.from({ length: shards }, async (_, at) => {
      const output = path.join(OUT, `desktop-${String(at + 1)}`);
      const args = [path.relative(ROOT, binOf("@playwright/test", "cli.js")), "test"];
      await onDesktop([...args, `--shard=${String(at + 1)}/${String(shards)}`], {
        output,
        alone: shards > 1,
      });
      const { stats } = readReport(path.join(output, "report.json")) ?? { stats: undefined };
      passed += stats?.expected ?? 0;
      failed += stats === undefined ? 1 : stats.unexpected + stats.flaky;
    }),
  );
}

// An app mostly waits: beside it, what reads the source, and a second desktop, take little of its time.
await Promise.all([checkSource(), testUnits().then(testDesktop)]);
await check(
  "demo",
  async () => (await onDesktop(["tests/demo/demo.mjs"], { output: path.join(ROOT, "out/demo") })) === 0,
);
if (process.platform === "linux") {
  await check("package", () => node("tooling/package.mjs", "--linux", "dir"));
  const sandboxHelper = path.join(ROOT, "release/linux-unpacked/chrome-sandbox");
  if (existsSync(sandboxHelper)) chmodSync(sandboxHelper, 0o755); // not set-uid: user namespaces do its work
  await check(
    "packaged app",
    async () => (await onDesktop(["tests/packaged/smoke.mjs"], { output: OUT })) === 0,
  );
}

console.log(`\n${((Date.now() - began) / 1000).toFixed(0)} s`);
console.log(`${String(passed)} passed, ${String(failed)} failed`);
process.exit(failed === 0 ? 0 : 1);
