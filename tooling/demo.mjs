#!/usr/bin/env node
// @ts-check
/** `npm run demo`: the main job from end to end, in the real app, on a desktop of its own. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ensureBuilt } from "./build.mjs";
import { onDesktop } from "./desktop.mjs";
import { ensureElectron } from "./electron-runtime.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";

const OUTPUT = path.join(import.meta.dirname, "../out/demo");

/** @param {{ json: boolean }} options @returns {Promise<number>} the exit code */
export async function runDemo({ json }) {
  ensureSystemPackages();
  await ensureElectron();
  await ensureBuilt();
  return onDesktop(["tests/demo/demo.mjs", ...(json ? ["--json"] : [])], { output: OUTPUT });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  process.exit(await runDemo({ json: process.argv.includes("--json") }));
