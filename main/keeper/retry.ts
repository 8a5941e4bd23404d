/** What all of the keeper does when something does not go as it should: keep what the disk refuses, and try again later. */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { backOffMs, isAppToken, LONGEST_WAIT_MS } from "../../core/lifecycle/schedule.ts";
import { chanceOf, trouble, unreachable, type KeeperParts, type Watches } from "./watches.ts";

export interface Keeping {
  /**
   * Writes a record. What cannot be written counts all the same, from memory, until the disk takes it. A record that
   * another writer changed is left on disk, and this process spends nothing of it any more; `tokens`: unless the record
   * has tokens that have just come, which are on no disk yet.
   */
  readonly keep: (record: SignInRecord, news?: "tokens") => Promise<Result<SignInRecord>>;
  /** Another writer changed the record on disk. */
  readonly changedElsewhere: (id: string) => Result<never>;
  /** Notes trouble and when to try again: later each time, and not before the server has asked for. */
  readonly later: (
    id: string,
    failure: Failure,
    condition: "unreachable" | "storage_failing",
    retryAfterMs?: number,
  ) => Result<never>;
  /** Notes what trying again does not help against; looked at again once in a while. */
  readonly stuck: (id: string, failure: Failure) => Result<never>;
}

export function createKeeping(
  { vault, network, history, clock, random, log }: KeeperParts,
  watches: Watches,
): Keeping {
  const noteOnce = (id: string, failure: Failure): void => {
    if (watches.of(id).reason?.code !== failure.code) history.note({ signIn: id, what: "failed", failure });
  };
  const later: Keeping["later"] = (id, failure, condition, retryAfterMs = 0) => {
    noteOnce(id, failure);
    const watch = watches.of(id);
    const now = clock.nowMs();
    trouble(watch, condition === "unreachable" ? unreachable(network, failure) : condition, failure, now);
    watch.nextTryAtMs = now + backOffMs(watch.failures - 1, chanceOf(random), retryAfterMs);
    watch.askedToWaitUntilMs = now + Math.min(retryAfterMs, LONGEST_WAIT_MS);
    return failed(failure);
  };
  const changedElsewhere: Keeping["changedElsewhere"] = (id) => {
    const watch = watches.of(id);
    const failure: Failure = { code: "record_changed" };
    if (watch.changedElsewhere !== true) {
      watch.changedElsewhere = true;
      history.note({ signIn: id, what: "failed", failure });
      log.error("keeper.record_changed", { signIn: id });
    }
    return failed(failure);
  };
  return {
    later,
    changedElsewhere,
    async keep(record, news) {
      const watch = watches.of(record.id);
      // An app token has nothing that two writers could spend twice.
      let written = await vault.write<SignInRecord>(record, isAppToken(record) ? "anything" : "known");
      if (!written.ok && written.failure.code === "record_changed") {
        changedElsewhere(record.id);
        if (news === undefined && watch.unsavedTokens !== true) {
          watch.unsaved = undefined;
          watch.unwritten = record;
          return ok(record);
        }
        written = await vault.write<SignInRecord>(record);
      }
      if (written.ok) {
        watch.unsaved = watch.unwritten = watch.unsavedTokens = undefined;
        return written;
      }
      watch.unsaved = record;
      if (news === "tokens") watch.unsavedTokens = true;
      later(record.id, { code: "storage_failing" }, "storage_failing");
      log.error("keeper.unsaved", { signIn: record.id });
      return ok(record);
    },
    stuck(id, failure) {
      noteOnce(id, failure);
      const watch = watches.of(id);
      watch.condition = watch.sinceMs = undefined;
      watch.reason = failure;
      watch.nextTryAtMs = clock.nowMs() + LONGEST_WAIT_MS;
      return failed(failure);
    },
  };
}
