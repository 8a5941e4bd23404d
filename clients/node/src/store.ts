/** Stores a tool's key. */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { TokenkeepError } from "./errors.ts";
import type { Credentials } from "./proof.ts";

/** A place for two short texts that other users cannot read, such as a file, a keyring or a secret of a service. */
export interface Store {
  load(): Promise<Credentials | undefined>;
  save(credentials: Credentials): Promise<void>;
  forget(): Promise<void>;
}

const OTHERS = 0o077;

/**
 * Returns `$XDG_STATE_HOME/tokenkeep/clients/NAME.json`, or the corresponding path of the system. The folder is not
 * synchronised between computers.
 */
export function storeFile(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const valueOf = (variable: string, fallback: string): string =>
    env[variable] || path.join(homedir(), fallback);
  const folder =
    process.platform === "win32"
      ? valueOf("LOCALAPPDATA", "AppData/Local")
      : process.platform === "darwin"
        ? path.join(homedir(), "Library/Application Support")
        : valueOf("XDG_STATE_HOME", ".local/state");
  return path.join(folder, "tokenkeep", "clients", `${name.replaceAll(/[^\w.-]+/g, "-")}.json`);
}

/**
 * A store in one file with mode 0600, which each save replaces. A file that other users may read fails with
 * `store_unsafe` and keeps its mode, because they may know the key already. The file is small and read once, so the
 * functions of node:fs are synchronous: node:fs/promises takes a command line 20 ms to load.
 */
export function fileStore(file: string): Store {
  return {
    load: () => Promise.resolve().then(() => read(file)),
    save: (credentials) => Promise.resolve().then(() => write(file, credentials)),
    forget: () => Promise.resolve().then(() => rmSync(file, { force: true })),
  };
}

function read(file: string): Credentials | undefined {
  let mode: number;
  let text: string;
  try {
    ({ mode } = lstatSync(file));
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (process.platform !== "win32" && (mode & OTHERS) !== 0)
    throw new TokenkeepError(
      "store_unsafe",
      `Other users may read ${file}. Pair anew, and take the old key back.`,
    );
  const { client, key } = parsed(text);
  if (typeof client !== "string" || typeof key !== "string")
    throw new TokenkeepError("store_unsafe", `${file} does not hold a key.`);
  return { client, key };
}

function write(file: string, { client, key }: Credentials): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const newFile = `${file}.new`;
  rmSync(newFile, { force: true });
  const handle = openSync(newFile, "wx", 0o600);
  try {
    writeSync(handle, `${JSON.stringify({ client, key })}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(newFile, file);
}

function parsed(text: string): { client?: unknown; key?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch {
    return {};
  }
}

/**
 * Reads `TOKENKEEP_CLIENT` and `TOKENKEEP_KEY`, which Tokenkeep's window copies for a tool that the user adds there.
 */
export function fromEnvironment(env: NodeJS.ProcessEnv = process.env): Credentials | undefined {
  const { TOKENKEEP_CLIENT: client, TOKENKEEP_KEY: key } = env;
  return client && key ? { client, key } : undefined;
}
