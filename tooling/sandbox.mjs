#!/usr/bin/env node
// @ts-check
/** `npm run sandbox`: builds the pretend provider's own bundle, which the app does not contain, and runs it. */
import { spawn } from "node:child_process";
import path from "node:path";
import { build } from "vite";

const ROOT = path.join(import.meta.dirname, "..");
await build({
  configFile: false,
  root: ROOT,
  logLevel: "warn",
  build: {
    ssr: path.join(ROOT, "sandbox/cli.ts"),
    target: "node20.18",
    outDir: path.join(ROOT, "out/sandbox"),
    rolldownOptions: { output: { entryFileNames: "cli.js" } },
  },
  ssr: { noExternal: true },
});
spawn(process.execPath, [path.join(ROOT, "out/sandbox/cli.js"), ...process.argv.slice(2)], {
  stdio: "inherit",
}).on("exit", (code) => process.exit(code ?? 1));
