/** How often tools were at work, over real files. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Clock, Log } from "../../core/ports.ts";
import { createUsages } from "../../main/usage.ts";

test("who flushes waits for the write under way, and none gets into another's way", async () => {
  const folder = await mkdtemp("/tmp/tk-usage-");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, "tools-used.json");
  const warnings: string[] = [];
  let due: () => void = () => undefined;
  const clock: Clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    after: (_inMs, run) => {
      due = run;
      return () => undefined;
    },
  };
  const log: Log = {
    info: () => undefined,
    warn: (event) => void warnings.push(event),
    error: () => undefined,
  };
  const usages = createUsages(file, clock, log);
  const countOnDisk = async () =>
    (JSON.parse(await readFile(file, "utf8")) as { tool: { count: number } }).tool.count;

  usages.note([{ grant: "tool", count: 1, lastAtMs: 1 }]);
  due();
  await usages.flush(); // nothing new, and the timer's write is not over
  expect(await countOnDisk()).toBe(1);
  for (let count = 2; count <= 20; count += 1) {
    usages.note([{ grant: "tool", count: 1, lastAtMs: count }]);
    due();
  }
  await usages.flush();
  expect(await countOnDisk()).toBe(20);
  expect(warnings).toEqual([]);
});
