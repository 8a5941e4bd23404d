#!/usr/bin/env node
// @ts-check
/** `npm test`: every check and every test. The last lines are the failures with their causes, and `N passed, N failed`. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { ensureBuilt } from "./build.mjs";
import { canBeAlone, onDesktop } from "./desktop.mjs";
import { makeDrivenPackage } from "./driven-package.mjs";
import { ensureElectron } from "./electron-runtime.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";

const ROOT = path.join(import.meta.dirname, "..");
const OUT = path.join(ROOT, "out/test");
/** Not every package lets itself be resolved. @param {string} name @param {string} file */
const binOf = (name, file) => path.join(ROOT, "node_modules", name, file);
const began = Date.now();
let passed = 0;
/** The failures with their causes, printed again at the end, since only the end of a long log may be kept. @type {string[]} */
const failures = [];

/** @param {string} name @param {() => Promise<string | undefined>} run resolves with the cause of a failure */
async function check(name, run) {
  const startedAt = Date.now();
  const fault = await run();
  if (fault === undefined) passed += 1;
  else failures.push(`${name}\n${fault}`);
  const took = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(fault === undefined ? `✓ ${name} (${took} s)` : `✗ ${name} (${took} s)\n${fault}`);
}
/** @param {string[]} args @returns {Promise<string | undefined>} the output of a run that failed */
const node = (...args) =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve(error === null ? undefined : `${error.message}\n${stdout}${stderr}`);
    });
  });
/** Passes the output on as it comes. @param {string} file @param {string} output @param {boolean} [caught] */
const desktop = async (file, output, caught = false) => {
  const code = await onDesktop([file], { output, caught });
  return code === 0 ? undefined : `it ended with ${String(code)}, see its output above`;
};
/** @param {string} file */
const readReport = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined);

ensureSystemPackages({ forTests: true });
await ensureElectron();
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });

await check("build", async () => {
  await ensureBuilt();
  return undefined;
});

/** Checks of the source. */
async function checkSource() {
  await check("format", () =>
    node(binOf("prettier", "bin/prettier.cjs"), "--check", ".", "--log-level", "warn"),
  );
  await check("lint", () => node(binOf("eslint", "bin/eslint.js"), "."));
  await check("unused code", () => node(binOf("knip", "bin/knip.js")));
  await check("types", () => node("tooling/typecheck.mjs"));
}

/** Vitest: rules, files, HTTP, sockets. */
async function testUnits() {
  const units = path.join(OUT, "units.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${units}`];
  const vitest = spawn(process.execPath, [binOf("vitest", "vitest.mjs"), "run", ...reporters], {
    cwd: ROOT,
    stdio: "inherit",
  });
  const [code] = await once(vitest, "close");
  const failedBefore = failures.length;
  const report = readReport(units);
  if (report === undefined) failures.push("tests without the app: they left no report");
  for (const file of report?.testResults ?? []) {
    for (const test of file.assertionResults) {
      if (test.status === "passed") passed += 1;
      if (test.status === "failed")
        // For a test that timed out the report has a placeholder instead of a name.
        failures.push(
          `${file.name}: ${test.fullName}\n${test.failureMessages.join("\n").replaceAll("STACK_TRACE_ERROR", "timed out")}`,
        );
    }
    // Failures outside of tests: a file that does not load, or whose clean-up fails.
    if (file.status !== "passed" && file.message !== "") failures.push(`${file.name}\n${file.message}`);
  }
  // An uncaught error belongs to no test, and is in no report.
  if (code !== 0 && failures.length === failedBefore) failures.push("tests without the app, see above");
}

/** The failures of a suite in Playwright's report. @param {any} suite @returns {string[]} */
const failuresOf = (suite) => [
  ...(suite.suites ?? []).flatMap(failuresOf),
  ...suite.specs.flatMap((/** @type {any} */ spec) =>
    spec.tests
      .filter((/** @type {any} */ { status }) => status === "unexpected" || status === "flaky")
      .map((/** @type {any} */ { results }) => {
        const errors = results.flatMap((/** @type {any} */ result) => result.errors);
        const why = errors.map((/** @type {any} */ { message }) => message).join("\n");
        return `${spec.file}: ${spec.title}\n${why}`;
      }),
  ),
];

/** Playwright, with a real keyring, display and sandbox; a failed test is not repeated. */
async function testDesktop() {
  const desktops = canBeAlone() ? 2 : 1;
  const names = readdirSync(path.join(ROOT, "tests/e2e")).sort();
  const specs = names.filter((name) => name.endsWith(".spec.ts")).map((name) => `tests/e2e/${name}`);
  await Promise.all(
    Array.from({ length: desktops }, async (_, at) => {
      const output = path.join(OUT, `desktop-${String(at + 1)}`);
      // Files alternate between the two desktops: two halves of the alphabet took eight and twelve minutes.
      const chosen = specs.filter((_name, index) => index % desktops === at);
      await onDesktop([path.relative(ROOT, binOf("@playwright/test", "cli.js")), "test", ...chosen], {
        output,
        alone: desktops > 1,
      });
      const report = readReport(path.join(output, "report.json"));
      passed += report?.stats.expected ?? 0;
      if (report === undefined) failures.push(`desktop ${String(at + 1)}: it left no report`);
      for (const { message } of report?.errors ?? []) failures.push(`desktop ${String(at + 1)}\n${message}`);
      for (const suite of report?.suites ?? []) failures.push(...failuresOf(suite));
    }),
  );
}

// An app mostly waits, so the checks of the source and a second desktop run beside it.
await Promise.all([checkSource(), testUnits().then(testDesktop)]);
await check("demo", () => desktop("tests/demo/demo.mjs", path.join(ROOT, "out/demo")));
if (process.platform === "linux") {
  await check("package", () => node("tooling/package.mjs", "--linux", "dir"));
  const sandboxHelper = path.join(ROOT, "release/linux-unpacked/chrome-sandbox");
  if (existsSync(sandboxHelper)) chmodSync(sandboxHelper, 0o755); // not set-uid: user namespaces do its work
  if (existsSync(sandboxHelper)) makeDrivenPackage(path.dirname(sandboxHelper));
  await check("packaged app", () => desktop("tests/packaged/smoke.mjs", OUT, canBeAlone()));
}

for (const failure of failures) console.log(`\n✗ ${failure}`);
console.log(`\n${((Date.now() - began) / 1000).toFixed(0)} s`);
console.log(`${String(passed)} passed, ${String(failures.length)} failed`);
process.exit(failures.length === 0 ? 0 : 1);
