/** When each sign-in is due, and a queue of these instants that serves thousands of sign-ins. */
import TinyQueue from "tinyqueue";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { holdsToken, statusChangesAtMs } from "../../core/accounts/status.ts";
import { isAppToken, refreshesAtMs, retriesClientAtMs } from "../../core/lifecycle/schedule.ts";
import type { Clock } from "../../core/ports.ts";
import type { Watches } from "./watches.ts";

/**
 * A queue of sign-ins, the earliest first. Instants are epoch milliseconds. An entry may be outdated, so its reader
 * checks whether the sign-in is due.
 */
export interface Agenda {
  /** The earliest entry; undefined: there is none. */
  first(): { readonly id: string; readonly atMs: number } | undefined;
  /** Adds an entry unless the sign-in has an earlier one, or `atMs` is Infinity or NaN. */
  add(id: string, atMs: number): void;
  /** Removes the earliest entry. */
  drop(): void;
  clear(): void;
}

export function createAgenda(): Agenda {
  const empty = () => new TinyQueue<{ id: string; atMs: number }>([], (a, b) => a.atMs - b.atMs);
  let queue = empty();
  /** The earliest entry of each sign-in. A later entry is not needed: the reader of the earlier one adds it again. */
  const queued = new Map<string, number>();
  return {
    first: () => queue.peek(),
    add(id, atMs) {
      if (!(atMs < (queued.get(id) ?? Infinity))) return; // true for NaN as well
      queued.set(id, atMs);
      queue.push({ id, atMs });
    },
    drop() {
      const next = queue.pop();
      if (next !== undefined && queued.get(next.id) === next.atMs) queued.delete(next.id);
    },
    clear() {
      queue = empty();
      queued.clear();
    },
  };
}

type DueAtMs = (record: SignInRecord) => number;

/** Instants in epoch milliseconds; Infinity: never without a further event. */
export interface Due {
  readonly refreshAtMs: DueAtMs;
  readonly checkAtMs: DueAtMs;
  readonly statusChangeAtMs: DueAtMs;
  /** The earliest check of all sign-ins; undefined: no sign-in has a token to check. */
  readonly nextCheckAtMs: () => number | undefined;
}

export function createDue(watches: Watches, clock: Clock): Due {
  return {
    refreshAtMs(record) {
      const health = watches.of(record.id);
      if (health.refreshing) return Infinity;
      if (health.unsaved !== undefined) return health.nextTryAtMs ?? 0;
      if (health.changedElsewhere === true && !isAppToken(record)) return Infinity;
      const retryAt = retriesClientAtMs(record, clock.nowMs());
      if (retryAt !== undefined) return Math.max(retryAt, health.nextTryAtMs ?? 0);
      const refreshAt = refreshesAtMs(record);
      return refreshAt === undefined
        ? Infinity
        : Math.max(refreshAt - watches.clockLagMs(record), health.nextTryAtMs ?? 0);
    },
    checkAtMs(record) {
      const health = watches.of(record.id);
      return holdsToken(record) && !health.validating
        ? Math.max(health.nextCheckAtMs, health.askedToWaitUntilMs ?? 0)
        : Infinity;
    },
    statusChangeAtMs: (record) =>
      statusChangesAtMs(record, watches.of(record.id), clock.nowMs(), watches.endsAtMs(record)) ?? Infinity,
    nextCheckAtMs() {
      let earliest: number | undefined;
      for (const record of watches.all()) {
        if (!holdsToken(record)) continue;
        const { nextCheckAtMs: atMs } = watches.of(record.id);
        earliest = earliest === undefined ? atMs : Math.min(earliest, atMs);
      }
      return earliest;
    },
  };
}
