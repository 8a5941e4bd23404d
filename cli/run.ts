/** The command line: stdout is for programs, stderr for people. */
import { parseArgs } from "node:util";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import { COMMANDS, GLOBAL, type Command } from "./commands.ts";
import { createContext, UsageError, type Context } from "./context.ts";
import { EXIT, exitOf } from "./exit.ts";

/** Runs one command line; resolves with its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  let json = args.includes("--json");
  try {
    const [name = "help", ...rest] = args;
    if (["help", "--help", "-h"].includes(name)) return await help(rest[0]);
    if (["--version", "-V"].includes(name)) return await version();
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) throw new UsageError("commandUnknown", { given: name });
    const { values, operands } = parse(command, rest);
    if (values["help"] === true) return await help(name);
    json = values["json"] === true;
    const start = values["start"] === true || process.env["TOKENKEEP_START"] === "1";
    const program = await command.load();
    return await program.run(createContext({ command: name, values, operands, start }));
  } catch (error) {
    return await explain(error, json);
  }
}

function parse(command: Command, args: readonly string[]): Pick<Context, "values" | "operands"> {
  const { operands: wanted = [] } = command;
  const takesRest = wanted.includes("…");
  // What belongs to another command is not ours to read.
  const end = takesRest ? args.indexOf("--") : -1;
  const [ours, theirs] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  try {
    const { values, positionals } = parseArgs({
      args: [...ours],
      options: { ...GLOBAL, ...command.options },
      allowPositionals: true,
    });
    const operands = [...positionals, ...theirs];
    const [surplus] = takesRest ? positionals : operands.slice(wanted.length);
    if (surplus !== undefined)
      throw new UsageError(takesRest ? "dashesMissing" : "surplus", { given: surplus });
    return { values, operands };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError("optionWrong", { detail: error instanceof Error ? error.message : "" });
  }
}

async function help(name: string | undefined): Promise<number> {
  const { help } = await import("./help.ts");
  process.stdout.write(help(name));
  return EXIT.ok;
}
async function version(): Promise<number> {
  const { version } = await import("./help.ts");
  process.stdout.write(`${version}\n`);
  return EXIT.ok;
}

/** A failure in words, in the person's language; with `--json`, as one line for a program. Always on stderr. */
export async function explain(error: unknown, json: boolean): Promise<number> {
  const { detailOf, sayFailure } = await import("./say.ts");
  const [code, facts] =
    error instanceof UsageError
      ? (["usage", error.facts] as const)
      : error instanceof TokenkeepError
        ? ([error.code, {}] as const)
        : (["bug", {}] as const);
  const message = sayFailure(error, code, facts);
  const told = {
    code,
    message,
    ...(code === "bug" && { detail: detailOf(error) }),
    ...(error instanceof TokenkeepError &&
      error.retryAfterSec !== undefined && { retry_after: error.retryAfterSec }),
  };
  process.stderr.write(json ? `${JSON.stringify({ error: told })}\n` : `tokenkeep: ${message}\n`);
  return exitOf(code);
}
