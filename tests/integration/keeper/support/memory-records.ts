/** A record store in memory, in place of the vault: a test decides when and whether a write takes effect. */
import { failed, ok, type Result } from "../../../../contract/failure.ts";
import type { Draft, RecordKind, VaultRecord } from "../../../../core/accounts/records.ts";
import type { RecordStore } from "../../../../main/vault/types.ts";

type OfKind<K extends RecordKind> = Extract<VaultRecord, { kind: K }>;
const isOfKind =
  <K extends RecordKind>(kind: K) =>
  (record: VaultRecord | undefined): record is OfKind<K> =>
    record?.kind === kind;

type Lists = { readonly [K in RecordKind]: OfKind<K>[] };
/** The records by kind, in one pass, because some tests hold thousands of records. */
function listsOf(records: Iterable<VaultRecord>): Lists {
  const lists: Lists = { sign_in: [], client: [], grant: [], tombstone: [] };
  for (const record of records) {
    if (record.kind === "sign_in") lists.sign_in.push(record);
    else if (record.kind === "client") lists.client.push(record);
    else if (record.kind === "grant") lists.grant.push(record);
    else lists.tombstone.push(record);
  }
  return lists;
}

export interface MemoryRecords extends RecordStore {
  /** Drops a record behind the keeper's back. */
  forget(id: string): void;
}

/** `isOpen`: while false, lists are empty and writes fail. `toDisk` resolves when a write has ended; false: it failed. */
export function createMemoryRecords(
  records: Iterable<VaultRecord>,
  isOpen: () => boolean = () => true,
  toDisk: (record: VaultRecord) => Promise<boolean> = () => Promise.resolve(true),
): MemoryRecords {
  const held = new Map([...records].map((record) => [record.id, record]));
  /** Undefined after each change. */
  let lists: Lists | undefined;
  const forget = (id: string): void => {
    held.delete(id);
    lists = undefined;
  };
  return {
    forget,
    list: <K extends RecordKind>(kind: K) => (isOpen() ? (lists ??= listsOf(held.values()))[kind] : []),
    get<K extends RecordKind>(kind: K, id: string) {
      const record = held.get(id);
      return isOpen() && isOfKind(kind)(record) ? record : undefined;
    },
    async write<R extends VaultRecord>(draft: Draft<R> | R): Promise<Result<R>> {
      if (!isOpen()) return failed({ code: "vault_locked" });
      const generation = (held.get(draft.id)?.generation ?? 0) + 1;
      const record = { ...draft, generation } as R; // a draft with its generation is the record
      if (!(await toDisk(record))) return failed({ code: "storage_failing" });
      held.set(record.id, record);
      lists = undefined;
      return ok(record);
    },
    reread: (id) => Promise.resolve(isOpen() ? ok(held.get(id)) : failed({ code: "vault_locked" })),
    erase(id) {
      if (!isOpen()) return Promise.resolve(failed({ code: "vault_locked" }));
      forget(id);
      return Promise.resolve(ok(null));
    },
  };
}
