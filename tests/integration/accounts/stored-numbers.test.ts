/** Damaged numbers in our files: impossible values are left out, and the rest is read. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHistory } from "../../../main/accounts/history.ts";
import { createAskedScopes } from "../../../main/tools/asked-scopes.ts";
import { createToolUsage } from "../../../main/tools/usage.ts";
import { createClosingFile } from "../../../main/vault/closing-file.ts";
import { startBench } from "../../support/host.ts";

const NOW = Date.UTC(2026, 10, 30);
const clock = { nowMs: () => NOW, monotonicMs: () => 0, after: () => () => undefined };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const ODD = ["1e300", "-1", "0", "0.5", '"soon"', "null", "9223372036854775807", "{}"];

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp("/tmp/tk-numbers-");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a history line with an impossible instant or count is left out", async () => {
  const line = (atMs: string, more = "") => `{"atMs":${atMs},"signIn":"a","what":"refreshed"${more}}\n`;
  const odd = ODD.map((value) => line(value)).join("");
  const counts = ["1e300", "0.5", "-1"].map((value) => line(String(NOW), `,"count":${value}`)).join("");
  await writeFile(path.join(folder, "history.jsonl"), odd + counts + line(String(NOW - 1_000)));
  const history = createHistory(folder, clock, log);
  expect((await history.of("a")).map(({ atMs }) => atMs)).toEqual([NOW - 1_000]);
});

test.each(ODD)("a tool's uses with the last instant %s count as none", async (value) => {
  const file = path.join(folder, "tools-used.json");
  await writeFile(file, `{"tool":{"count":1,"lastAtMs":${value},"signIns":[]}}`);
  const usages = createToolUsage(file, clock, log);
  await usages.load();
  expect(usages.of("tool")).toBeUndefined();
});

test.each(ODD.filter((value) => value !== "0"))(
  "a file of asked scopes with the day %s counts no such day, and breaks nothing",
  async (value) => {
    const file = path.join(folder, "scopes-asked.json");
    await writeFile(file, `{"tool":{"sinceDay":20000,"signIns":{"a":{"chat:read":${value}}}}}`);
    const asked = createAskedScopes(file, clock, log);
    await asked.load();
    expect([...asked.of("tool", "a")]).toEqual([]);
  },
);

test.each(ODD)("a closing file with the instants %s gives no warning", async (value) => {
  const file = path.join(folder, "closed.json");
  await writeFile(file, `{"format":1,"held":true,"closedAtMs":${value},"idleSinceMs":${value}}`);
  expect(await createClosingFile(file, clock).read()).toEqual({ format: 1, held: true });
});

test.each(["1e300", "0", "-1", "65536", "0.5", '"80"'])(
  "a sandbox port of %s in its file is ignored",
  async (port) => {
    await using bench = await startBench();
    await mkdir(path.join(bench.profile, "sandbox"), { recursive: true });
    await writeFile(path.join(bench.profile, "sandbox/port.json"), `{"port":${port}}`);
    await bench.restart();
    // With a port in the file, the sandbox would be listed before it runs.
    expect(bench.app.state.snapshot().providers.map(({ id }) => id)).not.toContain("sandbox");
  },
);
