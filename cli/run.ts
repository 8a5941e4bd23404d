/** Runs a command line. Stdout carries results for programs, stderr messages for people. */
import { parseArgs } from "node:util";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import { PROGRAMS } from "./commands.ts";
import { createContext, type Context } from "./context.ts";
import { UsageError } from "./errors.ts";
import { EXIT, exitOf } from "./exit.ts";
import { COMMANDS, GLOBAL, isCommand, type CommandGrammar } from "./grammar.ts";

/** Runs one command line, without the program's name; resolves with its exit code and never rejects. */
export async function run(args: readonly string[]): Promise<number> {
  let json = args.includes("--json");
  try {
    const [name = "help", ...rest] = args;
    if (["help", "--help", "-h"].includes(name)) return await printHelp(rest[0]);
    if (["--version", "-V"].includes(name)) return await printVersion();
    if (!isCommand(name)) throw new UsageError("commandUnknown", { given: name });
    const { values, operands } = parse(COMMANDS[name], rest);
    if (values["help"] === true) return await printHelp(name);
    json = values["json"] === true;
    const start = values["start"] === true || process.env["TOKENKEEP_START"] === "1";
    const program = await PROGRAMS[name]();
    return await program.run(createContext({ command: name, values, operands, start }));
  } catch (error) {
    return await reportFailure(error, json);
  }
}

function parse(grammar: CommandGrammar, args: readonly string[]): Pick<Context, "values" | "operands"> {
  const { operands: expected = [] } = grammar;
  const passesOn = expected.includes("…");
  // Arguments behind `--` belong to the command that `exec` runs; they are not parsed.
  const end = passesOn ? args.indexOf("--") : -1;
  const [own, passedOn] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  try {
    const { values, positionals } = parseArgs({
      args: [...own],
      options: { ...GLOBAL, ...grammar.options },
      allowPositionals: true,
    });
    const operands = [...positionals, ...passedOn];
    const [surplus] = passesOn ? positionals : operands.slice(expected.length);
    if (surplus !== undefined)
      throw new UsageError(passesOn ? "dashesMissing" : "surplus", { given: surplus });
    return { values, operands };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError("optionWrong", { detail: error instanceof Error ? error.message : "" });
  }
}

async function printHelp(name: string | undefined): Promise<number> {
  const { help } = await import("./help.ts");
  process.stdout.write(help(name));
  return EXIT.ok;
}
async function printVersion(): Promise<number> {
  const { version } = await import("./version.ts");
  process.stdout.write(`${version}\n`);
  return EXIT.ok;
}

/**
 * Writes a failure to stderr: a sentence in the user's language, or with `json` one line of JSON for a program.
 *
 * @returns the exit code of the failure
 */
export async function reportFailure(error: unknown, json: boolean): Promise<number> {
  const { errorDetail, failureMessage } = await import("./messages.ts");
  const [code, facts] =
    error instanceof UsageError
      ? (["usage", error.facts] as const)
      : error instanceof TokenkeepError
        ? ([error.code, {}] as const)
        : (["bug", {}] as const);
  const message = failureMessage(error, code, facts);
  const report = {
    code,
    message,
    ...(code === "bug" && { detail: errorDetail(error) }),
    ...(error instanceof TokenkeepError &&
      error.retryAfterSec !== undefined && { retry_after: error.retryAfterSec }),
  };
  process.stderr.write(json ? `${JSON.stringify({ error: report })}\n` : `tokenkeep: ${message}\n`);
  return exitOf(code);
}
