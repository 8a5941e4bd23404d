/** Where a tool keeps its key. */
import { lstat, mkdir, open, readFile, rename, rm } from "node:fs/promises";
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

/** `$XDG_STATE_HOME/tokenkeep/clients/NAME.json`, or what the system has for it. Not a folder that is synchronised. */
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
 * the key has it.
 */
export function fileStore(file: string): Store {
  return {
    async load() {
      let mode: number;
      let text: string;
      try {
        ({ mode } = await lstat(file));
        text = await readFile(file, "utf8");
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
    },
    async save({ client, key }) {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      const beside = `${file}.new`;
      await rm(beside, { force: true });
      const handle = await open(beside, "wx", 0o600);
      try {
        await handle.writeFile(`${JSON.stringify({ client, key })}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(beside, file);
    },
    forget: () => rm(file, { force: true }),
  };
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
