/**
 * What runs first: the app, or the command line in the same binary (ADR 0014), which loads nothing of the app and waits
 * for nothing of Electron.
 */
import { createRequire } from "node:module";
import { argumentSentence, judgeCliStart } from "../app/arguments.ts";

const { argv, platform } = process;
// Electron's own binary has the app's folder before everything; the packaged one does not.
const judged = judgeCliStart(argv.slice(process.defaultApp ? 2 : 1), platform);
if (judged?.ok === false && !process.defaultApp) {
  console.error(argumentSentence(judged));
  process.exit(2);
} else if (judged !== undefined) {
  const cli = createRequire(import.meta.url)("../cli/tokenkeep.cjs") as { readonly done: Promise<never> };
  await cli.done; // ends the process
} else await import("./index.ts");
