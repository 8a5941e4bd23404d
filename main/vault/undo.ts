/**
 * What was removed here and nowhere else, so that it can be brought back: the last one, for a moment, in memory alone.
 * A token that the provider was told to end cannot; who removes one is asked first.
 */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { SignInRecord, VaultRecord } from "../../core/accounts/records.ts";
import type { Clock } from "../../core/ports.ts";

/** As long as it is offered, and some more for who is slow. */
const KEPT_MS = 30_000;

export interface Undo {
  /** Removes, and remembers what was there if that succeeds. */
  removing(record: VaultRecord | undefined, remove: () => Promise<Result<null>>): Promise<Result<null>>;
  /** Brings it back. Fails with `undo_gone`. */
  undo(): Promise<Result<null>>;
  /** For a lock: what is not in the vault any more is not kept beside it. */
  forget(): void;
}

/** A sign-in that comes back: without its alias when another one was given that name meanwhile. */
export function withFreeAlias(record: SignInRecord, others: readonly SignInRecord[]): SignInRecord {
  const { alias, ...rest } = record;
  const taken = others.some((other) => other.alias === alias || other.login === alias);
  return alias === undefined || !taken ? record : rest;
}

/**
 * `restore`: puts a record back by way of who looks after its kind, so that it is looked after as if it had never been
 * away.
 */
export function createUndo(
  restore: (record: VaultRecord) => Promise<Result<unknown>>,
  clock: Pick<Clock, "after">,
): Undo {
  let removed: VaultRecord | undefined;
  let cancel: () => void = () => undefined;
  /** Goes up with each lock: what was under way then is not remembered after it. */
  let locks = 0;
  const drop = (): void => {
    cancel();
    removed = undefined;
  };
  const keep = (record: VaultRecord): void => {
    drop();
    removed = record;
    cancel = clock.after(KEPT_MS, drop);
  };
  return {
    forget() {
      locks += 1;
      drop();
    },
    async removing(record, remove) {
      const before = locks;
      const answer = await remove();
      if (answer.ok && record !== undefined && locks === before) keep(record);
      return answer;
    },
    async undo() {
      if (removed === undefined) return failed({ code: "undo_gone" });
      const before = locks;
      const record = removed;
      drop();
      const written = await restore(record);
      if (written.ok) return ok(null);
      // The disk did not take it: it can be tried again, unless something else was removed meanwhile.
      if (locks === before && removed === undefined) keep(record);
      return written;
    },
  };
}
