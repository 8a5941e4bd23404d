/**
 * The rate limit for all requests to a host: which request goes first, which waits, and how Retry-After is respected.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { HttpClient, HttpOutcome, HttpRequest, Turn } from "../../../core/ports.ts";
import { createPacedHttp } from "../../../main/net/paced-http.ts";
import { startCrowdKeeper } from "../keeper/support/crowd-keeper.ts";
import { crowdId } from "../../support/crowd.ts";
import { signIn, startBench } from "../../support/host.ts";
import { createSimulatedClock } from "../../support/simulated-clock.ts";

const EVERY_MS = 250;
/** See core/lifecycle/rate-limit.ts: 20 at once, a reserve of 20, and one each quarter of a second. */
const MOST_IN_TEN_SECONDS = 80;
const HOUR_MS = 3_600_000;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};
/** The largest number of instants within any span of this length. */
const most = (instants: readonly number[], spanMs: number): number =>
  Math.max(0, ...instants.map((from) => instants.filter((at) => at >= from && at < from + spanMs).length));

function bench(
  answer: (request: HttpRequest) => HttpOutcome = () => ({ kind: "answered", status: 200, body: "" }),
) {
  const clock = createSimulatedClock(1_795_000_000_000);
  const left: { readonly url: string; readonly atMs: number; readonly timeoutMs: number }[] = [];
  const inner: HttpClient = {
    send(request) {
      left.push({ url: request.url, atMs: clock.monotonicMs(), timeoutMs: request.timeoutMs });
      return Promise.resolve(answer(request));
    },
  };
  const http = createPacedHttp(inner, clock, () => EVERY_MS);
  const ends: { readonly url: string; readonly outcome: HttpOutcome; readonly atMs: number }[] = [];
  const send = (url: string, turn?: Turn): void =>
    void http
      .send({ method: "GET", url, headers: {}, timeoutMs: 1_000 }, turn)
      .then((outcome) => ends.push({ url, outcome, atMs: clock.monotonicMs() }));
  return { clock, left, ends, send, http, pass: (ms: number) => clock.pass(ms, settle) };
}
const by = (waiter: "user" | "tool" | undefined): Turn => ({ waiter: () => waiter });
const nobody = by(undefined);
const HOST = "https://id.example";

test("all requests to a host share one rate, and hosts do not wait for each other", async () => {
  const { send, left, pass } = bench();
  for (let nth = 0; nth < 200; nth += 1) send(`${HOST}/${nth % 2 === 0 ? "token" : "validate"}`, nobody);
  send("https://other.example/validate", nobody);
  await pass(0);
  expect(left.filter(({ url }) => url.startsWith(HOST))).toHaveLength(20);
  expect(left.filter(({ url }) => url.startsWith("https://other"))).toHaveLength(1);
  await pass(60_000);
  expect(left).toHaveLength(201);
  expect(
    most(
      left.map(({ atMs }) => atMs),
      10_000,
    ),
  ).toBeLessThanOrEqual(MOST_IN_TEN_SECONDS);
});

test.each(["user", "tool"] as const)(
  "a request that a %s waits for goes first, also when the wait began later",
  async (waiter) => {
    const { send, left, pass } = bench();
    for (let nth = 0; nth < 100; nth += 1) send(`${HOST}/background/${String(nth)}`, nobody);
    await pass(1_000);
    const before = left.length;
    send(`${HOST}/urgent`, by(waiter));
    await pass(0);
    expect(left.slice(before).map(({ url }) => url)).toEqual([`${HOST}/urgent`]);
    // A background request that a tool begins to wait for.
    const late: { waiter?: "tool" } = {};
    send(`${HOST}/late`, { waiter: () => late.waiter });
    await pass(2_000);
    expect(left.map(({ url }) => url)).not.toContain(`${HOST}/late`);
    late.waiter = "tool";
    await pass(EVERY_MS);
    expect(left.map(({ url }) => url)).toContain(`${HOST}/late`);
  },
);

