/**
 * Remembers the last record that was removed only here, for a moment and in memory alone, so that it can be restored.
 * A token that the provider was told to revoke cannot be restored; the window asks before it removes such a sign-in.
 */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { SignInRecord, VaultRecord } from "../../core/accounts/records.ts";
import type { Clock } from "../../core/ports.ts";

/** Longer than the window offers the undo, so that a late click still works. */
const KEPT_MS = 30_000;

export interface Undo {
  /** Runs `remove`, and remembers `record` if that succeeds. */
  removing(record: VaultRecord | undefined, remove: () => Promise<Result<null>>): Promise<Result<null>>;
  /** Restores the record. Fails with `undo_gone`, and as the restoring does. */
  undo(): Promise<Result<null>>;
  /** Forgets the record: behind a lock, no secret stays in memory. */
  forget(): void;
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
  let removed: VaultRecord | undefined;
  let cancel: () => void = () => undefined;
  /** Goes up with each `forget`: a removal that began before it is not remembered after it. */
  let forgotten = 0;
  const drop = (): void => {
    cancel();
    removed = undefined;
  };
  const remember = (record: VaultRecord): void => {
    drop();
    removed = record;
    cancel = clock.after(KEPT_MS, drop);
  };
  return {
    forget() {
      forgotten += 1;
      drop();
    },
    async removing(record, remove) {
      const before = forgotten;
      const answer = await remove();
      if (answer.ok && record !== undefined && forgotten === before) remember(record);
      return answer;
    },
    async undo() {
      if (removed === undefined) return failed({ code: "undo_gone" });
      const before = forgotten;
      const record = removed;
      drop();
      const written = await restore(record);
      if (written.ok) return ok(null);
      // The write failed: the undo can be tried again, unless another record was removed since.
      if (forgotten === before && removed === undefined) remember(record);
      return written;
    },
  };
}
