/** `tokenkeep help` and `--help`: texts that are made from the grammar. */
import type { Context } from "./context.ts";
import { UsageError } from "./errors.ts";
import { EXIT } from "./exit.ts";
import { CHOICES, COMMANDS, GLOBAL, isCommand, type CommandGrammar } from "./grammar.ts";
import { translate, type Key } from "./messages.ts";
import { nearest } from "./nearest.ts";

/** Columns of the left part of a row. */
const WIDTH = 26;
const row = (left: string, right: string): string => `  ${left.padEnd(WIDTH)}${right}`;
const linesOf = (...lines: string[]): string => `${lines.join("\n")}\n`;

function optionRow(name: string, { type, short }: { type: string; short?: string }): string {
  const value = type === "string" ? ` ${CHOICES[name]?.join("|") ?? name.toUpperCase()}` : "";
  const left = `${short === undefined ? "    " : `-${short}, `}--${name}${value}`;
  const right = translate(`option.${name}` as Key);
  return left.length < WIDTH ? row(left, right) : `  ${left}\n${row("", right)}`;
}
const usageLine = (name: string, { operands = [] }: CommandGrammar): string =>
  ["tokenkeep", name, translate("help.options"), ...(operands.includes("…") ? ["--"] : []), ...operands].join(
    " ",
  );

export function unknownCommand(given: string): UsageError {
  const near = nearest(given, Object.keys(COMMANDS));
  return near === undefined
    ? new UsageError("commandUnknown", { given })
    : new UsageError("commandNear", { given, near });
}

/**
 * @param name a command; undefined: the overview of all commands
 * @throws UsageError for a command that does not exist
 */
export function help(name?: string): string {
  if (name === undefined)
    return linesOf(
      translate("help.about"),
      "",
      `${translate("help.usage")} tokenkeep ${translate("help.command")} ${translate("help.options")}`,
      "",
      ...Object.keys(COMMANDS).map((command) => row(command, translate(`command.${command}` as Key))),
      "",
      ...Object.entries(GLOBAL).map(([option, config]) => optionRow(option, config)),
      "",
      translate("help.more"),
    );
  if (!isCommand(name)) throw unknownCommand(name);
  return linesOf(
    translate(`command.${name}` as Key),
    "",
    `${translate("help.usage")} ${usageLine(name, COMMANDS[name])}`,
    "",
    ...Object.entries({ ...COMMANDS[name].options, ...GLOBAL }).map(([option, config]) =>
      optionRow(option, config),
    ),
  );
}

export function run({ operands: [name] }: Context): Promise<number> {
  process.stdout.write(help(name));
  return Promise.resolve(EXIT.ok);
}
