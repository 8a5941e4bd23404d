/**
 * The records' files: one sealed file per record, written by electron-store, read once at opening.
 * What cannot be read is left where it is and never overwritten; what a killed write left behind is settled.
 */
import { readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import type { UnreadableView } from "../../contract/view.ts";
import { decodeRecord, encodeRecord, type VaultRecord } from "../../core/accounts/records.ts";
import type { Log, Randomness } from "../../core/ports.ts";
import { limiter } from "../../core/single-flight.ts";
import { eraseDurably, syncFolder } from "./files.ts";
import { freshNonce, open, seal } from "./seal.ts";

const RECORD_FORMAT = 1;
const READS_AT_ONCE = 64;
/** A record's plain text grows in these steps, so that its size tells nothing and an answer fits where its intent was. */
const PAD_BYTES = 4096;
/** Room for an answer whose tokens are longer than those before. */
const RESERVE_BYTES = 1024;

const fileShape = v.object({
  format: v.literal(RECORD_FORMAT),
  id: v.pipe(v.string(), v.uuid()),
  sealed: v.string(),
});

/** The key and what it belongs to. */
export interface RecordKey {
  readonly key: Uint8Array;
  readonly vault: string;
}
type Read = { readonly record: VaultRecord } | { readonly why: UnreadableView["why"] };

const contextOf = (vault: string, id: string) => `tokenkeep record ${String(RECORD_FORMAT)}\n${vault}\n${id}`;

/** JSON may end in spaces, so padding needs no frame of its own. */
function padded(json: string): Buffer {
  const bytes = Buffer.byteLength(json);
  const size = Math.ceil((bytes + RESERVE_BYTES) / PAD_BYTES) * PAD_BYTES;
  return Buffer.from(json + " ".repeat(size - bytes));
}

function readRecord({ key, vault }: RecordKey, id: string, text: string): Read {
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
  const plain = open(key, contextOf(vault, id), file.output.sealed);
  const record = plain === undefined ? undefined : decodeRecord(plain.toString("utf8"));
  return record?.id === id ? { record } : { why: "damaged" };
}

/** Writes a record in place of the old one; it is on disk when this resolves. Throws what the disk says. */
export async function writeRecord(
  folder: string,
  { key, vault }: RecordKey,
  record: VaultRecord,
  random: Randomness,
): Promise<void> {
  const { id } = record;
  const sealed = seal(
    key,
    contextOf(vault, id),
    padded(encodeRecord(record)),
    freshNonce((count) => random.bytes(count)),
  );
  const { default: Store } = await import("electron-store"); // not on the way to the first paint
  // Made for the write and dropped: a store per record would keep every file in memory a second time.
  const store = new Store<v.InferOutput<typeof fileShape>>({
    cwd: folder,
    name: id,
    configFileMode: 0o600,
    clearInvalidConfig: false, // a file that cannot be read stops the write
    accessPropertiesByDotNotation: false,
    serialize: (value) => JSON.stringify(value),
  });
  store.store = { format: RECORD_FORMAT, id, sealed };
  await syncFolder(folder); // electron-store syncs the file, not its name
}

export const eraseRecord = (folder: string, id: string): Promise<void> =>
  eraseDurably(path.join(folder, `${id}.json`));

export interface Loaded {
  readonly records: Map<string, VaultRecord>;
  readonly unreadable: UnreadableView[];
}

/** Reads every record, then settles what killed writes left behind. */
export async function loadRecords(folder: string, key: RecordKey, log: Log): Promise<Loaded> {
  const names = await readdir(folder);
  const records = new Map<string, VaultRecord>();
  const unreadable: UnreadableView[] = [];
  const limited = limiter(READS_AT_ONCE);
  const files = names.filter((name) => name.endsWith(".json"));
  await Promise.all(
    files.map((file) =>
      limited(async () => {
        const id = file.slice(0, -".json".length);
        const text = await readFile(path.join(folder, file), "utf8").catch(() => "");
        const read = readRecord(key, id, text);
        if ("record" in read) records.set(id, read.record);
        else unreadable.push({ file, why: read.why });
      }),
    ),
  );
  for (const name of names) await settleLeftover(folder, key, name, { records, unreadable }, log);
  for (const { file, why } of unreadable) log.warn("vault.unreadable", { file, why });
  return { records, unreadable };
}

/**
 * A temporary file of electron-store's whose rename did not happen. It is adopted when it may be the only copy of
 * tokens: it opens, and it is the answer to an open intent, or a record that was never there before. Else it is old.
 */
async function settleLeftover(
  folder: string,
  key: RecordKey,
  name: string,
  { records, unreadable }: Loaded,
  log: Log,
): Promise<void> {
  const id = /^([0-9a-f-]{36})\.json\.tmp-[0-9a-f]+$/.exec(name)?.[1];
  if (id === undefined) return;
  const leftover = path.join(folder, name);
  const file = `${id}.json`;
  if (unreadable.some((known) => known.file === file)) return; // neither of the two is known to be the good one
  const read = readRecord(key, id, await readFile(leftover, "utf8").catch(() => ""));
  const current = records.get(id);
  const wanted =
    "record" in read &&
    (current === undefined ||
      (current.kind === "sign_in" &&
        current.state.name === "refreshing" &&
        read.record.generation === current.generation + 1));
  if ("record" in read && wanted) {
    await rename(leftover, path.join(folder, file));
    records.set(id, read.record);
    log.info("vault.adopted", { record: id });
  } else {
    await rm(leftover, { force: true });
    log.info("vault.leftover_deleted", { record: id });
  }
  await syncFolder(folder);
}
