// @ts-check
/** Builds the app, the command line and the Node client, unless the existing build is newer than every source. */
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const ROOT = path.join(import.meta.dirname, "..");
const SOURCES = [
  "cli",
  "clients/node/src",
  "contract",
  "core",
  "main",
  "preload",
  "renderer",
  "sandbox",
  "text",
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

/** @param {string[]} args */
function node(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  if (status === 0) return;
  console.error(stdout + stderr);
  process.exit(1);
}

/** One small file that starts fast, and chunks for rare commands (ADR 0014). CommonJS, because Node loads it faster. */
async function buildCli() {
  const { build } = await import("vite"); // loaded only for a build
  await build({
    configFile: false,
    root: ROOT,
    logLevel: "warn",
    build: {
      ssr: path.join(ROOT, "cli/bin.ts"),
      target: "node20.18",
      outDir: path.join(ROOT, "out/cli"),
      emptyOutDir: true,
      rolldownOptions: {
        output: { format: "cjs", entryFileNames: "tokenkeep.cjs", chunkFileNames: "chunks/[name].cjs" },
      },
    },
    ssr: { noExternal: true },
  });
}

async function buildAll() {
  for (const name of ["main", "preload", "renderer"])
    rmSync(path.join(ROOT, "out", name), { recursive: true, force: true });
  node(require.resolve("typescript/bin/tsc"), "-p", "clients/node/tsconfig.build.json");
  await buildCli();
  node(
    path.join(path.dirname(require.resolve("electron-vite/package.json")), "bin/electron-vite.js"),
    "build",
  );
}

export async function ensureBuilt() {
  if (Math.max(...SOURCES.map((name) => newest(path.join(ROOT, name)))) >= builtAtMs()) await buildAll();
}

if (process.argv[1] === import.meta.filename) await buildAll();
