#!/usr/bin/env node
// @ts-check
/** `npm start`: the app. Without a display, the same app on a virtual one, driven through the demo. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { ensureBuilt } from "./build.mjs";
import { runDemo } from "./demo.mjs";
import { ensureElectron } from "./electron-runtime.mjs";
import { ensureSystemPackages, hasDisplay } from "./system-packages.mjs";

const require = createRequire(import.meta.url);
const watch = process.argv.includes("--watch");

ensureSystemPackages();
await ensureElectron();
if (!hasDisplay()) {
  console.error("No display: running the demo on a virtual one instead. Screenshots go to out/demo/.");
  process.exit(await runDemo({ json: false }));
}
const root = process.getuid?.() === 0 ? ["--no-sandbox"] : []; // Chromium refuses to start otherwise; the app says so
if (!watch) await ensureBuilt();
const [command, args] = watch
  ? [
      process.execPath,
      [path.join(path.dirname(require.resolve("electron-vite/package.json")), "bin/electron-vite.js"), "dev"],
    ]
  : [
      /** @type {string} */ (/** @type {unknown} */ (require("electron"))),
      [".", ...root, ...process.argv.slice(2)],
    ];
spawn(command, args, { stdio: "inherit", cwd: path.join(import.meta.dirname, "..") }).on("exit", (code) =>
  process.exit(code ?? 1),
);
