/** The history's file of bounded size: lines are added to its end, and a full file is made shorter. */
import { appendFile, mkdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Clock } from "../../core/ports.ts";
import { writeDurably } from "../storage/durable-file.ts";
import {
  byTime,
  createMerging,
  isRoutine,
  lineOf,
  newest,
  readLine,
  SHOWN,
  type HistoryEntry,
} from "./history-entry.ts";

/** A file that would grow over this is made shorter … */
const MAX_BYTES = 4 * 1024 * 1024;
/** … to this much of what matters, and this much of the routine: neither takes the other's room. */
const MATTERS_BYTES = 1536 * 1024;
const ROUTINE_BYTES = 512 * 1024;
/** Lines that are read or written before other work gets its turn: a millisecond or two. */
const SLICE_LINES = 200;

export interface HistoryFile {
  /** Rejects with the file system's error: then none, or some, of the entries are on disk. */
  append(entries: readonly HistoryEntry[]): Promise<void>;
  /** Merged, in the order of time. `signIn`: the entries of this sign-in alone. A file that cannot be read is empty. */
  readAll(signIn?: string): Promise<HistoryEntry[]>;
}

/** Runs `work` on each item, in slices, so that other work gets its turn. */
async function bySlices<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
  for (let from = 0; from < items.length; from += SLICE_LINES) {
    for (const item of items.slice(from, from + SLICE_LINES)) work(item);
    await new Promise((resolve) => void setImmediate(resolve));
  }
}

/** Calls must follow each other: an append may replace the file. */
export function createHistoryFile(folder: string, clock: Pick<Clock, "nowMs">): HistoryFile {
  const file = path.join(folder, "history.jsonl");
  /** Earlier versions moved the lines that they removed from the file here. */
  const former = path.join(folder, "history.1.jsonl");
  /** The last line on disk may have no end: a crash, or a full disk, can leave the first half of one. */
  let mayBeTorn = true;

  async function readAll(signIn?: string): Promise<HistoryEntry[]> {
    const [old, now] = await Promise.all(
      [former, file].map((name) => readFile(name, "utf8").catch(() => "")),
    );
    const merging = createMerging();
    let formerEndMs = -Infinity;
    const take = (text: string, after: number): HistoryEntry | undefined => {
      if (signIn !== undefined && !text.includes(signIn)) return undefined;
      const entry = readLine(text);
      if (entry === undefined || entry.atMs <= after) return undefined;
      if (signIn === undefined || entry.signIn === signIn) merging.add(entry);
      return entry;
    };
    await bySlices((old ?? "").split("\n"), (text) => {
      const { atMs } = take(text, -Infinity) ?? { atMs: -Infinity };
      if (atMs <= clock.nowMs()) formerEndMs = Math.max(formerEndMs, atMs); // the clock may have been ahead
    });
    // A crash of an earlier version can leave the same entries in both files: those of the former file count once.
    await bySlices((now ?? "").split("\n"), (text) => void take(text, formerEndMs));
    return merging.entries();
  }

  /**
   * Keeps the newest entries of each sign-in, so that a busy one does not push out a quiet one, and of the routine what
   * its own room holds. The file is replaced in one step: a crash leaves the old one or the new one.
   */
  async function shorten(): Promise<void> {
    const perSignIn = new Map<string, HistoryEntry[]>();
    for (const entry of await readAll()) {
      const entries = perSignIn.get(entry.signIn);
      if (entries === undefined) perSignIn.set(entry.signIn, [entry]);
      else entries.push(entry);
    }
    const kept = [...perSignIn.values()].flatMap((entries) => newest(entries, SHOWN)).sort(byTime);
    const room = { matters: MATTERS_BYTES, routine: ROUTINE_BYTES };
    const lines: string[] = [];
    await bySlices(kept.reverse(), (entry) => {
      const text = lineOf(entry);
      const purse = isRoutine(entry) ? "routine" : "matters";
      room[purse] -= text.length;
      if (room[purse] >= 0) lines.push(text);
    });
    await writeDurably(file, lines.reverse().join(""));
    await rm(former, { force: true });
  }

  return {
    readAll,
    async append(entries) {
      const lines = entries.map(lineOf).join("");
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { size } = await stat(file).catch(() => ({ size: 0 }));
      if (size + lines.length > MAX_BYTES) await shorten();
      // The new lines must not continue a torn one, which would make the first of them unreadable too.
      const text = mayBeTorn && size > 0 ? `\n${lines}` : lines;
      mayBeTorn = true;
      await appendFile(file, text, { mode: 0o600 });
      mayBeTorn = false;
    },
  };
}
