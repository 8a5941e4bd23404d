/** The history over real files: what it merges, keeps and reads, and how long it blocks main. */
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Clock, Log } from "../../../core/ports.ts";
import { createHistory, type HistoryEntry } from "../../../main/accounts/history.ts";

const HOUR_MS = 3_600_000;
const START_MS = 500_000 * HOUR_MS;

let folder: string;
let nowMs: number;
let due: (() => void)[];
const warned: string[] = [];
beforeEach(async () => {
  folder = path.join(await mkdtemp("/tmp/tk-history-"), "history");
  nowMs = START_MS;
  due = [];
});
afterEach(async () => {
  expect(warned).toEqual([]);
  await rm(path.dirname(folder), { recursive: true, force: true });
});
const clock: Clock = {
  nowMs: () => nowMs,
  monotonicMs: () => nowMs,
  after(_inMs, run) {
    due.push(run);
    return () => undefined;
  },
};
const log: Log = { info: () => undefined, warn: (event) => void warned.push(event), error: () => undefined };
const start = () => createHistory(folder, clock, log);
const file = () => path.join(folder, "history.jsonl");
const linesOnDisk = async (): Promise<HistoryEntry[]> =>
  (await readFile(file(), "utf8"))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as HistoryEntry);
const failure = { code: "provider_unreachable", provider: "Twitch" } as const;

test("alternating hand-outs to two tools make one entry for each tool, sign-in and hour", async () => {
  const history = start();
  for (let times = 0; times < 1_000; times += 1) {
    nowMs = START_MS + Math.floor((times / 1_000) * 2 * HOUR_MS);
    history.note({ signIn: "s1", what: "handed_out", tool: times % 2 === 0 ? "a" : "b" });
    // Other entries come between, and are written at once, without the hand-outs.
    if (times % 100 === 0) {
      history.note({ signIn: "s1", what: "failed", failure: { ...failure, provider: String(times) } });
      history.note({ signIn: "s1", what: "refreshed" });
      for (const run of due.splice(0)) run();
      await history.of("s1");
    }
  }
  await history.flush();
  const wanted = [250, 250, 250, 250];
  const handedOut = (entries: readonly HistoryEntry[]) => entries.filter(({ what }) => what === "handed_out");
  expect(handedOut(await linesOnDisk()).map(({ count }) => count)).toEqual(wanted);
  expect(handedOut(await history.of("s1")).map(({ count }) => count)).toEqual(wanted);
  expect(
    handedOut(await start().recent(200))
      .map(({ tool }) => tool)
      .sort(),
  ).toEqual(["a", "a", "b", "b"]);
  expect((await linesOnDisk()).filter(({ what }) => what === "failed")).toHaveLength(10);
});

test("no event is lost or counted twice, and entries are in the order of time, for any flushes and reads", async () => {
  const event = fc.record({
    signIn: fc.constantFrom("s1", "s2"),
    what: fc.constantFrom("validated", "handed_out", "copied", "refreshed", "failed"),
    tool: fc.constantFrom("a", "b"),
    laterMs: fc.nat(HOUR_MS / 2),
    then: fc.constantFrom("nothing", "nothing", "flush", "timer", "read", "restart"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
      await rm(folder, { recursive: true, force: true });
      nowMs = START_MS;
      due = [];
      let history = start();
      const counts: Record<string, number> = {};
      for (const { signIn, what, tool, laterMs, then } of events) {
        nowMs += laterMs;
        history.note({
          signIn,
          what,
          ...(what === "handed_out" && { tool }),
          ...(what === "failed" && { failure }),
        });
        counts[`${signIn} ${what}`] = (counts[`${signIn} ${what}`] ?? 0) + 1;
        if (then === "flush") await history.flush();
        if (then === "timer") for (const run of due.splice(0)) run();
        if (then === "read") await history.of(signIn);
        if (then === "restart") {
          await history.flush();
          due = [];
          history = start();
        }
      }
      const found: Record<string, number> = {};
      for (const signIn of ["s1", "s2"])
        for (const { what, count = 1 } of await history.of(signIn))
          found[`${signIn} ${what}`] = (found[`${signIn} ${what}`] ?? 0) + count;
      expect(found).toEqual(counts);
      const times = (await history.recent(1_000)).map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }),
    { numRuns: 40 },
  );
});

/** Lines of the file for many tools: only routine, more than the file may hold. */
function routineLines(bytes: number, fromMs: number): string {
  const lines: string[] = [];
  let size = 0;
  for (let at = 0; size < bytes; at += 1) {
    const what = at % 3 === 0 ? "validated" : "handed_out";
    const entry = {
      atMs: fromMs + at * 100,
      signIn: `s${String(at % 40)}`,
      what,
      ...(what === "handed_out" && { tool: `tool-${String(at)}-${"x".repeat(40)}` }),
    };
    lines.push(`${JSON.stringify(entry)}\n`);
    size += lines.at(-1)?.length ?? 0;
  }
  return lines.join("");
}
/** Entries of one sign-in that are no routine, each different from the one before. */
const MATTERS = [
  { signIn: "s1", what: "signed_in" },
  { signIn: "s1", what: "failed", failure },
  { signIn: "s1", what: "refreshed" },
  { signIn: "s1", what: "failed", failure: { code: "storage_failing" } },
  { signIn: "s1", what: "revoked" },
] as const;
async function fill(): Promise<void> {
  await mkdir(folder, { recursive: true });
  const old = MATTERS.map((entry, at) => `${JSON.stringify({ ...entry, atMs: START_MS + at })}\n`);
  await writeFile(file(), old.join("") + routineLines(4.1 * 1024 * 1024, START_MS + 1_000));
  nowMs = START_MS + 48 * HOUR_MS;
}

