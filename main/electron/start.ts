/**
 * The entry of the binary: starts the app, or the command line (ADR 0014), which loads no code of the app and does not wait
 * for Electron.
 */
import { createRequire } from "node:module";
import { argumentSentence, judgeCliStart } from "../app/arguments.ts";

const { argv, platform } = process;
// An unpackaged start has the app's folder as its first argument.
const judged = judgeCliStart(argv.slice(process.defaultApp ? 2 : 1), platform);
if (judged?.ok === false && !process.defaultApp) {
  console.error(argumentSentence(judged));
  process.exit(2);
} else if (judged !== undefined) {
  const cli = createRequire(import.meta.url)("../cli/tokenkeep.cjs") as { readonly done: Promise<never> };
  await cli.done; // ends the process
} else await import("./index.ts");
