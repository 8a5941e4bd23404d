/**
 * `tokenkeep exec`: runs a command with a token in its environment. A token in the arguments would be readable for every
 * user of the computer.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { tokenRequest, type Context } from "./context.ts";
import { UsageError } from "./errors.ts";
import { explained } from "./explain.ts";
import { environmentOf } from "./token.ts";

/** Exit codes of coreutils' `env` and `timeout`. */
const CANNOT_RUN = 126;
const NOT_FOUND = 127;
const FROM_SIGNAL = 128;
const FORWARDED = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const;
/** A terminal sends these to its whole foreground group, so the child has received them already. */
const FROM_TERMINAL: readonly string[] = ["SIGINT", "SIGQUIT", "SIGWINCH"];

export async function run(context: Context): Promise<number> {
  const [command, ...args] = context.operands;
  if (command === undefined) throw new UsageError("operandMissing", { name: "COMMAND" });
  const request = tokenRequest(context);
  const tokenkeep = await context.connect();
  const token = await explained(tokenkeep, request, tokenkeep.token(request));
  tokenkeep.close();
  const { TOKENKEEP_KEY: _key, TOKENKEEP_CLIENT: _client, ...env } = process.env; // the child gets no credentials
  let forward: (signal: NodeJS.Signals) => void = () => undefined;
  // Registered before the child exists: a quick child may cause a signal to us before `spawn` has returned. A signal that
  // arrives meanwhile waits for the event loop, and then finds the child.
  for (const signal of FORWARDED) process.on(signal, () => forward(signal));
  const child = spawn(command, args, { stdio: "inherit", env: { ...env, ...environmentOf(token) } });
  forward = (signal) => {
    if (!(process.stdin.isTTY && FROM_TERMINAL.includes(signal))) child.kill(signal);
  };
  return new Promise((resolve) => {
    child.on("error", ({ code }: NodeJS.ErrnoException) => {
      process.stderr.write(`tokenkeep: ${command}: ${code ?? "failed"}\n`);
      resolve(code === "ENOENT" ? NOT_FOUND : CANNOT_RUN);
    });
    child.on("exit", (code, signal) =>
      resolve(code ?? FROM_SIGNAL + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
