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
ensureBuilt();

/** @param {string} file */
function lastLine(file) {
  const line = readFileSync(file, "utf8").trim().split("\n").pop() ?? "";
  return JSON.parse(line);
}
console.error("socket, beside oidc-agent …");
const socket = spawnSync(process.execPath, ["tests/bench/socket.mjs"], { cwd: ROOT, encoding: "utf8" });
if (socket.status !== 0) console.error(socket.stderr);
console.error("start-up and memory, beside an empty Electron app …");
const scratch = mkdtempSync(path.join(tmpdir(), "tk-bench-"));
const report = path.join(scratch, "desktop.json");
const code = await onDesktop(["tests/bench/desktop.mjs"], {
  output: scratch,
  stdio: ["ignore", openSync(report, "w"), "inherit"],
});
if (code !== 0 || socket.status !== 0) process.exit(1);
const figures = {
  machine: {
    cpus: cpus().length,
    model: cpus()[0]?.model ?? "",
    node: process.version,
    electron: installedVersion(),
  },
  desktop: lastLine(report),
  socket: JSON.parse(socket.stdout),
};
if (json) console.log(JSON.stringify(figures, undefined, 2));
else
  for (const [group, values] of Object.entries({ ...figures.desktop, ...figures.socket }))
    console.log(`${group.padEnd(22)} ${JSON.stringify(values)}`);
