/** When each sign-in is due: for a refresh, for a check, and for a status change that time alone brings. */
import type { SignInRecord } from "../../core/accounts/records.ts";
import { holdsToken, statusChangesAtMs } from "../../core/accounts/status.ts";
import { isAppToken, refreshesAtMs, retriesClientAtMs } from "../../core/lifecycle/schedule.ts";
import type { Clock } from "../../core/ports.ts";
import type { Watches } from "./watches.ts";

type DueAtMs = (record: SignInRecord) => number;

/** Instants in epoch milliseconds; Infinity: not by itself. */
export function createDue(
  watches: Watches,
  clock: Clock,
): Record<"renewalAtMs" | "checkAtMs" | "statusChangeAtMs", DueAtMs> & {
  /** The earliest check of all; undefined: nothing is checked. */
  readonly nextCheckAtMs: () => number | undefined;
} {
  return {
    nextCheckAtMs() {
      let earliest: number | undefined;
      for (const record of watches.all()) {
        if (!holdsToken(record)) continue;
        const { nextCheckAtMs: atMs } = watches.of(record.id);
        earliest = earliest === undefined ? atMs : Math.min(earliest, atMs);
      }
      return earliest;
    },
    renewalAtMs(record) {
      const watch = watches.of(record.id);
      if (watch.refreshing) return Infinity;
      if (watch.unsaved !== undefined) return watch.nextTryAtMs ?? 0;
      if (watch.changedElsewhere === true && !isAppToken(record)) return Infinity;
      const retryAt = retriesClientAtMs(record, clock.nowMs());
      if (retryAt !== undefined) return Math.max(retryAt, watch.nextTryAtMs ?? 0);
      const refreshAt = refreshesAtMs(record);
      return refreshAt === undefined
        ? Infinity
        : Math.max(refreshAt - watches.clockLagMs(record), watch.nextTryAtMs ?? 0);
    },
    checkAtMs(record) {
      const watch = watches.of(record.id);
      return holdsToken(record) && !watch.validating
        ? Math.max(watch.nextCheckAtMs, watch.askedToWaitUntilMs ?? 0)
        : Infinity;
    },
    statusChangeAtMs: (record) =>
      statusChangesAtMs(record, watches.of(record.id), clock.nowMs(), watches.endsAtMs(record)) ?? Infinity,
  };
}