test("many urgent requests do not hold back the background requests", async () => {
  const { send, left, pass } = bench();
  for (let nth = 0; nth < 400; nth += 1) send(`${HOST}/urgent`, by("tool"));
  for (let nth = 0; nth < 20; nth += 1) send(`${HOST}/background`, nobody);
  await pass(30_000);
  expect(left.filter(({ url }) => url.endsWith("background")).length).toBeGreaterThan(10);
  expect(
    most(
      left.map(({ atMs }) => atMs),
      10_000,
    ),
  ).toBeLessThanOrEqual(MOST_IN_TEN_SECONDS);
});

test("a request that has not left when the keeper pauses is not sent, and ends at once", async () => {
  const { send, left, ends, pass } = bench();
  const leaving = new AbortController();
  for (let nth = 0; nth < 200; nth += 1)
    send(`${HOST}/${String(nth)}`, { ...nobody, signal: leaving.signal });
  await pass(0);
  leaving.abort();
  await settle();
  expect(ends).toHaveLength(200);
  expect(ends.filter(({ outcome }) => outcome.kind === "not_sent")).toHaveLength(180);
  await pass(60_000);
  expect(left).toHaveLength(20);
  send(`${HOST}/after`, { ...nobody, signal: leaving.signal });
  await settle();
  expect(ends.at(-1)?.outcome).toEqual({ kind: "not_sent", cause: "abandoned" });
});

test.each([
  ["429 with Retry-After", 429, 600_000],
  ["503 with Retry-After", 503, 600_000],
  ["429 without Retry-After", 429, undefined],
  ["a Retry-After of a year", 429, 365 * 24 * HOUR_MS],
] as const)(
  "%s holds back all further requests to the host but those of a user",
  async (_name, status, retryAfterMs) => {
    let refuses = true;
    const { send, left, ends, pass } = bench(() =>
      refuses
        ? { kind: "answered", status, body: "", ...(retryAfterMs !== undefined && { retryAfterMs }) }
        : { kind: "answered", status: 200, body: "{}" },
    );
    send(`${HOST}/token`, nobody);
    await pass(0);
    refuses = false;
    send(`${HOST}/validate`, nobody);
    send(`${HOST}/validate`, by("tool"));
    await pass(1_000);
    expect(left).toHaveLength(1);
    send(`${HOST}/validate`, by("user"));
    await pass(0);
    expect(left).toHaveLength(2);
    // A request waits for the end of a short block; a long block ends it with a 429 that names the wait.
    const blockMs = Math.min(retryAfterMs ?? 5_000, 24 * HOUR_MS);
    const refused = ends.filter(({ outcome }) => outcome.kind === "answered" && outcome.status === 429);
    if (retryAfterMs === undefined) expect(refused).toHaveLength(1);
    else
      expect(refused.at(-1)?.outcome).toMatchObject({
        status: 429,
        retryAfterMs: expect.closeTo(blockMs, -5) as number,
      });
    await pass(blockMs);
    send(`${HOST}/validate`, nobody);
    await pass(1_000);
    expect(left.length).toBeGreaterThanOrEqual(3);
  },
);

test("each repeated 429 of a host doubles the block", async () => {
  const { send, left, pass } = bench(() => ({ kind: "answered", status: 429, body: "" }));
  for (let second = 0; second < 600; second += 1) {
    send(`${HOST}/validate`, nobody);
    await pass(1_000);
  }
  expect(left.length).toBeLessThan(20);
});

test("a request's time limit does not include the wait, and the request is unchanged", async () => {
  const { send, left, ends, pass } = bench();
  for (let nth = 0; nth < 60; nth += 1) send(`${HOST}/${String(nth)}`, nobody);
  await pass(30_000);
  expect(ends.every(({ outcome }) => outcome.kind === "answered")).toBe(true);
  expect(new Set(left.map(({ timeoutMs }) => timeoutMs))).toEqual(new Set([1_000]));
});

