/** `--help`, made from what is parsed. */
import manifest from "../package.json" with { type: "json" };
import { CHOICES, COMMANDS, GLOBAL, type Command } from "./commands.ts";
import { UsageError } from "./context.ts";
import { say, type Key } from "./say.ts";

export const { version } = manifest;

const WIDTH = 26;
const row = (left: string, right: string): string => `  ${left.padEnd(WIDTH)}${right}`;

function optionRow(name: string, { type, short }: { type: string; short?: string }): string {
  const value = type === "string" ? ` ${CHOICES[name]?.join("|") ?? name.toUpperCase()}` : "";
  const left = `${short === undefined ? "    " : `-${short}, `}--${name}${value}`;
  const right = say(`option.${name}` as Key);
  return left.length < WIDTH ? row(left, right) : `  ${left}\n${row("", right)}`;
}
const usageOf = (name: string, { operands = [] }: Command): string =>
  ["tokenkeep", name, say("help.options"), ...(operands.includes("…") ? ["--"] : []), ...operands].join(" ");

/** @param name a command; without one, all of them. */
export function help(name?: string): string {
  if (name === undefined)
    return lines(
      say("help.about"),
      "",
      `${say("help.usage")} tokenkeep ${say("help.command")} ${say("help.options")}`,
      "",
      ...Object.keys(COMMANDS).map((each) => row(each, say(`command.${each}` as Key))),
      "",
      ...Object.entries(GLOBAL).map(([option, config]) => optionRow(option, config)),
      "",
      say("help.more"),
    );
  const command = COMMANDS[name];
  if (command === undefined) throw new UsageError("commandUnknown", { given: name });
  return lines(
    say(`command.${name}` as Key),
    "",
    `${say("help.usage")} ${usageOf(name, command)}`,
    "",
    ...Object.entries({ ...command.options, ...GLOBAL }).map(([option, config]) => optionRow(option, config)),
  );
}
const lines = (...all: string[]): string => `${all.join("\n")}\n`;
