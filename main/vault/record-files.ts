/**
 * The records' files: one sealed file per record, in electron-store's format, written durably, read once at opening.
 * A file that cannot be read is left where it is and never overwritten; what a killed write left behind is settled.
 */
import { readFileSync } from "node:fs";
import { open as openFile, readdir, readFile, rename, rm, statfs } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import type { UnreadableView } from "../../contract/views/vault.ts";
import { decodeRecord, encodeRecord, type VaultRecord } from "../../core/accounts/records.ts";
import type { Log, Randomness } from "../../core/ports.ts";
import { eraseDurably, noRoom, syncFolder, writeDurably } from "../storage/durable-file.ts";
import { freshNonce, open, seal } from "./keys/seal.ts";

const RECORD_FORMAT = 1;
/** The longest stretch of reading before other work gets its turn. */
const SLICE_MS = 8;
/** The plain text's size is a multiple of this: the size tells nothing, and an answer fits where its intent was. */
const PAD_BYTES = 4096;
/** Room for an answer whose tokens are longer than the present ones. */
const RESERVE_BYTES = 1024;

const fileShape = v.object({
  format: v.literal(RECORD_FORMAT),
  id: v.pipe(v.string(), v.uuid()),
  sealed: v.string(),
});

/** The key, and the id of the vault that it belongs to. */
export interface RecordKey {
  readonly key: Uint8Array;
  readonly vault: string;
}
type Read = { readonly record: VaultRecord } | { readonly why: UnreadableView["why"] };

const fileOf = (folder: string, id: string) => path.join(folder, `${id}.json`);
const contextOf = (vault: string, id: string) => `tokenkeep record ${String(RECORD_FORMAT)}\n${vault}\n${id}`;

/** JSON may end in spaces, so padding needs no frame of its own. */
function padded(json: string): Buffer {
  const bytes = Buffer.byteLength(json);
  const size = Math.ceil((bytes + RESERVE_BYTES) / PAD_BYTES) * PAD_BYTES;
  return Buffer.from(json + " ".repeat(size - bytes));
}

const unpadded = (plain: Buffer): string => plain.toString("utf8", 0, plain.lastIndexOf("}") + 1);

function openRecord({ key, vault }: RecordKey, id: string, sealed: string): VaultRecord | undefined {
  const plain = open(key, contextOf(vault, id), sealed);
  const record = plain === undefined ? undefined : decodeRecord(unpadded(plain));
  return record?.id === id ? record : undefined;
}

/** A record's file around its seal, as `writeRecord` leaves it. */
const frameOf = (id: string): readonly [string, string] => {
  const [before = "", after = ""] = JSON.stringify({ format: RECORD_FORMAT, id, sealed: "|" }).split("|");
  return [before, after];
};

function readRecord(key: RecordKey, id: string, text: string): Read {
  // The usual form is taken apart by hand, because opening a vault waits for thousands of these. Any other form is JSON.
  const [before, after] = frameOf(id);
  if (text.startsWith(before) && text.endsWith(after)) {
    const record = openRecord(key, id, text.slice(before.length, -after.length));
    if (record !== undefined) return { record };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: "damaged" };
  }
  const { format } = (typeof value === "object" && value !== null ? value : {}) as { format?: unknown };
  if (typeof format === "number" && format > RECORD_FORMAT) return { why: "newer" };
  const file = v.safeParse(fileShape, value);
  if (!file.success || file.output.id !== id) return { why: "damaged" };
  const record = openRecord(key, id, file.output.sealed);
  return record === undefined ? { why: "damaged" } : { record };
}

/** Room on the disk that a write leaves free. */
const SPARE_BYTES = 64 * 1024;

async function needRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes + SPARE_BYTES) throw noRoom();
}

/** Writes the record, whatever its file holds now; it is on disk when this resolves. Rejects with the file system's error. */
async function writeAnyway(
  folder: string,
  { key, vault }: RecordKey,
  record: VaultRecord,
  random: Randomness,
): Promise<void> {
  const { id } = record;
  const json = encodeRecord(record);
  // Wherever a value came from: the old record stays rather than one that the next start calls damaged.
  if (decodeRecord(json) === undefined) throw new Error("a record that cannot be read again is not written");
  const nonce = freshNonce((count) => random.bytes(count));
  const [before, after] = frameOf(id);
  const text = `${before}${seal(key, contextOf(vault, id), padded(json), nonce)}${after}`;
  await needRoom(folder, text.length);
  await writeDurably(fileOf(folder, id), text, path.join(folder, `${id}.next.json`));
}

