#!/usr/bin/env node
// @ts-check
/** `npm run bench`: figures as ratios beside a reference that is measured in the same run. `--json` for programs. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { ensureBuilt } from "./build.mjs";
import { onDesktop } from "./desktop.mjs";
import { ensureElectron, installedVersion } from "./electron-runtime.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";

const ROOT = path.join(import.meta.dirname, "..");
const json = process.argv.includes("--json");
ensureSystemPackages();
await ensureElectron();
await ensureBuilt();

/** @param {string} file */
function lastLine(file) {
  const line = readFileSync(file, "utf8").trim().split("\n").pop() ?? "";
  return JSON.parse(line);
}
/** What a bench that needs a desktop prints; undefined when it failed. @param {string} name */
async function measured(name) {
  const scratch = mkdtempSync(path.join(tmpdir(), "tk-bench-"));
  const report = path.join(scratch, `${name}.json`);
  const code = await onDesktop([`tests/bench/${name}.mjs`], {
    output: scratch,
    stdio: ["ignore", openSync(report, "w"), "inherit"],
  });
  return code === 0 ? lastLine(report) : undefined;
}
console.error("socket, beside oidc-agent …");
const socket = spawnSync(process.execPath, ["tests/bench/socket.mjs"], { cwd: ROOT, encoding: "utf8" });
if (socket.status !== 0) console.error(socket.stderr);
console.error("start-up and memory, beside an empty Electron app …");
const desktop = await measured("desktop");
console.error("ten thousand sign-ins, a thousand requests …");
const many = await measured("many");
console.error("ten thousand rows: searched, scrolled, looked at …");
const frames = await measured("frames");
console.error("two simulated hours, and a night …");
const spread = spawnSync(process.execPath, ["tests/bench/spread.mjs"], { cwd: ROOT, encoding: "utf8" });
if (spread.status !== 0) console.error(spread.stderr);
if ([desktop, many, frames].includes(undefined) || socket.status !== 0 || spread.status !== 0)
  process.exit(1);
const figures = {
  machine: {
    cpus: cpus().length,
    model: cpus()[0]?.model ?? "",
    node: process.version,
    electron: installedVersion(),
  },
  desktop,
  socket: JSON.parse(socket.stdout),
  many: { ...many, ...JSON.parse(spread.stdout) },
  frames,
};
if (json) console.log(JSON.stringify(figures, undefined, 2));
else
  for (const [group, values] of Object.entries({ ...desktop, ...figures.socket, ...figures.many, ...frames }))
    console.log(`${group.padEnd(22)} ${JSON.stringify(values)}`);
