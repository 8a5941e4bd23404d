/** Every command and its options: what is parsed, told by `--help`, and completed. */
import type { ParseArgsConfig } from "node:util";
import type { Context } from "./context.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;
export interface Command {
  readonly options?: Options;
  /** Names of what follows without a dash; `…` takes the rest, its options too. */
  readonly operands?: readonly string[];
  readonly load: () => Promise<{ run(context: Context): Promise<number> }>;
}

const account = { account: { type: "string", short: "a" } } as const;
const scope = { scope: { type: "string", short: "s", multiple: true } } as const;
const which = { ...account, ...scope, "min-valid": { type: "string" } } as const;

export const GLOBAL = {
  json: { type: "boolean" },
  start: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies Options;

export const FORMATS = ["raw", "json", "env", "header", "irc"] as const;
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** What can be said for an option, where that is a list. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  format: FORMATS,
  lifetime: ["lock", "always"],
  SHELL: SHELLS,
};

export const COMMANDS: Readonly<Record<string, Command>> = {
  token: {
    options: { ...which, format: { type: "string", short: "f" }, show: { type: "boolean" } },
    load: () => import("./token.ts"),
  },
  exec: { options: which, operands: ["COMMAND", "…"], load: () => import("./exec.ts") },
  accounts: { load: () => import("./accounts.ts") },
  validate: { options: account, load: () => import("./validate.ts") },
  watch: { load: () => import("./watch.ts") },
  pair: {
    options: {
      ...scope,
      account: { type: "string", short: "a", multiple: true },
      name: { type: "string" },
      lifetime: { type: "string" },
      again: { type: "boolean" },
    },
    load: () => import("./pair.ts"),
  },
  doctor: { load: () => import("./doctor.ts") },
  add: { options: scope, load: () => import("./ui.ts") },
  remove: { options: account, load: () => import("./ui.ts") },
  export: { load: () => import("./ui.ts") },
  open: { load: () => import("./ui.ts") },
  completion: { operands: ["SHELL"], load: () => import("./completion.ts") },
};
