/**
 * Remembers what was removed last, for a moment and in memory alone, so that it can be restored. A token that the
 * provider was told to revoke cannot be restored: such a sign-in comes back without it, with its nickname and its note.
 */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { SignInRecord, VaultRecord } from "../../core/accounts/records.ts";
import type { Clock } from "../../core/ports.ts";

/** Longer than the window offers the undo, so that a late click still works. */
const KEPT_MS = 30_000;

export interface Undo {
  /**
   * Runs `remove`, and remembers `record` if that succeeds. Removals with the same `group` are undone together; any
   * other removal takes the place of the last one.
   */
  removing(
    record: VaultRecord | undefined,
    remove: () => Promise<Result<null>>,
    group?: object,
  ): Promise<Result<null>>;
  /** Restores the records. Fails with `undo_gone`, and as the restoring does. */
  undo(): Promise<Result<null>>;
  /** Forgets the records: behind a lock, no secret stays in memory. */
  forget(): void;
}

/** What an undo restores of a sign-in: all of it, or without the tokens that its removal revokes. */
export function restorable(record: SignInRecord, nowMs: number): SignInRecord {
  const { access_token, refresh_token: _refresh, id_token: _id, ...rest } = record;
  return access_token === undefined ? record : { ...rest, state: { name: "revoked", sinceMs: nowMs } };
}

/** The sign-in without its alias, if another sign-in has taken that name since it was removed. */
export function withFreeAlias(record: SignInRecord, others: readonly SignInRecord[]): SignInRecord {
  const { alias, ...rest } = record;
  const taken = others.some((other) => other.alias === alias || other.login === alias);
  return alias === undefined || !taken ? record : rest;
}

/** `restore`: writes a record through the part that is in charge of its kind (for a sign-in, the keeper). */
export function createUndo(
  restore: (record: VaultRecord) => Promise<Result<unknown>>,
  clock: Pick<Clock, "after">,
): Undo {
  let removed: readonly VaultRecord[] = [];
  let together: object | undefined;
  let cancel: () => void = () => undefined;
  /** Goes up with each `forget`: a removal that began before it is not remembered after it. */
  let forgotten = 0;
  const drop = (): void => {
    cancel();
    removed = [];
    together = undefined;
  };
  const remember = (records: readonly VaultRecord[], group?: object): void => {
    const before = group !== undefined && group === together ? removed : [];
    drop();
    removed = [...before, ...records];
    together = group;
    cancel = clock.after(KEPT_MS, drop);
  };
  return {
    forget() {
      forgotten += 1;
      drop();
    },
    async removing(record, remove, group) {
      const before = forgotten;
      const answer = await remove();
      if (answer.ok && record !== undefined && forgotten === before) remember([record], group);
      return answer;
    },
    async undo() {
      if (removed.length === 0) return failed({ code: "undo_gone" });
      const before = forgotten;
      const records = removed;
      drop();
      for (const [at, record] of records.entries()) {
        const written = await restore(record);
        if (written.ok) continue;
        // The write failed: the undo can be tried again, unless another record was removed since.
        if (forgotten === before && removed.length === 0) remember(records.slice(at));
        return written;
      }
      return ok(null);
    },
  };
}
