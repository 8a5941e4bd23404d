#!/usr/bin/env node
// @ts-check
/** Checks the types of each layer with its own libraries alone, of Svelte's files, and of main with the oldest Electron that it supports. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const ROOT = path.join(import.meta.dirname, "..");
const tsc = require.resolve("typescript/bin/tsc");
const svelteCheck = path.join(path.dirname(require.resolve("svelte-check/package.json")), "bin/svelte-check");
const LAYERS = [
  ".",
  "cli",
  "clients/node",
  "contract",
  "core",
  "main",
  "main/electron",
  "preload",
  "sandbox",
  "tests",
  "text",
  "tooling",
];

/** @type {{ name: string, args: string[] }[]} */
const checks = [
  ...LAYERS.map((layer) => ({ name: layer, args: [tsc, "-p", path.join(layer, "tsconfig.json")] })),
  {
    name: "renderer",
    args: [svelteCheck, "--tsconfig", "renderer/tsconfig.json", "--fail-on-warnings", "--output", "machine"],
  },
  { name: "oldest Electron", args: ["tooling/typecheck-floor.mjs"] },
];

/** @param {{ name: string, args: string[] }} check @returns {Promise<boolean>} */
const run = ({ name, args }) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => (output += String(chunk)));
    child.on("exit", (code) => {
      if (code !== 0) console.error(`types of ${name}:\n${output}`);
      resolve(code === 0);
    });
  });

let ok = true;
const queue = [...checks];
await Promise.all(
  [1, 2, 3].map(async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) ok = (await run(check)) && ok;
  }),
);
process.exit(ok ? 0 : 1);
