#!/usr/bin/env node
/** `tokenkeep`, as Node runs it, and as the packaged app's own binary does (ADR 0014). */
import { run } from "./run.ts";

/** The app's binary has switches of Chromium before ours. */
const insideApp = process.versions["electron"] !== undefined;
const args = process.argv.slice(insideApp ? process.argv.indexOf("--") + 1 : 2);

void run(args).then((code) => {
  process.exitCode = code;
  // There, nothing ends by itself; what was written has to be out first.
  if (insideApp) process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
});
