/**
 * The records of an open vault: read from their files once, kept in memory, and written and erased one after the other
 * for each record.
 */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { UnreadableView } from "../../contract/views/vault.ts";
import type { Draft, RecordKind, VaultRecord } from "../../core/accounts/records.ts";
import type { Log, Randomness } from "../../core/ports.ts";
import { queuePerKey } from "../../core/single-flight.ts";
import { eraseRecord, loadRecords, readFromDisk, writeRecord, type RecordKey } from "./record-files.ts";
import type { RecordStore } from "./types.ts";

type RecordOf<K extends RecordKind> = Extract<VaultRecord, { kind: K }>;
const isOf =
  <K extends RecordKind>(kind: K) =>
  (record: VaultRecord): record is RecordOf<K> =>
    record.kind === kind;

/** The state that exists only while the vault is open. */
interface Contents extends RecordKey {
  readonly records: Map<string, VaultRecord>;
  /** `records` by kind, for the kinds that were listed since the last change. */
  lists: { [K in RecordKind]?: readonly RecordOf<K>[] };
  readonly unreadable: readonly UnreadableView[];
  /** Records whose write failed: they may be on disk all the same, and do not mean that there is another writer. */
  readonly attempted: Map<string, VaultRecord>;
}

/** The record store as the vault's door opens and closes it. */
export interface ClosableRecordStore extends RecordStore {
  /** Files that could not be read; empty unless the vault is open. */
  readonly unreadable: readonly UnreadableView[];
  all(): Iterable<VaultRecord>;
  /** Reads the records with this key and opens the store; see `loadRecords`. Rejects with the file system's error. */
  load(
    key: RecordKey,
    first: readonly string[],
    onFirst: (records: readonly VaultRecord[], of: number) => void,
  ): Promise<void>;
  /**
   * Refuses writes and erases from now on (`vault_locked`); resolves when the running ones have ended. From then on
   * nothing uses the key, and nothing reaches the disk. Records can be read until `drop`.
   */
  stop(): Promise<void>;
  /** Forgets the records and the key; the next `load` opens the store again. */
  drop(): void;
}

/** Logs a write that the disk refused, and makes the failure of it. */
export function storageFailing(log: Log, cause: unknown): Result<never> {
  log.error("vault.storage_failing", { cause });
  return failed({ code: "storage_failing" }, cause);
}

interface Parts {
  readonly recordsFolder: string;
  readonly random: Randomness;
  readonly log: Log;
}

async function write<R extends VaultRecord>(
  { recordsFolder, random, log }: Parts,
  contents: Contents,
  draft: Draft<R> | R,
  over?: "known" | "anything",
): Promise<Result<R>> {
  const { records, attempted, unreadable } = contents;
  if (unreadable.some(({ file }) => file === `${draft.id}.json`))
    return storageFailing(log, new Error("the record on disk cannot be read and is not overwritten"));
  const before = records.get(draft.id);
  const record = Object.freeze({ ...draft, generation: (before?.generation ?? 0) + 1 }) as R;
  try {
    const known = over === "known" ? [before, attempted.get(draft.id) ?? before] : undefined;
    if (!(await writeRecord(recordsFolder, contents, record, random, known)))
      return failed({ code: "record_changed" });
    attempted.delete(draft.id);
  } catch (cause) {
    attempted.set(draft.id, record);
    return storageFailing(log, cause);
  }
  records.set(record.id, record);
  contents.lists = {};
  return ok(record);
}

async function reread({ recordsFolder, log }: Parts, contents: Contents, id: string) {
  const found = await readFromDisk(recordsFolder, contents, id).catch(() => "unreadable" as const);
  if (found === "unreadable") return storageFailing(log, new Error("the record on disk cannot be read"));
  contents.records.delete(id);
  if (found !== undefined) contents.records.set(id, found);
  contents.lists = {};
  return ok(found);
}

async function erase({ recordsFolder, log }: Parts, contents: Contents, id: string): Promise<Result<null>> {
  try {
    await eraseRecord(recordsFolder, id);
  } catch (cause) {
    return storageFailing(log, cause);
  }
  contents.records.delete(id);
  contents.lists = {};
  return ok(null);
}

export function createRecordStore(parts: Parts): ClosableRecordStore {
  const enqueue = queuePerKey<string>();
  const running = new Set<Promise<unknown>>();
  let contents: Contents | undefined;
  let stopped = false;

  /** Runs `task` with the contents at the time of the call. `stop` waits for its end. */
  function run<V>(id: string, task: (contents: Contents) => Promise<Result<V>>): Promise<Result<V>> {
    const opened = contents;
    if (opened === undefined || stopped) return Promise.resolve(failed({ code: "vault_locked" }));
    const work = enqueue(id, () => task(opened));
    running.add(work);
    void work.finally(() => running.delete(work)).catch(() => undefined);
    return work;
  }

  return {
    get unreadable() {
      return contents?.unreadable ?? [];
    },
    all: () => contents?.records.values() ?? [],
    async load(key, first, onFirst) {
      const loaded = await loadRecords(parts.recordsFolder, key, parts.log, first, onFirst);
      contents = { ...key, ...loaded, lists: {}, attempted: new Map() };
    },
    async stop() {
      stopped = true;
      while (running.size > 0) await Promise.allSettled([...running]);
    },
    drop() {
      contents = undefined;
      stopped = false;
    },

    list<K extends RecordKind>(kind: K): readonly RecordOf<K>[] {
      if (contents === undefined) return [];
      const lists: { [P in K]?: readonly RecordOf<P>[] } = contents.lists;
      return (lists[kind] ??= [...contents.records.values()].filter(isOf(kind)));
    },
    get<K extends RecordKind>(kind: K, id: string): RecordOf<K> | undefined {
      const record = contents?.records.get(id);
      return record !== undefined && isOf(kind)(record) ? record : undefined;
    },
    write: (draft, over) => run(draft.id, (opened) => write(parts, opened, draft, over)),
    reread: (id) => run(id, (opened) => reread(parts, opened, id)),
    erase: (id) => run(id, (opened) => erase(parts, opened, id)),
  };
}
