/** The keeper with thousands of sign-ins: real requests to a real server, and simulated time. */
import { randomBytes, randomUUID } from "node:crypto";
import type { SignInRecord } from "../../../../core/accounts/records.ts";
import type { HttpClient, HttpOutcome, HttpRequest, Log } from "../../../../core/ports.ts";
import { createProviders } from "../../../../core/providers/registry.ts";
import { createHttpClient, nodeExchange } from "../../../../main/net/http.ts";
import { requestEveryMs, requestsToRefresh } from "../../../../core/lifecycle/rate-limit.ts";
import { createKeeper, type Keeper } from "../../../../main/keeper/keeper.ts";
import { createPacedHttp } from "../../../../main/net/paced-http.ts";
import { crowd } from "../../../support/crowd.ts";
import { startCrowdServer } from "../../../support/crowd-server.mjs";
import { createMemoryRecords } from "./memory-records.ts";

const MINUTE_MS = 60_000;

/** A request, with the ID of the sign-in whose token it held. */
interface Heard {
  readonly kind: string;
  readonly whose: string;
  readonly atMs: number;
}

export interface CrowdKeeper extends AsyncDisposable {
  readonly keeper: Keeper;
  /** Lets simulated time pass; requests sent meanwhile are answered first. */
  pass(ms: number): Promise<void>;
  /** Lets time pass while the machine sleeps. */
  sleep(ms: number): Promise<void>;
  /** The number of requests in each whole minute of simulated time, since the start or the last `forget`. */
  minutes(kind: "validate" | "refresh"): number[];
  /** Every request since the start or the last `forget`. */
  heard(): readonly Heard[];
  forget(): void;
}

/** A clock that stands still until the test moves it. */
class SimulatedTime {
  ms = 0;
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];
  after = (inMs: number, run: () => void): (() => void) => {
    const timer = { atMs: this.ms + inMs, run };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((one) => one !== timer));
  };
  /** Runs the next timer if it is due before `endMs`. */
  step(endMs: number): boolean {
    const [next] = this.#timers.sort((a, b) => a.atMs - b.atMs);
    if (next === undefined || next.atMs > endMs) return false;
    this.#timers.shift();
    this.ms = Math.max(this.ms, next.atMs);
    next.run();
    return true;
  }
}

/** Counts the requests under way, so that time can wait for their answers. */
function counted(client: HttpClient) {
  let underWay = 0;
  return {
    async send(request: HttpRequest): Promise<HttpOutcome> {
      underWay += 1;
      return client.send(request).finally(() => (underWay -= 1));
    },
    async idle(): Promise<void> {
      for (let quiet = 0; quiet < 2; quiet = underWay === 0 ? quiet + 1 : 0)
        await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

export async function startCrowdKeeper(
  count: number,
  lifeMs: number,
  refreshReuse: SignInRecord["refreshReuse"] = "safe",
): Promise<CrowdKeeper> {
  const time = new SimulatedTime();
  const startMs = 1_795_000_000_000;
  let asleepMs = 0;
  const nowMs = (): number => startMs + time.ms + asleepMs;
  // With any age the server lets the first tokens expire.
  const usedMs = refreshReuse === "one_time" ? 1 : 0;
  const server = await startCrowdServer({ lifeMs, nowMs, usedMs });
  let heard: Heard[] = [];
  server.hear((kind, whose) => void heard.push({ kind, whose, atMs: nowMs() }));
  const sent = counted(createHttpClient(nodeExchange));
  const { client, signIns } = crowd(count, server.origin, { nowMs: nowMs(), lifeMs, usedMs, refreshReuse });
  const ignore: Log["info"] = () => undefined;
  const providers = createProviders();
  providers.sandboxRunsAt(server.origin);
  const clock = { nowMs, monotonicMs: () => time.ms, after: time.after };
  const everybody = [...signIns].map((record) => ({ ...record, generation: 1 }));
  const http = createPacedHttp(sent, clock, (origin) => requestEveryMs(requestsToRefresh(everybody, origin)));
  const keeper = createKeeper(
    {
      records: createMemoryRecords([{ ...client, generation: 1 }, ...everybody]),
      vaultIsOpen: () => true,
      providers,
      http,
      network: { online: () => true },
      history: { note: () => undefined },
      clock,
      random: { bytes: (size) => randomBytes(size), uuid: () => randomUUID() },
      log: { info: ignore, warn: ignore, error: ignore },
      maySpendOneTime: () => true,
    },
    () => undefined,
  );
  await keeper.start();
  let sinceMs = nowMs();
  return {
    keeper,
    async pass(ms) {
      const endMs = time.ms + ms;
      do await sent.idle();
      while (time.step(endMs));
      time.ms = endMs;
    },
    async sleep(ms) {
      keeper.suspend();
      asleepMs += ms;
      keeper.resume();
      await sent.idle();
    },
    minutes(kind) {
      const buckets = new Array<number>(Math.floor((nowMs() - sinceMs) / MINUTE_MS)).fill(0);
      for (const request of heard) {
        const at = Math.floor((request.atMs - sinceMs) / MINUTE_MS);
        if (request.kind === kind && at < buckets.length) buckets[at] = (buckets[at] ?? 0) + 1;
      }
      return buckets;
    },
    async [Symbol.asyncDispose]() {
      await keeper.pause();
      await server.close();
    },
    heard: () => heard,
    forget() {
      heard = [];
      sinceMs = nowMs();
    },
  };
}
