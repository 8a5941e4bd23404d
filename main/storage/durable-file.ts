/** Files that have to be there after a power cut: written whole beside the old one, synced, renamed, folder synced. */
import { open, rename, rm, unlink, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { queuePerKey } from "../../core/single-flight.ts";

/** What makes a rename or a deletion last. Windows cannot open folders and needs no such thing. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes and erases of one file follow each other in the order of their calls: they share the file beside it. */
const inTurn = queuePerKey<string>();

/** Resolves once `text` is the file's whole content, also after a power cut. Of several at once, the last call counts. */
export const writeDurably = (file: string, text: string): Promise<void> =>
  inTurn(path.resolve(file), () => write(file, text));

async function write(file: string, text: string): Promise<void> {
  const beside = `${file}.new`;
  let handle: FileHandle | undefined;
  try {
    handle = await open(beside, "w", 0o600);
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    await rename(beside, file);
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(path.dirname(file));
}

export const eraseDurably = (file: string): Promise<void> =>
  inTurn(path.resolve(file), async () => {
    const isGone = (error: unknown): void => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    };
    await unlink(file).catch(isGone);
    await syncFolder(path.dirname(file)).catch(isGone); // whose folder is gone is gone with it
  });
