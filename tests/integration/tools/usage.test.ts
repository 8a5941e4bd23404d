/** The recorded uses of tools, over real files. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { pair } from "../../../clients/node/src/pair.ts";
import type { Clock, Log } from "../../../core/ports.ts";
import { createToolUsage } from "../../../main/tools/usage.ts";
import { signIn, startBench, until, type Bench } from "../../support/host.ts";
import { connectTool, parseConnection } from "../../support/socket-client.mjs";

test("a flush waits for the write under way, and writes follow each other", async () => {
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
  const usages = createToolUsage(file, clock, log);
  const countOnDisk = async () =>
    (JSON.parse(await readFile(file, "utf8")) as { tool: { count: number } }).tool.count;

  usages.note([{ grant: "tool", count: 1, lastAtMs: 1 }]);
  due();
  await usages.flush(); // nothing is new, but the timer's write is still under way
  expect(await countOnDisk()).toBe(1);
  for (let count = 2; count <= 20; count += 1) {
    usages.note([{ grant: "tool", count: 1, lastAtMs: count }]);
    due();
  }
  await usages.flush();
  expect(await countOnDisk()).toBe(20);
  expect(warnings).toEqual([]);
});

describe.concurrent("the usage of a tool is dropped with its grant", () => {
  const usedFile = (bench: Bench) => path.join(bench.profile, "tools-used.json");
  /** Stops the app; returns the tools whose usage is on disk. */
  async function onDisk(bench: Bench): Promise<string[]> {
    await bench.app.stop();
    const text = await readFile(usedFile(bench), "utf8").catch(() => "{}");
    return Object.keys(JSON.parse(text) as object);
  }
  async function usedTool(bench: Bench, name: string) {
    await bench.app.handlers["tools.create"]({ name });
    const connection = parseConnection(bench.clipboard.text);
    const { ask, close } = await connectTool(connection);
    await ask("token.get");
    return { id: connection.client, close };
  }
  const usesOf = (bench: Bench, id: string) =>
    bench.app.state.snapshot().tools.find((tool) => tool.id === id)?.uses ?? 0;

  test.each([true, false])(
    "when it is removed in the window (with its tokens: %s), also if its last use is reported later",
    async (endTokens) => {
      await using bench = await startBench();
      await signIn(bench);
      const [kept, gone, late] = [
        await usedTool(bench, "kept"),
        await usedTool(bench, "gone"),
        await usedTool(bench, "late"),
      ];
      // The uses of two tools are reported before their removal; the thread reports those of the third after it.
      await bench.app.handlers["tools.remove"]({ id: late.id, endTokens: false });
      await until(() => usesOf(bench, kept.id) > 0 && usesOf(bench, gone.id) > 0, "the uses");
      await bench.app.handlers["tools.remove"]({ id: gone.id, endTokens });
      for (const { close } of [kept, gone, late]) close();
      expect(await onDisk(bench)).toEqual([kept.id]);
    },
  );

  test("when it was removed while the app did not run, or ended with the app", async () => {
    await using bench = await startBench();
    await signIn(bench);
    const kept = await usedTool(bench, "kept");
    await until(() => usesOf(bench, kept.id) > 0, "the uses");
    kept.close();
    await bench.app.stop();
    const noted = JSON.parse(await readFile(usedFile(bench), "utf8")) as Record<string, object>;
    const more = { ...noted, "a tool of before": noted[kept.id], "one for a connection": noted[kept.id] };
    await writeFile(usedFile(bench), JSON.stringify(more));
    await bench.restart();
    expect(usesOf(bench, kept.id)).toBeGreaterThan(0);
    expect(await onDisk(bench)).toEqual([kept.id]);
  });

  test("when a lock ends a grant that lasts until the lock", async () => {
    await using bench = await startBench();
    const id = await signIn(bench);
    const endpoint = bench.app.state.snapshot().socket.endpoint ?? "";
    const pairing = pair({ name: "Nightcue" }, { endpoint, onCode: () => undefined });
    await until(() => bench.app.state.snapshot().pairing !== null, "the question");
    const question = bench.app.state.snapshot().pairing?.id ?? "";
    await bench.app.handlers["pairing.allow"]({ id: question, signIns: [id], lifetime: "lock" });
    using keep = (await pairing).keep;
    await keep.token();
    const [tool] = bench.app.state.snapshot().tools;
    await until(() => usesOf(bench, tool?.id ?? "") > 0, "the uses");
    await bench.app.handlers["vault.pause"](true);
    expect(await onDisk(bench)).toEqual([]);
  });
});
