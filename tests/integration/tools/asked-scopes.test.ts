/** The scopes that tools asked for: what is kept of them, for how long, and what the window says of it. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Clock } from "../../../core/ports.ts";
import { createAskedScopes, DAY_MS } from "../../../main/tools/asked-scopes.ts";
import { signIn, signsInAs, startBench, until, type Bench } from "../../support/host.ts";
import { connectTool, parseConnection } from "../../support/socket-client.mjs";

const READ = "user:read:chat";
const CHANGE = "channel:manage:broadcast";
const NOW = Date.UTC(2026, 10, 30, 12);
const TODAY = NOW / DAY_MS - 0.5;

/** The file alone, with a clock that the test moves. */
async function asked() {
  const folder = await mkdtemp("/tmp/tk-asked-");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, "scopes-asked.json");
  const timers: { inMs: number; run: () => void }[] = [];
  let nowMs = NOW;
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(inMs, run) {
      const timer = { inMs, run };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const open = async () => {
    const opened = createAskedScopes(file, clock, log);
    await opened.load();
    return opened;
  };
  return {
    open,
    file,
    timers,
    pass: (days: number) => void (nowMs += days * DAY_MS),
    use: (scopes: readonly string[], signIn = "a", grant = "tool") => [
      { grant, signIn, scopes, count: 1, lastAtMs: nowMs },
    ],
    onDisk: async () => JSON.parse(await readFile(file, "utf8")) as unknown,
  };
}

describe("the file of asked scopes", () => {
  test("is written a minute after the first scope of a day, and not for the same scopes again", async () => {
    const { open, use, timers, onDisk } = await asked();
    const scopes = await open();
    const writes = () => timers.filter(({ inMs }) => inMs < DAY_MS).map(({ inMs }) => inMs);
    for (let times = 0; times < 50; times += 1) scopes.note(use([READ]));
    expect(writes()).toEqual([60_000]);
    await scopes.flush();
    expect(writes()).toEqual([]);
    expect(await onDisk()).toEqual({ tool: { sinceDay: TODAY, signIns: { a: { [READ]: TODAY } } } });
    for (let times = 0; times < 50; times += 1) scopes.note(use([READ]));
    expect(writes()).toEqual([]);
    scopes.note(use([CHANGE]));
    expect(writes()).toEqual([60_000]);
  });

  test("keeps a day for forty days, whether the app runs meanwhile or not", async () => {
    const { open, use, pass, onDisk } = await asked();
    let scopes = await open();
    scopes.note(use([READ]));
    pass(20);
    scopes.note(use([CHANGE]));
    await scopes.flush();
    pass(19);
    scopes = await open();
    expect([...scopes.of("tool", "a").keys()]).toEqual([READ, CHANGE]);
    pass(1);
    scopes = await open();
    expect([...scopes.of("tool", "a").keys()]).toEqual([CHANGE]);
    await scopes.flush();
    expect(await onDisk()).toEqual({ tool: { sinceDay: TODAY, signIns: { a: { [CHANGE]: TODAY + 20 } } } });
  });

  test("drops old days while the app runs, also when no tool asks", async () => {
    const { open, use, pass, timers, onDisk } = await asked();
    const scopes = await open();
    scopes.note(use([READ]));
    await scopes.flush();
    pass(41);
    timers.find(({ inMs }) => inMs === DAY_MS)?.run();
    await scopes.flush();
    expect(await onDisk()).toEqual({ tool: { sinceDay: TODAY, signIns: {} } });
  });

  test("forgets a tool, and a sign-in in all tools; one that comes back is counted anew", async () => {
    const { open, use, pass, onDisk } = await asked();
    const scopes = await open();
    for (const [signIn, grant] of [
      ["a", "tool"],
      ["b", "tool"],
      ["a", "other"],
      ["a", "gone"],
    ] as const)
      scopes.note(use([READ], signIn, grant));
    pass(1);
    scopes.forget("gone");
    scopes.forgetSignIns((id) => id === "a");
    await scopes.flush();
    expect(await onDisk()).toEqual({
      tool: { sinceDay: TODAY, signIns: { b: { [READ]: TODAY } } },
      other: { sinceDay: TODAY, signIns: {} },
    });
    expect(scopes.sinceDay("tool", "a")).toBe(TODAY + 1);
    expect(scopes.sinceDay("tool", "b")).toBe(TODAY);
    expect(scopes.sinceDay("gone", "a")).toBeUndefined();
  });

  test.each(["", "{", "[]", '{"tool":{}}', '{"tool":{"sinceDay":-1,"signIns":{}}}'])(
    "that holds %j is begun anew",
    async (text) => {
      const { open, file } = await asked();
      await writeFile(file, text);
      const scopes = await open();
      scopes.begin(["tool"]);
      expect(scopes.sinceDay("tool", "a")).toBe(TODAY);
    },
  );
});

