#!/usr/bin/env node
/** `tokenkeep`, as Node runs it, and as the packaged app's own binary does (ADR 0014). */
import { run } from "./run.ts";

/** There, switches of Chromium stand before ours, and nothing ends by itself. */
const inApp = process.argv.includes("--cli") && process.versions["electron"] !== undefined;
const args = process.argv.slice(inApp ? process.argv.indexOf("--") + 1 : 2);

/** main/electron/start.ts waits for it, so that Electron goes no further. */
export const done = run(args).then((code) => {
  process.exitCode = code;
  if (inApp) process.stdout.write("", () => process.stderr.write("", () => process.exit(code))); // once all is written
  return inApp ? new Promise<never>(() => undefined) : undefined;
});
