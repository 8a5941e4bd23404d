/**
 * What happened to each sign-in and why: an append-only file of bounded size beside the vault. It names sign-ins and
 * tools by their random ids alone, so it needs no seal: whose they are is told by the vault, while it is open.
 */
import { appendFile, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import type { Failure } from "../contract/failure.ts";
import type { Clock, Log } from "../core/ports.ts";
import { queuePerKey } from "../core/single-flight.ts";

/** The current file's bound; what it grows to is made shorter and becomes the file before it. */
const MAX_BYTES = 2 * 1024 * 1024;
const FLUSH_EVERY_MS = 5_000;
/** What goes well every few seconds is written together, so that it does not push out what went wrong. */
const ROUTINE_EVERY_MS = 10 * 60_000;
const ROUTINE: readonly string[] = ["validated", "copied", "handed_out"];
/** Entries kept of one sign-in, and shown. */
const SHOWN = 200;

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
  atMs: v.number(),
  signIn: v.string(),
  what: v.picklist(WHAT),
  /** The grant of the tool that it was handed to. */
  tool: v.optional(v.string()),
  /** How often in a row, the last time at `atMs`. */
  count: v.optional(v.number()),
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

export function createHistory(folder: string, clock: Clock, log: Log): History {
  const file = path.join(folder, "history.jsonl");
  const before = path.join(folder, "history.1.jsonl");
  const inTurn = queuePerKey<string>();
  let waiting: HistoryEntry[] = [];
  let cancelTimer: (() => void) | undefined;
  let flushAtMs = Infinity;

  async function write(): Promise<void> {
    cancelTimer?.();
    flushAtMs = Infinity;
    const entries = waiting;
    waiting = [];
    if (entries.length === 0) return;
    const text = entries.map(textOf).join("");
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { size } = await stat(file).catch(() => ({ size: 0 }));
      if (size + text.length > MAX_BYTES) await shorten();
      await appendFile(file, text, { mode: 0o600 });
    } catch (cause) {
      log.warn("history.not_written", { entries: entries.length, cause }); // an account matters more than its diary
    }
  }
  const readAll = async (): Promise<readonly HistoryEntry[]> => {
    const texts = await Promise.all([before, file].map((name) => readFile(name, "utf8").catch(() => "")));
    return texts
      .join("")
      .split("\n")
      .map(read)
      .filter((entry) => entry !== undefined);
  };
  /** Keeps of each sign-in its newest entries, so that a busy one does not push out a quiet one. */
  async function shorten(): Promise<void> {
    const all = await readAll();
    const perSignIn = new Map<string, HistoryEntry[]>();
    for (const entry of all) perSignIn.set(entry.signIn, [...(perSignIn.get(entry.signIn) ?? []), entry]);
    const kept = [...perSignIn.values()].flatMap((entries) => together(entries).slice(-SHOWN));
    const newest = kept.sort((a, b) => a.atMs - b.atMs).map(textOf);
    let bytes = 0;
    const fits = newest.findLastIndex((text) => (bytes += text.length) > MAX_BYTES) + 1;
    await writeFile(`${before}.new`, newest.slice(fits).join(""), { mode: 0o600 });
    await rename(`${before}.new`, before);
    await rm(file, { force: true });
  }
  const flush = () => inTurn("file", write);
  function flushWithin(waitMs: number): void {
    const atMs = clock.monotonicMs() + waitMs;
    if (atMs >= flushAtMs) return;
    cancelTimer?.();
    flushAtMs = atMs;
    cancelTimer = clock.after(waitMs, () => void flush());
  }

  return {
    flush,
    note(event) {
      const at = waiting.findLastIndex(({ signIn }) => signIn === event.signIn);
      const last = waiting[at];
      const atMs = clock.nowMs();
      if (last !== undefined && isSame(last, event))
        waiting[at] = { ...event, atMs, count: (last.count ?? 1) + (event.count ?? 1) };
      else waiting.push({ ...event, atMs });
      flushWithin(ROUTINE.includes(event.what) ? ROUTINE_EVERY_MS : FLUSH_EVERY_MS);
    },
    async of(signIn) {
      await flush();
      const mine = (await readAll()).filter((entry) => entry.signIn === signIn);
      return together(mine).slice(-SHOWN).reverse();
    },
    async recent(count) {
      await flush();
      const all = [...(await readAll())].sort((a, b) => a.atMs - b.atMs);
      return together(all).slice(-count).reverse();
    },
  };
}

/** The same thing several times in a row to one sign-in is one entry. */
function together(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const found: HistoryEntry[] = [];
  for (const entry of entries) {
    const last = found.at(-1);
    if (last?.signIn === entry.signIn && isSame(last, entry))
      found[found.length - 1] = { ...entry, count: (last.count ?? 1) + (entry.count ?? 1) };
    else found.push(entry);
  }
  return found;
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