describe.concurrent("the scopes that no tool asks for", () => {
  async function usedTool(bench: Bench, name: string, account?: string) {
    await bench.app.handlers["tools.create"]({ name, ...(account !== undefined && { accounts: [account] }) });
    const connection = parseConnection(bench.clipboard.text);
    return { id: connection.client, ...(await connectTool(connection)) };
  }
  async function usageOf(bench: Bench, id: string) {
    const answer = await bench.app.handlers["signIns.usage"](id);
    if (!answer.ok) throw new Error(answer.failure.code);
    return answer.value;
  }
  const usesOf = (bench: Bench, id: string) =>
    bench.app.state.snapshot().tools.find((tool) => tool.id === id)?.uses ?? 0;
  const onDisk = async (bench: Bench) =>
    readFile(path.join(bench.profile, "scopes-asked.json"), "utf8").catch(() => "{}");

  test("are told with the tools of the token; a tool that names no scope uses none", async () => {
    await using bench = await startBench();
    const id = await signIn(bench, undefined, [READ, CHANGE]);
    expect(await usageOf(bench, id)).toMatchObject({ tools: [], unused: [] });
    const tool = await usedTool(bench, "Nightcue");
    const sinceMs = expect.any(Number) as number;
    const before = { id: tool.id, name: "Nightcue", used: false };
    expect(await usageOf(bench, id)).toEqual({ tools: [before], unused: [READ, CHANGE], sinceMs });
    await tool.ask("token.get");
    await until(() => usesOf(bench, tool.id) === 1, "the first use");
    expect(await usageOf(bench, id)).toMatchObject({ tools: [{ used: true }], unused: [READ, CHANGE] });
    await tool.ask("token.get", { scopes: [READ] });
    await until(() => usesOf(bench, tool.id) === 2, "the second use");
    const { tools, unused } = await usageOf(bench, id);
    expect(unused).toEqual([CHANGE]);
    expect(tools[0]?.lastAtMs).toEqual(expect.any(Number));
    tool.close();
  });

  test("are known for thirty days, and until then only since counting began", async () => {
    await using bench = await startBench();
    const id = await signIn(bench, undefined, [READ, CHANGE]);
    const tool = await usedTool(bench, "Nightcue");
    await tool.ask("token.get", { scopes: [READ] });
    await until(() => usesOf(bench, tool.id) === 1, "the use");
    tool.close();
    const began = (await usageOf(bench, id)).sinceMs ?? 0;
    bench.jump((29 * DAY_MS) / 1000);
    expect(await usageOf(bench, id)).toMatchObject({ unused: [CHANGE], sinceMs: began });
    bench.jump((2 * DAY_MS) / 1000);
    expect(await usageOf(bench, id)).toMatchObject({ unused: [READ, CHANGE] });
    expect(await usageOf(bench, id)).not.toHaveProperty("sinceMs");
    // Without the file, nothing is known of the time before.
    await bench.app.stop();
    await rm(path.join(bench.profile, "scopes-asked.json"));
    await bench.restart();
    expect((await usageOf(bench, id)).sinceMs).toBeGreaterThan(began + 30 * DAY_MS);
  });

  test("stand in a file of ids, scopes and days, which forgets a removed tool and a removed sign-in", async () => {
    await using bench = await startBench();
    const kept = await signIn(bench, undefined, [READ]);
    bench.person = signsInAs("700000002");
    const gone = await signIn(bench, undefined, [READ]);
    const tool = await usedTool(bench, "Nightcue");
    const removed = await usedTool(bench, "Stagehand");
    for (const { id, ask } of [tool, removed]) {
      for (const account of ["harborlights_tv", "mirrelune"])
        await ask("token.get", { account, scopes: [READ] });
      await until(() => usesOf(bench, id) === 2, "the uses");
    }
    await bench.app.handlers["signIns.remove"](gone);
    await bench.app.handlers["tools.remove"]({ id: removed.id, endTokens: false });
    tool.close();
    removed.close();
    await bench.app.stop();
    const text = await onDisk(bench);
    expect(Object.keys(JSON.parse(text) as object)).toEqual([tool.id]);
    expect(JSON.parse(text)).toMatchObject({
      [tool.id]: { signIns: { [kept]: { [READ]: expect.any(Number) as number } } },
    });
    for (const name of [gone, removed.id, "harborlights", "mirrelune", "7000000", "Nightcue", "Stagehand"])
      expect(text).not.toContain(name);
  });

  test("are not asked for behind a lock, and a paused app answers no tool and counts none", async () => {
    await using bench = await startBench();
    const id = await signIn(bench, undefined, [READ]);
    const tool = await usedTool(bench, "Nightcue");
    await bench.app.handlers["vault.pause"](true);
    await expect(tool.ask("token.get", { scopes: [READ] })).rejects.toThrow();
    await bench.app.handlers["vault.pause"](false);
    expect(await usageOf(bench, id)).toMatchObject({ unused: [READ] });
    tool.close();
  });
});

test("what tools would lose is told before anything is replaced", async () => {
  await using bench = await startBench();
  const id = await signIn(bench, undefined, [READ, CHANGE]);
  await bench.app.handlers["tools.create"]({ name: "Nightcue" });
  const losses = (scopes: string[]) => bench.app.handlers["signIns.losses"]({ id, scopes });
  expect(await losses([READ, CHANGE, "bits:read"])).toMatchObject({ ok: true, value: [] });
  expect(await losses([READ])).toMatchObject({ ok: true, value: [{ name: "Nightcue", scopes: [CHANGE] }] });
});
