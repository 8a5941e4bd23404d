/** Random lines and changed messages (fixed seed): the app keeps running, in constant memory, and reveals no secret. */
import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { SOCKET_ERRORS } from "../../contract/socket.ts";
import { connectTool, parseConnection } from "../support/socket-client.mjs";
import { signIn, startBench } from "../support/host.ts";
import { LONG, report, SEED } from "./campaign.ts";

/** The first lines make the process allocate memory once: after 80,000 lines it has as much as after 280,000. */
const WARM_UP = LONG ? 80_000 : 10_000;
/** Memory still grows a little in the short form, which finds a leak of 4 kB per line; the long form finds 200 bytes. */
const MOST_GROWTH = LONG ? 1.1 : 1.25;
const LINES = WARM_UP + (LONG ? 100_000 : 10_000);

interface Answered {
  readonly answered: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly texts: readonly string[];
}
function fuzz(seed: number, lines: number, connection: object): Promise<Answered> {
  const child = spawn(process.execPath, ["tests/campaign/socket-fuzzer.mjs"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify({ seed, lines, connection }));
  let out = "";
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(JSON.parse(out) as Answered)
        : reject(new Error(`the fuzzer ended with ${String(code)}`)),
    );
  });
}
/** The least of ten measurements, because freed memory is returned to the system late. */
async function memory(): Promise<number> {
  const measured: number[] = [];
  for (let times = 0; times < 10; times += 1) {
    measured.push(process.memoryUsage().rss);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return Math.min(...measured);
}

test(
  "ten thousand malformed lines are refused, while memory and service stay as they were",
  { timeout: 600_000 },
  async () => {
    await using bench = await startBench();
    await signIn(bench);
    const addTool = async (name: string) => {
      await bench.app.handlers["tools.create"]({ name });
      return parseConnection(bench.clipboard.text);
    };
    const misused = await addTool("misused");
    const served = await connectTool(await addTool("served"));
    const { access_token } = (await served.ask("token.get")) as { access_token: string };

    let over = false;
    let requests = 0;
    let slowestMs = 0;
    const service = (async () => {
      while (!over) {
        const startedMs = performance.now();
        expect(await served.ask("token.get")).toMatchObject({ access_token });
        slowestMs = Math.max(slowestMs, performance.now() - startedMs);
        requests += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    await fuzz(SEED, WARM_UP, misused);
    let before = await memory();
    const { answered, kinds, texts } = await fuzz(SEED + 1, LINES - WARM_UP, misused);
    let after = await memory();
    // Measures again after the same number of lines: a leak grows with every round, a single allocation does not.
    for (let seed = SEED + 2; after / before >= MOST_GROWTH && seed < SEED + 5; seed += 1) {
      before = after;
      await fuzz(seed, LINES - WARM_UP, misused);
      after = await memory();
    }
    over = true;
    await service;

    report({
      part: "socket",
      case: "malformed lines",
      lines: WARM_UP + answered,
      served: requests,
      "slowest ms": Math.round(slowestMs),
      "memory MiB before": Math.round(before / 2 ** 20),
      "memory MiB after": Math.round(after / 2 ** 20),
    });
    expect(answered).toBeGreaterThanOrEqual(LINES - WARM_UP);
    expect(requests).toBeGreaterThan(100);
    expect(after / before).toBeLessThan(MOST_GROWTH);
    // Only greetings, pairing codes and errors are sent before a proof: no result, and no name, token or key.
    const allowed = ["greeting", "pair.code", ...Object.keys(SOCKET_ERRORS)];
    expect(Object.keys(kinds).filter((kind) => !allowed.includes(kind))).toEqual([]);
    expect(kinds["greeting"]).toBeGreaterThan(1_000);
    const login = bench.app.state.snapshot().signIns[0]?.login ?? "";
    for (const secret of [access_token, login, misused.key])
      expect(texts.filter((one) => one.includes(secret))).toEqual([]);
    expect(bench.logged.filter((line) => line.includes("bug"))).toEqual([]);
    served.close();
  },
);
