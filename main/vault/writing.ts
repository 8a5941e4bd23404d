/** Writes and erases records of an open vault, one after the other for each record, and ends before the vault closes. */
import path from "node:path";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { UnreadableView } from "../../contract/views/vault.ts";
import type { Draft, RecordKind, VaultRecord } from "../../core/accounts/records.ts";
import type { Log, Randomness } from "../../core/ports.ts";
import { queuePerKey } from "../../core/single-flight.ts";
import type { Envelope } from "./envelope.ts";
import { eraseRecord, readFromDisk, writeRecord, type RecordKey } from "./record-files.ts";
import type { Vault } from "./types.ts";

/** What exists only while the vault is open. */
export interface Opened extends RecordKey {
  readonly key: Buffer;
  readonly records: Map<string, VaultRecord>;
  /** `records` by kind, for the kinds that were read since the last change. */
  readonly lists: Map<RecordKind, readonly VaultRecord[]>;
  readonly unreadable: UnreadableView[];
  /** Records whose write failed: they may be on disk all the same, and do not mean that there is another writer. */
  readonly attempted: Map<string, VaultRecord>;
  envelope: Envelope;
}

export interface Writing extends Pick<Vault, "write" | "reread" | "erase"> {
  /**
   * Refuses writes and erases from now on (`vault_locked`); resolves when those under way have ended. The key and the
   * records may be dropped then: nothing uses them, and nothing reaches the disk any more. `resume` ends that.
   */
  stop(): Promise<void>;
  resume(): void;
}

/** `opened`: the vault that is open now; undefined: none is. */
export function createWriting(
  { folder, random, log }: { readonly folder: string; readonly random: Randomness; readonly log: Log },
  opened: () => Opened | undefined,
): Writing {
  const recordsFolder = path.join(folder, "records");
  const enqueue = queuePerKey<string>();
  const underWay = new Set<Promise<unknown>>();
  let stopped = false;

  /** Runs `task` with the vault that is open at the call. A lock waits for its end. */
  function run<V>(id: string, task: (here: Opened) => Promise<Result<V>>): Promise<Result<V>> {
    const here = opened();
    if (here === undefined || stopped) return Promise.resolve(failed({ code: "vault_locked" }));
    const work = enqueue(id, () => task(here));
    underWay.add(work);
    void work.finally(() => underWay.delete(work)).catch(() => undefined);
    return work;
  }
  const storageFailing = (cause: unknown): Result<never> => {
    log.error("vault.storage_failing", { cause });
    return failed({ code: "storage_failing" }, cause);
  };

  return {
    async stop() {
      stopped = true;
      while (underWay.size > 0) await Promise.allSettled([...underWay]);
    },
    resume() {
      stopped = false;
    },

    write: <R extends VaultRecord>(draft: Draft<R> | R, over?: "known" | "anything"): Promise<Result<R>> =>
      run(draft.id, async (here) => {
        if (here.unreadable.some(({ file }) => file === `${draft.id}.json`)) {
          return storageFailing(new Error("the record on disk cannot be read and is not overwritten"));
        }
        const before = here.records.get(draft.id);
        const record = Object.freeze({ ...draft, generation: (before?.generation ?? 0) + 1 }) as R;
        try {
          const known = over === "known" ? [before, here.attempted.get(draft.id) ?? before] : undefined;
          if (!(await writeRecord(recordsFolder, here, record, random, known)))
            return failed({ code: "record_changed" });
          here.attempted.delete(draft.id);
        } catch (cause) {
          here.attempted.set(draft.id, record);
          return storageFailing(cause);
        }
        here.records.set(record.id, record);
        here.lists.clear();
        return ok(record);
      }),

    reread: (id) =>
      run(id, async (here) => {
        const found = await readFromDisk(recordsFolder, here, id).catch(() => "unreadable" as const);
        if (found === "unreadable") return storageFailing(new Error("the record on disk cannot be read"));
        here.records.delete(id);
        if (found !== undefined) here.records.set(id, found);
        here.lists.clear();
        return ok(found);
      }),

    erase: (id) =>
      run(id, async (here) => {
        try {
          await eraseRecord(recordsFolder, id);
        } catch (cause) {
          return storageFailing(cause);
        }
        here.records.delete(id);
        here.lists.clear();
        return ok(null);
      }),
  };
}
