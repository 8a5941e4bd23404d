/** The program of each command, loaded when its command is called: a short command line starts fast (ADR 0014). */
import type { Context } from "./context.ts";
import type { CommandName } from "./grammar.ts";

export interface CommandProgram {
  /** Resolves with the exit code (cli/exit.ts); what it throws is reported by cli/run.ts. */
  run(context: Context): Promise<number>;
}

export const PROGRAMS: Readonly<Record<CommandName, () => Promise<CommandProgram>>> = {
  token: () => import("./token.ts"),
  exec: () => import("./exec.ts"),
  accounts: () => import("./accounts.ts"),
  validate: () => import("./validate.ts"),
  watch: () => import("./watch.ts"),
  pair: () => import("./pair.ts"),
  doctor: () => import("./doctor.ts"),
  add: () => import("./ui.ts"),
  remove: () => import("./ui.ts"),
  export: () => import("./ui.ts"),
  open: () => import("./ui.ts"),
  completion: () => import("./completion.ts"),
  help: () => import("./help.ts"),
};
