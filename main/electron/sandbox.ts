/** Runs the sandbox server in a utility process: it is Node code that the app does not want in its own process. */
import { utilityProcess } from "electron/main";
import { failed, ok } from "../../contract/failure.ts";
import { Secret } from "../../core/secret.ts";
import type { StartSandbox } from "../registrations/sandbox.ts";

/** Longer than any start that was seen; then something is wrong. */
const START_TIMEOUT_MS = 15_000;

export const createStartSandbox =
  (script: string): StartSandbox =>
  ({ port, folder }) =>
    new Promise((resolve) => {
      const child = utilityProcess.fork(script, [JSON.stringify({ port, folder })], {
        serviceName: "Tokenkeep sandbox",
        stdio: "ignore",
        env: {}, // it needs nothing of ours
      });
      const timer = setTimeout(() => {
        child.kill();
        resolve(failed({ code: "sandbox_failing" }));
      }, START_TIMEOUT_MS);
      const exited = new Promise<void>((tell) => void child.once("exit", () => tell()));
      void exited.then(() => {
        clearTimeout(timer);
        resolve(failed({ code: "sandbox_failing" }));
      });
      child.once("message", (message: unknown) => {
        clearTimeout(timer);
        const said = message as {
          origin?: string;
          port?: number;
          client_id?: string;
          client_secret?: string;
          failure?: string;
        };
        if (
          said.origin === undefined ||
          said.port === undefined ||
          said.client_id === undefined ||
          said.client_secret === undefined
        ) {
          child.kill();
          resolve(
            failed(
              said.failure === "port_taken"
                ? { code: "sandbox_port_taken", port }
                : { code: "sandbox_failing" },
            ),
          );
          return;
        }
        resolve(
          ok({
            origin: said.origin,
            port: said.port,
            client: { client_id: said.client_id, client_secret: new Secret(said.client_secret) },
            stop: () => void child.kill(),
            onExit: (listener) => void exited.then(listener),
          }),
        );
      });
    });