test("routine never pushes out other entries", async () => {
  await fill();
  const history = start();
  history.note({ signIn: "s2", what: "failed", failure });
  await history.flush();
  expect((await stat(file())).size).toBeLessThan(2.2 * 1024 * 1024);
  const shown = await history.of("s1");
  expect(shown.length).toBeGreaterThan(50);
  for (const entry of MATTERS) expect(shown).toContainEqual(expect.objectContaining(entry));
  const recent = await history.recent(100);
  for (const { what } of MATTERS) expect(recent.map((entry) => entry.what)).toContain(what);
});

test("shortening and reading a full history do not block main", async () => {
  await fill();
  const history = start();
  let inThisTurn = 0;
  let most = 0;
  let over = false;
  const [parse, stringify] = [vi.spyOn(JSON, "parse"), vi.spyOn(JSON, "stringify")];
  const watch = (): void => {
    most = Math.max(most, parse.mock.calls.length + stringify.mock.calls.length - inThisTurn);
    inThisTurn = parse.mock.calls.length + stringify.mock.calls.length;
    if (!over) setImmediate(watch);
  };
  watch();
  history.note({ signIn: "s2", what: "failed", failure });
  await history.flush(); // it is shortened
  const lines = parse.mock.calls.length;
  await history.of("s1");
  await history.recent(200);
  over = true;
  vi.restoreAllMocks();
  expect(lines).toBeGreaterThan(20_000);
  expect(most).toBeLessThan(1_000);
});

test("a crash at any point of shortening doubles and loses no entry", async () => {
  await fill();
  await copyFile(file(), path.join(path.dirname(folder), "full"));
  const before = await start().of("s1");
  const history = start();
  history.note({ signIn: "s2", what: "failed", failure });
  await history.flush();
  const shortened = await readFile(file(), "utf8");
  const full = await readFile(path.join(path.dirname(folder), "full"), "utf8");
  const states: Record<string, Record<string, string>> = {
    "before it began": { "history.jsonl": full },
    "in the middle of the new file": {
      "history.jsonl": full,
      "history.jsonl.new": shortened.slice(0, 100_000),
    },
    "before the new file took its name": { "history.jsonl": full, "history.jsonl.new": shortened },
    "after that": { "history.jsonl": shortened },
    "an earlier version, before it removed the old file": {
      "history.1.jsonl": shortened,
      "history.jsonl": full,
    },
    "the same, and more was written since": {
      "history.1.jsonl": shortened,
      "history.jsonl": `${full}${JSON.stringify({ signIn: "s99", what: "imported", atMs: nowMs + 1 })}\n`,
    },
    "an earlier version's two files": { "history.1.jsonl": shortened, "history.jsonl": "" },
  };
  for (const [state, files] of Object.entries(states)) {
    await rm(folder, { recursive: true });
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    const after = start();
    const entries = await after.of("s1");
    const mattering = (some: readonly HistoryEntry[]) =>
      some.filter(({ what }) => what !== "handed_out" && what !== "validated");
    expect({ state, entries: mattering(entries) }).toEqual({ state, entries: mattering(before) });
    const known = new Set(before.map((entry) => JSON.stringify(entry)));
    expect({ state, strange: entries.filter((entry) => !known.has(JSON.stringify(entry))) }).toEqual({
      state,
      strange: [], // less of the routine, and none of it counted twice
    });
    if (files["history.jsonl"]?.includes("s99") === true) expect(await after.of("s99")).toHaveLength(1);
    // New entries are appended afterwards.
    after.note({ signIn: "s1", what: "imported" });
    await after.flush();
    expect((await after.of("s1"))[0]).toMatchObject({ what: "imported" });
  }
});

test("a torn line makes no later line unreadable", async () => {
  const first = start();
  first.note({ signIn: "s1", what: "signed_in" });
  first.note({ signIn: "s1", what: "failed", failure });
  await first.flush();
  const whole = await readFile(file(), "utf8");
  const end = whole.indexOf("\n") + 1;
  for (let cut = end; cut <= whole.length; cut += 1) {
    await writeFile(file(), whole.slice(0, cut));
    nowMs += HOUR_MS;
    const history = start();
    history.note({ signIn: "s1", what: "revoked" });
    await history.flush();
    const entries = (await start().of("s1")).map(({ what }) => what);
    expect(entries).toEqual(
      cut >= whole.length - 1 ? ["revoked", "failed", "signed_in"] : ["revoked", "signed_in"],
    );
  }
});

test("an entry from the future in an earlier version's file hides no later entries", async () => {
  const entry = (atMs: number, what: string) => `${JSON.stringify({ atMs, signIn: "s1", what })}\n`;
  await mkdir(folder, { recursive: true });
  const former = entry(nowMs - HOUR_MS, "signed_in") + entry(nowMs + 1_000 * HOUR_MS, "refreshed");
  await writeFile(path.join(folder, "history.1.jsonl"), former);
  await writeFile(file(), entry(nowMs - 1, "revoked"));
  expect((await start().of("s1")).map(({ what }) => what)).toEqual(["refreshed", "revoked", "signed_in"]);
});
