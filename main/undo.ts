/**
 * What was removed here and nowhere else, so that it can be brought back: the last one, for a moment, in memory alone.
 * A token that the provider was told to end cannot; who removes one is asked first.
 */
import { failed, ok, type Result } from "../contract/failure.ts";
import type { VaultRecord } from "../core/accounts/records.ts";
import type { Clock } from "../core/ports.ts";
import type { Vault } from "./vault/types.ts";

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

export function createUndo(vault: Pick<Vault, "write">, clock: Pick<Clock, "after">): Undo {
  let removed: VaultRecord | undefined;
  let cancel: () => void = () => undefined;
  const forget = (): void => {
    cancel();
    removed = undefined;
  };
  return {
    forget,
    async removing(record, remove) {
      const answer = await remove();
      if (!answer.ok || record === undefined) return answer;
      forget();
      removed = record;
      cancel = clock.after(KEPT_MS, forget);
      return answer;
    },
    async undo() {
      if (removed === undefined) return failed({ code: "undo_gone" });
      const record = removed;
      forget();
      const written = await vault.write(record);
      if (written.ok) return ok(null);
      removed = record; // the disk did not take it: it can be tried again
      cancel = clock.after(KEPT_MS, forget);
      return written;
    },
  };
}