test("for any mix of requests: none is sent twice or forgotten, and the rate is never exceeded", async () => {
  const step = fc.record({
    count: fc.integer({ min: 1, max: 60 }),
    waiter: fc.constantFrom("user", "tool", undefined),
    afterMs: fc.constantFrom(0, 10, 1_000, 7_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { send, left, ends, pass } = bench();
      let sent = 0;
      for (const { count, waiter, afterMs } of steps) {
        for (let nth = 0; nth < count; nth += 1) send(`${HOST}/${String((sent += 1))}`, by(waiter));
        await pass(afterMs);
      }
      await pass(300_000);
      expect(left.map(({ url }) => url).sort()).toEqual(ends.map(({ url }) => url).sort());
      expect(new Set(left.map(({ url }) => url)).size).toBe(sent);
      expect(
        most(
          left.map(({ atMs }) => atMs),
          10_000,
        ),
      ).toBeLessThanOrEqual(MOST_IN_TEN_SECONDS);
    }),
    { numRuns: 40, seed: 20_261_130 },
  );
});

test("two hundred one-time sign-ins after a night are all refreshed at the limited rate, and a tool goes first", async () => {
  await using many = await startCrowdKeeper(200, 4 * HOUR_MS, "one_time");
  await many.pass(10 * 60_000);
  many.forget();
  await many.sleep(9 * HOUR_MS);
  await many.pass(5_000);
  const before = many.heard().length;
  const done = new Set(many.heard().map(({ whose }) => whose));
  const wanted = Array.from({ length: 200 }, (_, nth) => crowdId(nth)).find((id) => !done.has(id)) ?? "";
  const answering = many.keeper.tokenFor(wanted, 60_000, false, "tool");
  await many.pass(1_000);
  expect(await answering).toMatchObject({ ok: true });
  const ahead = many
    .heard()
    .slice(before)
    .findIndex(({ whose, kind }) => whose === wanted && kind === "refresh");
  expect(ahead).toBeGreaterThanOrEqual(0);
  expect(ahead).toBeLessThan(10);
  await many.pass(10 * 60_000);
  const heard = many.heard();
  expect(new Set(heard.filter(({ kind }) => kind === "refresh").map(({ whose }) => whose)).size).toBe(200);
  expect(
    most(
      heard.map(({ atMs }) => atMs),
      10_000,
    ),
  ).toBeLessThanOrEqual(MOST_IN_TEN_SECONDS);
});

test("in the app, checks of registrations and of accounts share the rate of their host", async () => {
  await using app = await startBench();
  const id = await signIn(app);
  const { handlers } = app.app;
  const clients = app.app.state.snapshot().clients.map((one) => one.id);
  const before = (await app.seen()).length;
  const startedMs = performance.now();
  for (let time = 0; time < 60; time += 1) {
    for (const client of clients) void handlers["clients.check"](client);
    void handlers["signIns.validate"](id);
  }
  for (let looks = 0; looks < 5; looks += 1) {
    await expect.poll(async () => (await app.seen()).length - before).toBeGreaterThan(30 + looks * 2);
    const count = (await app.seen()).length - before;
    const elapsedMs = performance.now() - startedMs;
    expect(count).toBeLessThanOrEqual(40 + Math.ceil(elapsedMs / EVERY_MS));
  }
});

test("a lock does not wait for two hundred waiting refreshes, and leaves no open intent", async () => {
  await using many = await startCrowdKeeper(200, 4 * HOUR_MS, "one_time");
  await many.pass(10 * 60_000);
  await many.sleep(9 * HOUR_MS);
  await many.pass(1_000);
  const ids = Array.from({ length: 200 }, (_, nth) => crowdId(nth));
  const refreshing = ids.map((id) => many.keeper.refresh(id, "bulk"));
  await many.pass(1_000);
  // The clock stands still, so a request that waited for its turn would wait forever.
  expect(await many.keeper.pause()).toMatchObject({ ok: true });
  const answers = await Promise.all(refreshing);
  expect(answers.filter((answer) => !answer.ok).length).toBeGreaterThan(100);
  const codes = answers.map((answer) => (answer.ok ? "ok" : answer.failure.code));
  expect(codes.filter((code) => code !== "ok" && code !== "vault_not_ready")).toEqual([]);
  expect(ids.filter((id) => many.keeper.watches.current(id)?.state.name !== "signed_in")).toEqual([]);
});
