/**
 * What happened to each sign-in and why: a file of bounded size beside the vault, lines added to its end and the whole made
 * shorter when it is full. It names sign-ins and tools by their random ids alone, so it needs no seal: whose they are is
 * told by the vault, while it is open.
 */
import { appendFile, mkdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import type { Failure } from "../../contract/failure.ts";
import { count, instant } from "../../core/stored-numbers.ts";
import type { Clock, Log } from "../../core/ports.ts";
import { queuePerKey } from "../../core/single-flight.ts";
import { writeDurably } from "../storage/durable-file.ts";

/** A file that grows over this is made shorter … */
const MAX_BYTES = 4 * 1024 * 1024;
/** … to this much of what matters, and this much of the routine: neither takes the other's room. */
const MATTERS_BYTES = 1536 * 1024;
const ROUTINE_BYTES = 512 * 1024;
const FLUSH_EVERY_MS = 5_000;
const HOUR_MS = 3_600_000;
/** Lines read or written before others get their turn: a millisecond or two of work. */
const AT_ONCE = 200;
/** What goes well all the time. It is written by the hour, and never takes the place of anything else. */
const ROUTINE: readonly string[] = ["validated", "copied", "handed_out"];
/** Of these there is one entry for each sign-in, tool and hour, whatever comes between. */
const BY_THE_HOUR: readonly string[] = ["copied", "handed_out"];
/** Entries kept of one sign-in, and shown; and of those, how many may be routine when there is more of both. */
const SHOWN = 200;
const ROUTINE_SHOWN = SHOWN / 4;

const WHAT = [
  "signed_in",
  "validated",
  "refreshed",
  "copied",
  "handed_out",
  "failed",
  "revoked",
  "imported",
] as const;

const line = v.object({
  atMs: instant,
  signIn: v.string(),
  what: v.picklist(WHAT),
  /** The grant of the tool that it was handed to. */
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

export interface History {
  /** Never fails and never waits. The same thing again counts up the entry before it. */
  note(event: HistoryEvent): void;
  /** The newest first. */
  of(signIn: string): Promise<readonly HistoryEntry[]>;
  /** Of every sign-in, the newest first. */
  recent(count: number): Promise<readonly HistoryEntry[]>;
  /** Writes what is still in memory. */
  flush(): Promise<void>;
}

const isSame = (a: HistoryEvent, b: HistoryEvent): boolean =>
  a.what === b.what && a.tool === b.tool && a.failure?.code === b.failure?.code;
const isRoutine = ({ what }: HistoryEvent): boolean => ROUTINE.includes(what);
const hourOf = ({ atMs }: HistoryEntry): number => Math.floor(atMs / HOUR_MS);

/** Others get their turn. */
const pause = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
/** `work` on each item, a few at a time. */
async function bySlices<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    for (const item of items.slice(from, from + AT_ONCE)) work(item);
    await pause();
  }
}

export function createHistory(folder: string, clock: Clock, log: Log): History {
  const file = path.join(folder, "history.jsonl");
  /** Where earlier versions put what they had made shorter. */
  const former = path.join(folder, "history.1.jsonl");
  const inTurn = queuePerKey<string>();
  let waiting = createMerging();
  let cancelTimer: (() => void) | undefined;
  let flushAtMs = Infinity;
  /** The last line on disk may have no end: a crash, or a full disk, can leave the first half of one. */
  let mayBeTorn = true;

  /** `all`: the routine of this hour too, which otherwise stays in memory until the hour is over. */
  async function write(all: boolean): Promise<void> {
    cancelTimer?.();
    flushAtMs = Infinity;
    const thisHour = Math.floor(clock.nowMs() / HOUR_MS);
    const stays = (entry: HistoryEntry): boolean => !all && isRoutine(entry) && hourOf(entry) === thisHour;
    const entries = waiting.entries();
    waiting = createMerging(entries.filter(stays));
    if (waiting.entries().length > 0) flushWithin(HOUR_MS);
    const due = entries.filter((entry) => !stays(entry));
    if (due.length === 0) return;
    try {
      const lines = due.map(textOf).join("");
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { size } = await stat(file).catch(() => ({ size: 0 }));
      if (size + lines.length > MAX_BYTES) await shorten();
      // A line of its own: at the end of half a line it could not be read either.
      const text = mayBeTorn && size > 0 ? `\n${lines}` : lines;
      mayBeTorn = true;
      await appendFile(file, text, { mode: 0o600 });
      mayBeTorn = false;
    } catch (cause) {
      log.warn("history.not_written", { entries: due.length, cause }); // an account matters more than its diary
    }
  }
  /** What is on disk, merged, in the order of time. `signIn`: its entries alone. */
  async function readAll(signIn?: string): Promise<HistoryEntry[]> {
    const [old, now] = await Promise.all(
      [former, file].map((name) => readFile(name, "utf8").catch(() => "")),
    );
    const merging = createMerging();
    let formerEndMs = -Infinity;
    const take = (text: string, after: number): HistoryEntry | undefined => {
      if (signIn !== undefined && !text.includes(signIn)) return undefined;
      const entry = read(text);
      if (entry === undefined || entry.atMs <= after) return undefined;
      if (signIn === undefined || entry.signIn === signIn) merging.add(entry);
      return entry;
    };
    await bySlices((old ?? "").split("\n"), (text) => {
      const { atMs } = take(text, -Infinity) ?? { atMs: -Infinity };
      if (atMs <= clock.nowMs()) formerEndMs = Math.max(formerEndMs, atMs); // the clock may have been ahead
    });
    // A crash of an earlier version left both files with the same entries: what the shorter one has does not count twice.
    await bySlices((now ?? "").split("\n"), (text) => void take(text, formerEndMs));
    return merging.entries();
  }
  /**
   * Keeps of each sign-in its newest entries, so that a busy one does not push out a quiet one, and of the routine what has
   * room of its own. The file is replaced in one step: a crash leaves the old one or the new one.
   */
  async function shorten(): Promise<void> {
    const perSignIn = new Map<string, HistoryEntry[]>();
    for (const entry of await readAll()) {
      const mine = perSignIn.get(entry.signIn);
      if (mine === undefined) perSignIn.set(entry.signIn, [entry]);
      else mine.push(entry);
    }
    const kept = [...perSignIn.values()].flatMap((entries) => newest(entries, SHOWN)).sort(byTime);
    const room = { matters: MATTERS_BYTES, routine: ROUTINE_BYTES };
    const lines: string[] = [];
    await bySlices(kept.reverse(), (entry) => {
      const text = textOf(entry);
      const purse = isRoutine(entry) ? "routine" : "matters";
      room[purse] -= text.length;
      if (room[purse] >= 0) lines.push(text);
    });
    await writeDurably(file, lines.reverse().join(""));
    await rm(former, { force: true });
  }
  const flush = () => inTurn("file", () => write(true));
  function flushWithin(waitMs: number): void {
    const atMs = clock.monotonicMs() + waitMs;
    if (atMs >= flushAtMs) return;
    cancelTimer?.();
    flushAtMs = atMs;
    cancelTimer = clock.after(waitMs, () => void inTurn("file", () => write(false)));
  }
  /** What is on disk and what waits for it, as one. */
  const everything = (signIn?: string): Promise<HistoryEntry[]> =>
    inTurn("file", async () => {
      const merging = createMerging(await readAll(signIn));
      for (const entry of waiting.entries())
        if (signIn === undefined || entry.signIn === signIn) merging.add(entry);
      return merging.entries();
    });

  return {
    flush,
    note(event) {
      const entry = { ...event, atMs: clock.nowMs() };
      waiting.add(entry);
      flushWithin(isRoutine(entry) ? HOUR_MS : FLUSH_EVERY_MS);
    },
    of: async (signIn) => newest(await everything(signIn), SHOWN).reverse(),
    recent: async (count) => newest(await everything(), count).reverse(),
  };
}

const byTime = (a: HistoryEntry, b: HistoryEntry): number => a.atMs - b.atMs;

/** The newest of these, which are in the order of time. A quarter at most is routine where what matters needs the room. */
function newest(entries: readonly HistoryEntry[], count: number): HistoryEntry[] {
  const matters = entries.filter((entry) => !isRoutine(entry));
  const routine = entries.filter(isRoutine);
  const share = Math.floor((count * ROUTINE_SHOWN) / SHOWN);
  const most = Math.max(count - matters.length, Math.min(share, routine.length));
  const some = routine.slice(Math.max(0, routine.length - most));
  return [...matters.slice(Math.max(0, matters.length - (count - some.length))), ...some].sort(byTime);
}

/**
 * Entries as they come, the same thing again as one: what tools and the person were handed, for each tool and hour whatever
 * comes between; anything else where it comes several times in a row to one sign-in, a check only within its hour.
 */
function createMerging(first: readonly HistoryEntry[] = []) {
  const found: HistoryEntry[] = [];
  /** The place in `found` of what the next one may count up. */
  const places = new Map<string, number>();
  function add(entry: HistoryEntry): void {
    const byHour = BY_THE_HOUR.includes(entry.what);
    const key = byHour
      ? `${entry.signIn} ${entry.what} ${entry.tool ?? ""} ${String(hourOf(entry))}`
      : entry.signIn;
    const at = places.get(key);
    const last = at === undefined ? undefined : found[at];
    const counts =
      last !== undefined && isSame(last, entry) && (!isRoutine(entry) || hourOf(last) === hourOf(entry));
    if (at !== undefined && counts)
      found[at] = {
        ...(entry.atMs < last.atMs ? last : entry),
        count: (last.count ?? 1) + (entry.count ?? 1),
      };
    else places.set(key, found.push(entry) - 1);
  }
  for (const entry of first) add(entry);
  return { add, entries: (): HistoryEntry[] => [...found].sort(byTime) };
}

const textOf = (entry: HistoryEntry): string => `${JSON.stringify(withoutNames(entry))}\n`;

function withoutNames({ failure, ...entry }: HistoryEntry): object {
  if (failure === undefined) return entry;
  const { account: _name, ...rest } = { account: undefined, ...failure };
  return { ...entry, failure: rest };
}

/** Undefined for a line that was torn or is not ours. */
function read(text: string): HistoryEntry | undefined {
  try {
    const parsed = v.safeParse(line, JSON.parse(text));
    return parsed.success ? (parsed.output as HistoryEntry) : undefined;
  } catch {
    return undefined;
  }
}
