/** Files that have to be there after a power cut: written whole beside the old one, synced, renamed, folder synced. */
import { open, rename, rm, unlink, type FileHandle } from "node:fs/promises";
import path from "node:path";

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

export async function writeDurably(file: string, text: string): Promise<void> {
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

export async function eraseDurably(file: string): Promise<void> {
  await unlink(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  });
  await syncFolder(path.dirname(file));
}
