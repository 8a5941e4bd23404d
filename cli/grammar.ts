/** Every command with its options and operands, as data: the parser, `--help` and the completions are made from it. */
import type { ParseArgsConfig } from "node:util";

/** Options by their long name, in the shape that `parseArgs` of node:util takes. */
export type Options = NonNullable<ParseArgsConfig["options"]>;

export interface CommandGrammar {
  readonly options?: Options;
  /** Names of the arguments without a dash. `…` stands for all arguments behind `--`, which the command passes on. */
  readonly operands?: readonly string[];
}

const account = { account: { type: "string", short: "a" } } as const;
const scope = { scope: { type: "string", short: "s", multiple: true } } as const;
const tokenChoice = { ...account, ...scope, "min-valid": { type: "string" } } as const;

/** Options that every command takes. */
export const GLOBAL = {
  json: { type: "boolean" },
  start: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const satisfies Options;

/** Values of `token --format`. */
export const FORMATS = ["raw", "json", "env", "header", "irc"] as const;
/** Shells that `completion` writes a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** The values that an option or an operand accepts, by its name; others accept any text. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  format: FORMATS,
  lifetime: ["lock", "always"],
  SHELL: SHELLS,
};

const commands = {
  token: {
    options: { ...tokenChoice, format: { type: "string", short: "f" }, show: { type: "boolean" } },
  },
  exec: { options: tokenChoice, operands: ["COMMAND", "…"] },
  accounts: {},
  validate: { options: account },
  watch: {},
  pair: {
    options: {
      ...scope,
      account: { type: "string", short: "a", multiple: true },
      name: { type: "string" },
      lifetime: { type: "string" },
      again: { type: "boolean" },
    },
  },
  doctor: {},
  add: { options: scope },
  remove: { options: account },
  export: {},
  open: {},
  completion: { operands: ["SHELL"] },
  help: { operands: ["COMMAND"] },
} as const satisfies Readonly<Record<string, CommandGrammar>>;

export type CommandName = keyof typeof commands;
export const COMMANDS: Readonly<Record<CommandName, CommandGrammar>> = commands;
export const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name);
