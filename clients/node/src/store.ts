/** Where a tool keeps its key. */
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

/** Anything that keeps two short texts where others do not read them: a file, a keyring, a secret of a service. */
export interface Store {
  load(): Promise<Credentials | undefined>;
  save(credentials: Credentials): Promise<void>;
  forget(): Promise<void>;
}

const OTHERS = 0o077;

/**
 * The file of a tool's key: `$XDG_STATE_HOME/tokenkeep/clients/NAME.json` on Linux, and the matching folder of Windows
 * and macOS. None of these folders is synchronised with other computers.
 */
export function storeFile(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const set = (variable: string, fallback: string): string => env[variable] || path.join(homedir(), fallback);
  const folder =
    process.platform === "win32"
      ? set("LOCALAPPDATA", "AppData/Local")
      : process.platform === "darwin"
        ? path.join(homedir(), "Library/Application Support")
        : set("XDG_STATE_HOME", ".local/state");
  return path.join(folder, "tokenkeep", "clients", `${name.replaceAll(/[^\w.-]+/g, "-")}.json`);
}

/**
 * One file, 0600, replaced whole. One that others may read is refused with `store_unsafe` and not mended: who has read
 * the key has it. It is small and read once, so synchronously: node:fs/promises costs a command line 20 ms to load.
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
  const beside = `${file}.new`;
  rmSync(beside, { force: true });
  const handle = openSync(beside, "wx", 0o600);
  try {
    writeSync(handle, `${JSON.stringify({ client, key })}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(beside, file);
}

function parsed(text: string): { client?: unknown; key?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch {
    return {};
  }
}

/** `TOKENKEEP_CLIENT` and `TOKENKEEP_KEY`, as the window copies them for a tool that it made. */
export function fromEnvironment(env: NodeJS.ProcessEnv = process.env): Credentials | undefined {
  const { TOKENKEEP_CLIENT: client, TOKENKEEP_KEY: key } = env;
  return client && key ? { client, key } : undefined;
}
