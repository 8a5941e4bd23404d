/** Files that survive a power cut: written whole beside the old one, synced, renamed over it, and their folder synced. */
import { open, rename, rm, unlink } from "node:fs/promises";
import path from "node:path";
import { queuePerKey } from "../../core/single-flight.ts";

/** Makes a rename or a deletion in this folder last. Windows cannot open folders, and does not need it. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes and erases of one file run one after the other, in the order of the calls: they use the same file beside it. */
const inTurn = queuePerKey<string>();

/**
 * Resolves once `text` is the file's whole content, also after a power cut; of several concurrent calls, the last one
 * counts. Rejects with the file system's error: the old content stays then.
 *
 * `next`: the file that is written first, in the same folder. A whole `next` that could not be renamed stays there, for
 * an owner who settles it later; without `next` the file is called `<file>.new` and is deleted then.
 */
export const writeDurably = (file: string, text: string, next?: string): Promise<void> =>
  inTurn(path.resolve(file), async () => {
    const beside = next ?? `${file}.new`;
    await writeWhole(beside, text);
    try {
      await rename(beside, file);
    } catch (error) {
      if (next === undefined) await rm(beside, { force: true }).catch(() => undefined);
      throw error;
    }
    await syncFolder(path.dirname(file));
  });

/** Writes and syncs a file, readable by its owner alone. A part of it is never left. */
async function writeWhole(file: string, text: string): Promise<void> {
  try {
    const handle = await open(file, "w", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
      // Some file systems accept a part of a write when they are full, and report no error.
      const { size } = await handle.stat();
      if (size !== Buffer.byteLength(text)) throw noRoom();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(file, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The error of a full disk, as the file system reports it. */
export function noRoom(): Error {
  return Object.assign(new Error("no room on the disk"), { code: "ENOSPC" });
}

/** Resolves once the file is gone, also after a power cut. A file or folder that does not exist counts as gone. */
export const eraseDurably = (file: string): Promise<void> =>
  inTurn(path.resolve(file), async () => {
    const isGone = (error: unknown): void => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    };
    await unlink(file).catch(isGone);
    await syncFolder(path.dirname(file)).catch(isGone);
  });
