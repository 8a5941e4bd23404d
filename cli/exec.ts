/** Runs a command that finds its token in the environment: never in its arguments, which every user can see. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { tokenRequest, UsageError, type Context } from "./context.ts";
import { environmentOf } from "./token.ts";

/** As coreutils' `env` and `timeout` have it. */
const CANNOT_RUN = 126;
const NOT_FOUND = 127;
const FROM_SIGNAL = 128;
const PASSED_ON = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const;

export async function run(context: Context): Promise<number> {
  const [command, ...args] = context.operands;
  if (command === undefined) throw new UsageError("operandMissing", { name: "COMMAND" });
  const ask = tokenRequest(context);
  const keep = await context.keep();
  const token = await keep.token(ask);
  keep.close();
  const { TOKENKEEP_KEY: _key, TOKENKEEP_CLIENT: _client, ...env } = process.env; // the key stays with us
  // Before there is a child: one that is quick has told others to signal us before the next line here runs. What comes
  // while it is being made waits for the event loop.
  for (const signal of PASSED_ON)
    process.on(signal, () => {
      // From a terminal the child has had it already: it goes to the whole group.
      if (!(process.stdin.isTTY && (signal === "SIGINT" || signal === "SIGQUIT" || signal === "SIGWINCH")))
        child.kill(signal);
    });
  const child = spawn(command, args, { stdio: "inherit", env: { ...env, ...environmentOf(token) } });
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
