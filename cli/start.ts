/** Starts the app, without its window, where that was allowed: `--start` or `TOKENKEEP_START=1`. */
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
import { UsageError } from "./context.ts";

const START_MS = 30_000;
const ASK_EVERY_MS = 100;

/** `TOKENKEEP_APP`, which the packaged launcher sets; else where its packages put it. */
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

/** Whether somebody listens; who it is shows with the proof of the connection that comes next. */
const listens = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(findEndpoint());
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/** Whether it is as ready as it gets: it opens the vault after it has begun to listen. */
async function opened(credentials: Credentials | undefined): Promise<boolean> {
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

/** When it began to listen; 0 where the system does not tell. */
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

/** Resolves once it answers, or is locked for longer than a start takes; rejects with `not_running` when it never does. */
export async function startApp(credentials?: Credentials): Promise<void> {
  const runs = await listens();
  if (!runs) launch();
  // Somebody else may have started it just now.
  const end = START_MS + (runs ? await listensSinceMs() : Date.now());
  for (; Date.now() < end; await delay(ASK_EVERY_MS)) if (await opened(credentials)) return;
  if (!(await listens())) throw new TokenkeepError("not_running", "");
}
