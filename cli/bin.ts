#!/usr/bin/env node
/** The `tokenkeep` program, as Node runs it and as the packaged app's binary runs it (ADR 0014). */
import { reportFailure, run } from "./run.ts";

/** In the app's binary, Chromium's switches precede the command line's arguments, and the process does not end by itself. */
const inApp = process.argv.includes("--cli") && process.versions["electron"] !== undefined;
const args = process.argv.slice(inApp ? process.argv.indexOf("--") + 1 : 2);

/** An error in a callback outside the command's promise is reported as an error of the command. */
process.once("uncaughtException", (error: NodeJS.ErrnoException | null | undefined) => {
  // The reader of a pipe may stop early (`| head`): that is no failure.
  if (error?.code === "EPIPE" && error.syscall === "write") process.exit(0);
  void reportFailure(error, args.includes("--json")).then((code) => process.exit(code));
});

/** main/electron/start.ts awaits this promise, so that Electron starts nothing else. */
export const done = run(args).then((code) => {
  process.exitCode = code;
  // Exits once both streams have been flushed.
  if (inApp) process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
  return inApp ? new Promise<never>(() => undefined) : undefined;
});
