/** Starts the app without its window, when `--start` or `TOKENKEEP_START=1` allows it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openConnection } from "../clients/node/src/connection.ts";
import { findEndpoint } from "../clients/node/src/endpoint.ts";
import { isLost, TokenkeepError } from "../clients/node/src/errors.ts";
import type { Credentials } from "../clients/node/src/proof.ts";
import { UsageError } from "./errors.ts";

/** The longest start of the app that is waited for. */
const START_MS = 30_000;
const POLL_EVERY_MS = 100;

/** `TOKENKEEP_APP`, which the packaged launcher sets; else the place where the packages install the app. */
function appBinary(): string {
  const places = [
    process.env["TOKENKEEP_APP"] ?? "",
    "/opt/Tokenkeep/tokenkeep",
    "/Applications/Tokenkeep.app/Contents/MacOS/Tokenkeep",
    path.join(homedir(), "AppData/Local/Programs/Tokenkeep/Tokenkeep.exe"),
  ];
  const found = places.find((place) => path.isAbsolute(place) && existsSync(place));
  if (found === undefined) throw new UsageError("appMissing");
  return found;
}

/** Whether a program listens at the endpoint. The proof of the next connection tells whether it is Tokenkeep. */
const listens = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(findEndpoint());
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/** Whether the app has finished its start: it listens first and opens the vault later. */
async function isReady(credentials: Credentials | undefined): Promise<boolean> {
  if (credentials === undefined) return listens();
  const connection = openConnection({ endpoint: findEndpoint(), credentials });
  try {
    await connection.request("accounts.list");
    return true;
  } catch (error) {
    return !isLost(error) && (error as TokenkeepError).code !== "vault_locked";
  } finally {
    connection.close();
  }
}

/** Epoch milliseconds at which the app began to listen; 0 where the system has no file for the endpoint. */
const listensSinceMs = (): Promise<number> =>
  stat(findEndpoint()).then(
    ({ mtimeMs }) => Math.min(mtimeMs, Date.now()),
    () => 0,
  );

function launch(): void {
  const { TOKENKEEP_KEY: _key, TOKENKEEP_CLIENT: _client, ...env } = process.env;
  spawn(appBinary(), ["--hidden"], { detached: true, stdio: "ignore", env })
    .on("error", () => undefined)
    .unref();
}

/**
 * Resolves once the app answers, or has been locked for longer than a start takes. Rejects with `not_running` when the app
 * does not listen within `START_MS`, and with a `UsageError` when it is not installed.
 */
export async function startApp(credentials?: Credentials): Promise<void> {
  const isRunning = await listens();
  if (!isRunning) launch();
  // Another program may have started the app a moment ago.
  const end = START_MS + (isRunning ? await listensSinceMs() : Date.now());
  for (; Date.now() < end; await delay(POLL_EVERY_MS)) if (await isReady(credentials)) return;
  if (!(await listens())) throw new TokenkeepError("not_running", "");
}
