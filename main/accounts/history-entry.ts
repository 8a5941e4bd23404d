/** Entries of the history: their form on disk, what is routine, and how repeated entries become one. */
import * as v from "valibot";
import type { Failure } from "../../contract/failure.ts";
import { count, instant } from "../../core/stored-numbers.ts";

const HOUR_MS = 3_600_000;
/** Events that happen all the time. They are written once an hour, and never replace other events. */
const ROUTINE: readonly string[] = ["validated", "copied", "handed_out"];
/** Of these there is one entry for each sign-in, tool and hour, whatever comes between. */
const BY_THE_HOUR: readonly string[] = ["copied", "handed_out"];
/** Entries that are kept and shown of one sign-in. */
export const SHOWN = 200;
/** How many of them may be routine when there is more of both. */
const ROUTINE_SHARE = 1 / 4;

const WHAT = [
  "signed_in",
  "validated",
  "refreshed",
  "copied",
  "handed_out",
  "failed",
  "revoked",
  "imported",
  "access_changed",
] as const;

const line = v.object({
  atMs: instant,
  signIn: v.string(),
  what: v.picklist(WHAT),
  /** The grant of the tool that got the token. */
  tool: v.optional(v.string()),
  /** How often in a row, the last time at `atMs`. */
  count: v.optional(count),
  failure: v.optional(v.looseObject({ code: v.string() })),
});

/** `account` of a failure is left out on disk: it is a name. */
export interface HistoryEvent {
  readonly signIn: string;
  readonly what: (typeof WHAT)[number];
  readonly tool?: string;
  readonly count?: number;
  readonly failure?: Failure;
}
export type HistoryEntry = HistoryEvent & { readonly atMs: number };

const isSame = (a: HistoryEvent, b: HistoryEvent): boolean =>
  a.what === b.what && a.tool === b.tool && a.failure?.code === b.failure?.code;
export const isRoutine = ({ what }: HistoryEvent): boolean => ROUTINE.includes(what);
/** Hours since the epoch. */
export const hourOf = (atMs: number): number => Math.floor(atMs / HOUR_MS);
export const byTime = (a: HistoryEntry, b: HistoryEntry): number => a.atMs - b.atMs;

/**
 * The newest `count` of these, which are in the order of time; a quarter at most is routine where the rest fills them.
 */
export function newest(entries: readonly HistoryEntry[], count: number): HistoryEntry[] {
  const matters = entries.filter((entry) => !isRoutine(entry));
  const routine = entries.filter(isRoutine);
  const share = Math.floor(count * ROUTINE_SHARE);
  const most = Math.max(count - matters.length, Math.min(share, routine.length));
  const shownRoutine = routine.slice(Math.max(0, routine.length - most));
  const shownMatters = matters.slice(Math.max(0, matters.length - (count - shownRoutine.length)));
  return [...shownMatters, ...shownRoutine].sort(byTime);
}

export interface Merging {
  add(entry: HistoryEntry): void;
  /** In the order of time. */
  entries(): HistoryEntry[];
}

/**
 * Merges entries as they come. A hand-out or a copy counts up the entry of its sign-in, tool and hour, whatever comes
 * between; anything else counts up the sign-in's last entry if that is the same, and a validation only within its hour.
 */
export function createMerging(first: readonly HistoryEntry[] = []): Merging {
  const merged: HistoryEntry[] = [];
  /** The place in `merged` of the entry that the next one may count up. */
  const places = new Map<string, number>();
  function add(entry: HistoryEntry): void {
    const hour = hourOf(entry.atMs);
    const byHour = BY_THE_HOUR.includes(entry.what);
    const key = byHour ? `${entry.signIn} ${entry.what} ${entry.tool ?? ""} ${String(hour)}` : entry.signIn;
    const at = places.get(key);
    const last = at === undefined ? undefined : merged[at];
    const counts =
      last !== undefined && isSame(last, entry) && (!isRoutine(entry) || hourOf(last.atMs) === hour);
    if (at !== undefined && counts)
      merged[at] = {
        ...(entry.atMs < last.atMs ? last : entry),
        count: (last.count ?? 1) + (entry.count ?? 1),
      };
    else places.set(key, merged.push(entry) - 1);
  }
  for (const entry of first) add(entry);
  return { add, entries: () => [...merged].sort(byTime) };
}

/** The line of the file, with its end. */
export const lineOf = (entry: HistoryEntry): string => `${JSON.stringify(withoutNames(entry))}\n`;

function withoutNames({ failure, ...entry }: HistoryEntry): object {
  if (failure === undefined) return entry;
  const { account: _name, ...rest } = { account: undefined, ...failure };
  return { ...entry, failure: rest };
}

/** Undefined for a line that is torn, or that this version does not know. */
export function readLine(text: string): HistoryEntry | undefined {
  try {
    const parsed = v.safeParse(line, JSON.parse(text));
    return parsed.success ? (parsed.output as HistoryEntry) : undefined;
  } catch {
    return undefined;
  }
}
