/**
 * What happened to each sign-in and why, in a file beside the vault. The file names sign-ins and tools by their random
 * ids alone, so it is not sealed: the names behind the ids are in the vault.
 */
import type { Clock, Log } from "../../core/ports.ts";
import { queuePerKey } from "../../core/single-flight.ts";
import {
  createMerging,
  hourOf,
  isRoutine,
  newest,
  SHOWN,
  type HistoryEntry,
  type HistoryEvent,
} from "./history-entry.ts";
import { createHistoryFile } from "./history-file.ts";

export type { HistoryEntry } from "./history-entry.ts";

const FLUSH_EVERY_MS = 5_000;
const HOUR_MS = 3_600_000;

export interface History {
  /** Never fails and never waits. The same event again counts up the entry before it. */
  note(event: HistoryEvent): void;
  /** The entries of one sign-in, the newest first. */
  of(signIn: string): Promise<readonly HistoryEntry[]>;
  /** The newest entries of all sign-ins, the newest first. */
  recent(count: number): Promise<readonly HistoryEntry[]>;
  /** Writes what is still in memory. */
  flush(): Promise<void>;
}

export function createHistory(folder: string, clock: Clock, log: Log): History {
  const file = createHistoryFile(folder, clock);
  const turns = queuePerKey<string>();
  const inTurn = <V>(task: () => Promise<V>): Promise<V> => turns("file", task);
  /** Entries that are not on disk yet. */
  let waiting = createMerging();
  let cancelTimer: (() => void) | undefined;
  let flushAtMs = Infinity;

  /** `all`: the routine of this hour too, which otherwise stays in memory until the hour is over. */
  async function write(all: boolean): Promise<void> {
    cancelTimer?.();
    flushAtMs = Infinity;
    const thisHour = hourOf(clock.nowMs());
    const stays = (entry: HistoryEntry): boolean =>
      !all && isRoutine(entry) && hourOf(entry.atMs) === thisHour;
    const entries = waiting.entries();
    waiting = createMerging(entries.filter(stays));
    if (waiting.entries().length > 0) flushWithin(HOUR_MS);
    const due = entries.filter((entry) => !stays(entry));
    if (due.length === 0) return;
    try {
      await file.append(due);
    } catch (cause) {
      log.warn("history.not_written", { entries: due.length, cause }); // an account matters more than its history
    }
  }
  function flushWithin(waitMs: number): void {
    const atMs = clock.monotonicMs() + waitMs;
    if (atMs >= flushAtMs) return;
    cancelTimer?.();
    flushAtMs = atMs;
    cancelTimer = clock.after(waitMs, () => void inTurn(() => write(false)));
  }
  /** The entries on disk and in memory, merged. */
  const everything = (signIn?: string): Promise<HistoryEntry[]> =>
    inTurn(async () => {
      const merging = createMerging(await file.readAll(signIn));
      for (const entry of waiting.entries())
        if (signIn === undefined || entry.signIn === signIn) merging.add(entry);
      return merging.entries();
    });

  return {
    flush: () => inTurn(() => write(true)),
    note(event) {
      const entry = { ...event, atMs: clock.nowMs() };
      waiting.add(entry);
      flushWithin(isRoutine(entry) ? HOUR_MS : FLUSH_EVERY_MS);
    },
    of: async (signIn) => newest(await everything(signIn), SHOWN).reverse(),
    recent: async (count) => newest(await everything(), count).reverse(),
  };
}
