#!/usr/bin/env node
/** `tokenkeep`, as Node runs it, and as the packaged app's own binary does (ADR 0014). */
import { explain, run } from "./run.ts";

/** There, switches of Chromium stand before ours, and nothing ends by itself. */
const inApp = process.argv.includes("--cli") && process.versions["electron"] !== undefined;
const args = process.argv.slice(inApp ? process.argv.indexOf("--") + 1 : 2);

/** What fails beside the command, in a callback of its own, is told as what fails in it. */
process.once("uncaughtException", (error: NodeJS.ErrnoException | null | undefined) => {
  // A reader that has enough (`| head`) is no failure.
  if (error?.code === "EPIPE" && error.syscall === "write") process.exit(0);
  void explain(error, args.includes("--json")).then((code) => process.exit(code));
});

/** main/electron/start.ts waits for it, so that Electron goes no further. */
export const done = run(args).then((code) => {
  process.exitCode = code;
  if (inApp) process.stdout.write("", () => process.stderr.write("", () => process.exit(code))); // once all is written
  return inApp ? new Promise<never>(() => undefined) : undefined;
});
