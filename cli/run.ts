/** Runs a command line. Stdout carries results for programs, stderr messages for people. */
import { parseArgs } from "node:util";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import { PROGRAMS } from "./commands.ts";
import { createContext, type Context } from "./context.ts";
import { UsageError } from "./errors.ts";
import { EXIT, exitOf } from "./exit.ts";
import { COMMANDS, GLOBAL, isCommand, type CommandGrammar, type Options } from "./grammar.ts";
import { nearest } from "./nearest.ts";

/** Runs one command line, without the program's name; resolves with its exit code and never rejects. */
export async function run(args: readonly string[]): Promise<number> {
  let json = args.includes("--json");
  const [name = "help", ...rest] = args;
  try {
    if (["--help", "-h"].includes(name)) return await printHelp(rest[0]);
    if (["--version", "-V"].includes(name)) return await printVersion();
    if (!isCommand(name)) throw (await import("./help.ts")).unknownCommand(name);
    const { values, operands } = parse(COMMANDS[name], rest);
    if (values["help"] === true) return await printHelp(name);
    if (values["version"] === true) return await printVersion();
    json = values["json"] === true;
    const start = values["start"] === true || process.env["TOKENKEEP_START"] === "1";
    const program = await PROGRAMS[name]();
    return await program.run(createContext({ command: name, values, operands, start }));
  } catch (error) {
    return await reportFailure(error, json, name);
  }
}

function parse(grammar: CommandGrammar, args: readonly string[]): Pick<Context, "values" | "operands"> {
  const { operands: expected = [] } = grammar;
  const passesOn = expected.includes("…");
  // Arguments behind `--` belong to the command that `exec` runs; they are not parsed.
  const end = passesOn ? args.indexOf("--") : -1;
  const [own, passedOn] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  const options = { ...GLOBAL, ...grammar.options };
  const { values, positionals, tokens } = parseArgs({
    args: [...own],
    options,
    allowPositionals: true,
    strict: false, // its sentences are in English and name no next step
    tokens: true,
  });
  for (const token of tokens) if (token.kind === "option") checkOption(token, options);
  const operands = [...positionals, ...passedOn];
  const [surplus] = passesOn ? positionals : operands.slice(expected.length);
  if (surplus !== undefined) throw new UsageError(passesOn ? "dashesMissing" : "surplus", { given: surplus });
  return { values, operands };
}

interface OptionToken {
  readonly name: string;
  /** The option as it was written. */
  readonly rawName: string;
  readonly value?: string | undefined;
  /** Whether the value was written as `--name=value`. */
  readonly inlineValue?: boolean | undefined;
}
/** @throws UsageError for an option that does not exist, or with a value where none belongs, or the other way round */
function checkOption({ name, rawName, value, inlineValue }: OptionToken, options: Options): void {
  const config = Object.hasOwn(options, name) ? options[name] : undefined;
  if (config === undefined) {
    const near = rawName.startsWith("--") ? nearest(name, Object.keys(options)) : undefined;
    throw near === undefined
      ? new UsageError("optionUnknown", { given: rawName })
      : new UsageError("optionNear", { given: rawName, near: `--${near}` });
  }
  if (config.type === "boolean") {
    if (value !== undefined) throw new UsageError("valueSurplus", { given: rawName });
  } else if (value === undefined || value === "" || (inlineValue !== true && value.startsWith("-")))
    throw new UsageError("valueMissing", { given: rawName });
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
export async function reportFailure(error: unknown, json: boolean, command?: string): Promise<number> {
  const { errorDetail, failureMessage } = await import("./messages.ts");
  const code = error instanceof UsageError ? "usage" : error instanceof TokenkeepError ? error.code : "bug";
  const message = failureMessage(error, code, command);
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
