// @ts-check
/** Builds the app into out/, unless what is there is newer than every source. */
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const ROOT = path.join(import.meta.dirname, "..");
const SOURCES = [
  "contract",
  "core",
  "main",
  "preload",
  "renderer",
  "sandbox",
  "electron.vite.config.ts",
  "package-lock.json",
];
const require = createRequire(import.meta.url);

/** @param {string} file @returns {number} */
function newest(file) {
  const found = statSync(file);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(0, ...readdirSync(file).map((name) => newest(path.join(file, name))));
}

function builtAtMs() {
  try {
    return statSync(path.join(ROOT, "out/renderer/index.html")).mtimeMs;
  } catch {
    return 0;
  }
}

export function ensureBuilt() {
  if (Math.max(...SOURCES.map((name) => newest(path.join(ROOT, name)))) < builtAtMs()) return;
  for (const name of ["main", "preload", "renderer"])
    rmSync(path.join(ROOT, "out", name), { recursive: true, force: true });
  const cli = path.join(path.dirname(require.resolve("electron-vite/package.json")), "bin/electron-vite.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "build"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (status === 0) return;
  console.error(stdout + stderr);
  process.exit(1);
}