/** Reads the record from its file. `unreadable`: the file is torn or newer. Rejects with the file system's error. */
export async function readFromDisk(
  folder: string,
  key: RecordKey,
  id: string,
): Promise<VaultRecord | "unreadable" | undefined> {
  let text: string;
  try {
    text = await readFile(fileOf(folder, id), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const read = readRecord(key, id, text);
  return "record" in read ? read.record : "unreadable";
}

/** The record as text with its members in one order, so that a read record compares with one that was made here. */
function canonical(record: VaultRecord): string {
  const json = encodeRecord(record);
  const read = decodeRecord(json);
  return read === undefined ? json : encodeRecord(read);
}

const claimOf = (id: string): string => `${id}.claim`;
const CLAIM = /^[0-9a-f-]{36}\.claim$/;

/**
 * Runs `write` only where the record's file still holds one of `known`; false: another writer has changed it, or is about
 * to. A claim file, which the file system lets only one writer create, keeps two writers from both finding the file
 * unchanged. Rejects with the file system's error.
 */
async function writeOverKnown(
  folder: string,
  key: RecordKey,
  id: string,
  known: readonly (VaultRecord | undefined)[],
  write: () => Promise<void>,
): Promise<boolean> {
  const claim = path.join(folder, claimOf(id));
  try {
    await (await openFile(claim, "wx", 0o600)).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  try {
    const found = await readFromDisk(folder, key, id);
    if (found === "unreadable") return false;
    if (!known.some((one) => (found && canonical(found)) === (one && canonical(one)))) return false;
    await write();
    return true;
  } finally {
    await rm(claim, { force: true }).catch(() => undefined); // the record is already written
  }
}

/**
 * Writes a record in place of the old one; it is on disk when this resolves. `known`: only where the file still holds
 * one of these records (undefined: where there is still no file); the answer is false where another writer has changed
 * it. Rejects with the file system's error.
 */
export async function writeRecord(
  folder: string,
  key: RecordKey,
  record: VaultRecord,
  random: Randomness,
  known?: readonly (VaultRecord | undefined)[],
): Promise<boolean> {
  const write = () => writeAnyway(folder, key, record, random);
  if (known !== undefined) return writeOverKnown(folder, key, record.id, known, write);
  await write();
  return true;
}

export const eraseRecord = (folder: string, id: string): Promise<void> => eraseDurably(fileOf(folder, id));

export interface Loaded {
  readonly records: Map<string, VaultRecord>;
  readonly unreadable: UnreadableView[];
}

/** Reads synchronously: for small files that is six times as fast, and `loadRecords` pauses between files. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** With fewer records than this, the order of reading makes no visible difference. */
export const MANY = 1_000;

/**
 * Reads every record, then settles what killed writes left behind. Where there are many, the records of the ids `first`
 * are read before the others; then `onFirst` gets them, and the number of all record files.
 */
export async function loadRecords(
  folder: string,
  key: RecordKey,
  log: Log,
  first: readonly string[] = [],
  onFirst: (records: readonly VaultRecord[], of: number) => void = () => undefined,
): Promise<Loaded> {
  const names = await readdir(folder);
  const records = new Map<string, VaultRecord>();
  const unreadable: UnreadableView[] = [];
  const all = new Set(names.filter((name) => name.endsWith(".json") && !LEFTOVER.test(name)));
  const early = all.size < MANY ? [] : first.map((id) => `${id}.json`).filter((file) => all.has(file));
  let sliceEndsMs = performance.now() + SLICE_MS;
  let left = early.length;
  for (const file of new Set([...early, ...all])) {
    if (left-- === 0 && records.size > 0) onFirst([...records.values()], all.size);
    const id = file.slice(0, -".json".length);
    const read = readRecord(key, id, textOf(path.join(folder, file)));
    if ("record" in read) records.set(id, read.record);
    else unreadable.push({ file, why: read.why });
    if (performance.now() < sliceEndsMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    sliceEndsMs = performance.now() + SLICE_MS;
  }
  for (const name of names) await settleLeftover(folder, key, name, { records, unreadable }, log);
  // A claim that a killed writer left would keep every other writer from its record.
  for (const name of names.filter((one) => CLAIM.test(one)))
    await rm(path.join(folder, name), { force: true });
  for (const { file, why } of unreadable) log.warn("vault.unreadable", { file, why });
  return { records, unreadable };
}

/** What a killed write leaves: `<id>.next.json`, or the temporary file of an earlier version, which wrote with electron-store. */
const LEFTOVER = /^([0-9a-f-]{36})(?:\.next\.json|(?:\.next)?\.json\.tmp-[0-9a-f]+)$/;

/**
 * Settles what a killed write left. A leftover becomes the record when it may be the only copy of tokens: it opens, and it
 * is the answer to an open intent, or a record that did not exist before. An old or torn leftover is deleted; one that
 * cannot be judged (a newer format, an error of the disk) stays.
 */
async function settleLeftover(
  folder: string,
  key: RecordKey,
  name: string,
  { records, unreadable }: Loaded,
  log: Log,
): Promise<void> {
  const id = LEFTOVER.exec(name)?.[1];
  if (id === undefined) return;
  const leftover = path.join(folder, name);
  const file = `${id}.json`;
  if (unreadable.some((known) => known.file === file)) return; // nobody can tell which of the two is good
  const text = await readFile(leftover, "utf8").catch(() => undefined);
  const read = text === undefined ? undefined : readRecord(key, id, text);
  if (read === undefined || ("why" in read && read.why === "newer")) return;
  const current = records.get(id);
  const wanted =
    "record" in read &&
    (current === undefined ||
      (current.kind === "sign_in" &&
        current.state.name === "refreshing" &&
        read.record.generation === current.generation + 1));
  if ("record" in read && wanted) {
    await sync(leftover); // it may have been written after the last sync
    await rename(leftover, path.join(folder, file));
    records.set(id, read.record);
    log.info("vault.adopted", { record: id });
  } else {
    await rm(leftover, { force: true });
    log.info("vault.leftover_deleted", { record: id });
  }
  await syncFolder(folder);
}

async function sync(file: string): Promise<void> {
  const handle = await openFile(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
