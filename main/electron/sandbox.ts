/** Runs the sandbox server in a utility process, so that its code does not run in main. */
import { utilityProcess } from "electron/main";
import { failed, ok } from "../../contract/failure.ts";
import { Secret } from "../../core/secret.ts";
import type { StartSandbox } from "../registrations/sandbox.ts";

/** Longer than every observed start. */
const START_TIMEOUT_MS = 15_000;

export const createStartSandbox =
  (script: string): StartSandbox =>
  ({ port, folder }) =>
    new Promise((resolve) => {
      const child = utilityProcess.fork(script, [JSON.stringify({ port, folder })], {
        serviceName: "Tokenkeep sandbox",
        stdio: "ignore",
        env: {}, // it needs no variable
      });
      const timer = setTimeout(() => {
        child.kill();
        resolve(failed({ code: "sandbox_failing" }));
      }, START_TIMEOUT_MS);
      const exited = new Promise<void>((resolveExit) => void child.once("exit", () => resolveExit()));
      void exited.then(() => {
        clearTimeout(timer);
        resolve(failed({ code: "sandbox_failing" }));
      });
      child.once("message", (message: unknown) => {
        clearTimeout(timer);
        const answer = message as {
          origin?: string;
          port?: number;
          client_id?: string;
          client_secret?: string;
          failure?: string;
        };
        if (
          answer.origin === undefined ||
          answer.port === undefined ||
          answer.client_id === undefined ||
          answer.client_secret === undefined
        ) {
          child.kill();
          resolve(
            failed(
              answer.failure === "port_taken"
                ? { code: "sandbox_port_taken", port }
                : { code: "sandbox_failing" },
            ),
          );
          return;
        }
        resolve(
          ok({
            origin: answer.origin,
            port: answer.port,
            client: { client_id: answer.client_id, client_secret: new Secret(answer.client_secret) },
            stop: () => void child.kill(),
            onExit: (listener) => void exited.then(listener),
          }),
        );
      });
    });
