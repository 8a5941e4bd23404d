/** Corrects records after a crash, and after the clock of this computer was ahead. */
import type { SignInRecord } from "../../core/accounts/records.ts";
import { afterInterruption } from "../../core/lifecycle/refresh.ts";
import { withoutFutureInstants } from "../../core/lifecycle/schedule.ts";
import type { KeeperContext } from "./ports.ts";
import type { Refresher } from "./refresher.ts";

/**
 * Ends every refresh that a crash interrupted between its intent and its answer. The new state counts at once, even if
 * the disk refuses it.
 */
export async function closeInterrupted(
  { records, history, log, watches }: KeeperContext,
  refresher: Pick<Refresher, "save">,
): Promise<void> {
  const interrupted = records
    .list("sign_in")
    .filter(({ id, state }) => state.name === "refreshing" && watches.of(id).unsaved === undefined);
  for (const record of interrupted) {
    const state = afterInterruption(record);
    log.warn("keeper.interrupted", { signIn: record.id, state: state.name });
    if (state.name === "refresh_ambiguous")
      history.note({
        signIn: record.id,
        what: "failed",
        failure: { code: "refresh_ambiguous", account: record.login, why: "interrupted" },
      });
    watches.of(record.id).unsaved = { ...record, state };
  }
  for (const { id } of interrupted) await refresher.save(id);
}

/**
 * Corrects every sign-in with instants in the future, which would delay its refresh or its check for years. A record that
 * cannot be written is corrected at the next start or after the next jump of the clock.
 */
export async function repairInstants({
  records,
  clock,
  log,
  watches,
  enqueue,
  changed,
}: KeeperContext): Promise<void> {
  const repaired = (record: SignInRecord) => withoutFutureInstants(record, clock.nowMs());
  for (const ahead of watches.all().filter((record) => repaired(record) !== record))
    await enqueue(ahead.id, async () => {
      const record = watches.current(ahead.id);
      if (record === undefined || watches.of(ahead.id).unsaved !== undefined) return;
      if (repaired(record) === record) return;
      log.warn("keeper.future_instants", { signIn: ahead.id });
      await records.write<SignInRecord>(repaired(record));
      changed(ahead.id);
    });
}
