/** Mends records that were written while this computer's clock was ahead. */
import type { SignInRecord } from "../../core/accounts/records.ts";
import { withoutFutureInstants } from "../../core/lifecycle/schedule.ts";
import type { Changed, KeeperParts, Watches } from "./watches.ts";

/**
 * Resolves when no sign-in is left whose instants would put off its refresh or check for years. A record that cannot be
 * written is mended at the next start, or after the next jump of the clock.
 */
export const createInstantRepair =
  (
    { vault, clock, log }: Pick<KeeperParts, "vault" | "clock" | "log">,
    watches: Watches,
    enqueue: <V>(id: string, task: () => Promise<V>) => Promise<V>,
    changed: Changed,
  ) =>
  async (): Promise<void> => {
    const repaired = (record: SignInRecord) => withoutFutureInstants(record, clock.nowMs());
    for (const ahead of watches.all().filter((record) => repaired(record) !== record))
      await enqueue(ahead.id, async () => {
        const record = watches.current(ahead.id);
        if (record === undefined || watches.of(ahead.id).unsaved !== undefined) return;
        if (repaired(record) === record) return;
        log.warn("keeper.future_instants", { signIn: ahead.id });
        await vault.write<SignInRecord>(repaired(record));
        changed(ahead.id);
      });
  };
