/**
 * What runs first: the app, or the command line in the same binary (ADR 0014), which loads nothing of the app and waits
 * for nothing of Electron.
 */
import { createRequire } from "node:module";

const { argv } = process;
if (argv.includes("--cli")) {
  const cli = createRequire(import.meta.url)("../cli/tokenkeep.cjs") as { readonly done: Promise<never> };
  await cli.done; // ends the process
} else await import("./index.ts");
