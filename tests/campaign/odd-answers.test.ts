/**
 * Generated answers at every endpoint that is read (types, nulls, numbers at their limits, encodings, statuses, orders),
 * over real HTTP and a real vault: the app does not crash or spin, every record can be read again, no token that arrived is
 * lost, no spent token is sent again, and only the provider gets requests.
 */
import fc from "fast-check";
import { cp, rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { SignInRecord } from "../../core/accounts/records.ts";
import type { HttpClient } from "../../core/ports.ts";
import { oidcDialect } from "../../core/providers/oidc.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { sandboxAt } from "../../core/providers/sandbox.ts";
import { createVault } from "../../main/vault/vault.ts";
import { authorization, startBench, type Bench } from "../support/host.ts";
import { createSimulatedClock, type SimulatedClock } from "../support/simulated-clock.ts";
import { LONG, report, SEED } from "./campaign.ts";
import { arrived, changes, GOOD, make, mayBeSentAgain, type Made } from "./odd-answer.ts";
import { startOddProvider, type OddProvider, type Path } from "./odd-provider.ts";

const ANSWERS = Number(process.env["ANSWERS"] ?? (LONG ? 10_000 : 400));
const CLIENT_ID = "odd-client";
/** The most requests and timers per answer; a loop makes far more. */
const MOST_REQUESTS = 60;
const MOST_TIMERS = 400;
const HOUR_MS = 3_600_000;
/** Processor time per request, judged only in the long form. */
const MOST_CPU_MS = 100;
/** After so many answers the simulated clock passes the life of all tokens. */
const EXPIRE_EVERY = 250;

const ACTIONS = [
  "refresh",
  "validate",
  "remove",
  "code",
  "device start",
  "device poll",
  "userinfo",
  "discovery",
  "check",
] as const;
type Action = (typeof ACTIONS)[number];
const PATH_OF: Readonly<Record<Action, Path>> = {
  refresh: "token",
  validate: "validate",
  remove: "revoke",
  code: "token",
  "device start": "device",
  "device poll": "token",
  userinfo: "userinfo",
  discovery: "discovery",
  check: "token",
};
const IDS = ["odd-twitch", "odd-oidc"] as const;

class Run {
  timers = 0;
  readonly clock: SimulatedClock;
  readonly bench: Bench;
  readonly provider: OddProvider;
  readonly #underWay: Set<Promise<unknown>>;
  #clients = new Map<string, string>();
  /** The processor time of `stored`, in ms: it reads every record, and is not the app's. */
  readingMs = 0;
  constructor(clock: SimulatedClock, bench: Bench, provider: OddProvider, underWay: Set<Promise<unknown>>) {
    this.clock = clock;
    this.bench = bench;
    this.provider = provider;
    this.#underWay = underWay;
  }
  readonly rest = async (): Promise<void> => {
    for (let quiet = 0; quiet < 2; quiet += 1) {
      while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
      await new Promise((resolve) => setTimeout(resolve, 1)); // a disk needs real time
    }
  };
  /** Lets simulated time pass until `work` ends. */
  async drive<V>(work: Promise<V>): Promise<V> {
    let over = false;
    void work.catch(() => undefined).finally(() => (over = true));
    while (!over) {
      await this.rest();
      if (!over) await this.clock.pass(1_000, this.rest);
    }
    return work;
  }
  async until(condition: () => boolean, what: string): Promise<void> {
    for (let turn = 0; !condition(); turn += 1) {
      if (turn > 2_000) throw new Error(`${what} did not come`);
      await this.rest();
      if (!condition()) await this.clock.pass(1_000, this.rest);
    }
  }
  /** The sign-ins on the disk now; another vault opens a copy and finds every record readable. */
  async stored(): Promise<readonly SignInRecord[]> {
    const cpu = process.cpuUsage();
    const folder = path.join(this.bench.profile, "copy");
    for (let tries = 0; ; tries += 1) {
      await rm(folder, { recursive: true, force: true });
      try {
        await cp(path.join(this.bench.profile, "vault"), folder, { recursive: true });
        break;
      } catch (error) {
        if (tries > 20) throw error; // a file was deleted during the copy
      }
    }
    const vault = createVault({
      folder,
      keychain: this.bench.keychain,
      clock: this.clock,
      random: { bytes: (count) => new Uint8Array(count), uuid: () => "" },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    expect(await vault.open()).toMatchObject({ state: "open", unreadable: [] });
    this.readingMs += process.cpuUsage(cpu).user / 1_000;
    return vault.list("sign_in");
  }
  async client(provider: string): Promise<string> {
    const known = this.#clients.get(provider);
    if (known !== undefined) return known;
    const form = { provider, name: provider, client_id: CLIENT_ID, client_secret: "odd-secret" };
    const saved = await this.bench.app.handlers["clients.save"](form);
    if (!saved.ok) throw new Error(saved.failure.code);
    this.#clients.set(provider, saved.value.id);
    return saved.value.id;
  }
  async start(provider: string, flow: "authorization_code" | "device_code"): Promise<string | undefined> {
    const client = await this.client(provider);
    const begun = await this.drive(
      this.bench.app.handlers["authorization.start"]({ client, scopes: ["read"], flow }),
    );
    if (!begun.ok) expect(begun.failure.code).not.toBe("internal");
    return begun.ok ? begun.value.id : undefined;
  }
  step(id: string) {
    return authorization(this.bench.app, id)?.step;
  }
  /** A working sign-in of this provider, whose refresh token works once; a new one where the last one has ended. */
  async signIn(provider: string): Promise<SignInRecord> {
    const found = (await this.stored()).find((one) => one.provider === provider);
    const good =
      found?.state.name === "signed_in" &&
      found.access_token !== undefined &&
      found.refresh_token !== undefined;
    if (good && (found.expiresAtMs ?? 0) > this.clock.nowMs() + 7_200_000) return found;
    const id = await this.start(provider, "authorization_code");
    if (id === undefined) throw new Error("the sign-in did not start");
    await this.until(() => this.step(id) === "confirm", "the sign-in");
    const kept = await this.drive(this.bench.app.handlers["authorization.keep"]({ id, beside: false }));
    if (!kept.ok) throw new Error(kept.failure.code);
    const record = (await this.stored()).find((one) => one.id === kept.value.signIn);
    if (record === undefined) throw new Error("the sign-in is not on the disk");
    return record;
  }
}

async function refresh(run: Run, id: string, made: Made, plan: () => void): Promise<void> {
  const before = await run.signIn(id);
  plan();
  const answer = await run.drive(run.bench.app.handlers["signIns.refresh"](before.id));
  if (!answer.ok) expect(answer.failure.code).not.toMatch(/internal|account_unknown/);
  const after = (await run.stored()).find((one) => one.id === before.id);
  const { access, refresh: next, usable = false } = arrived(made);
  if (usable) expect(after?.access_token?.reveal()).toBe(access);
  else expect(after?.access_token?.reveal()).toBe(before.access_token?.reveal());
  if (next !== undefined) expect(after?.refresh_token?.reveal()).toBe(next);
}

async function exchange(
  run: Run,
  id: string,
  flow: "authorization_code" | "device_code",
  made: Made,
  plan: () => void,
): Promise<void> {
  plan();
  const course = await run.start(id, flow);
  if (course === undefined) return;
  await run.until(() => ["confirm", "failed", undefined].includes(run.step(course)), "the end of a sign-in");
  const { access, refresh: next, usable = false } = arrived(made);
  if (run.step(course) === "confirm")
    await run.drive(run.bench.app.handlers["authorization.discard"](course));
  else {
    expect(usable && flow === "authorization_code").toBe(false);
    await run.drive(run.bench.app.handlers["authorization.cancel"](course));
  }
  await run.until(
    () =>
      (access ?? next) === undefined ||
      [access, next].some((token) => token !== undefined && run.provider.revoked.has(token)),
    "the revocation of what arrived",
  );
}

async function act(
  run: Run,
  id: (typeof IDS)[number],
  action: Action,
  made: Made,
  plan: () => void,
): Promise<void> {
  const { handlers } = run.bench.app;
  switch (action) {
    case "refresh":
      return refresh(run, id, made, plan);
    case "code":
      return exchange(run, id, "authorization_code", made, plan);
    case "device poll":
      return exchange(run, id, "device_code", made, plan);
    case "device start": {
      plan();
      const course = await run.start(id, "device_code");
      if (course !== undefined) await run.drive(handlers["authorization.cancel"](course));
      return;
    }
    case "validate": {
      const before = await run.signIn(id);
      plan();
      const answer = await run.drive(handlers["signIns.validate"](before.id));
      if (!answer.ok) expect(answer.failure.code).not.toBe("internal");
      return;
    }
    case "userinfo": {
      const { id: signIn } = await run.signIn(id);
      plan();
      const answer = await run.drive(handlers["signIns.claims"]({ id: signIn, now: true }));
      if (!answer.ok) expect(answer.failure.code).not.toBe("internal");
      return;
    }
    case "remove": {
      const { id: signIn } = await run.signIn(id);
      plan();
      await run.drive(handlers["signIns.remove"](signIn));
      return;
    }
    case "discovery":
      plan();
      await run.drive(handlers["providers.discover"]({ issuer: run.provider.origin }));
      return;
    case "check":
      plan();
      await run.drive(handlers["clients.check"](await run.client(id)));
  }
}

/** The client, with each request that is under way kept in `underWay`. */
const trackRequests = (client: HttpClient, underWay: Set<Promise<unknown>>): HttpClient => ({
  send(request) {
    const sent = client.send({ ...request, timeoutMs: 20_000 });
    underWay.add(sent);
    void sent.finally(() => underWay.delete(sent));
    return sent;
  },
});

/** One origin twice: as a provider that speaks like Twitch, and as one that speaks like the RFCs. */
function bothProviders(origin: string): readonly Provider[] {
  const common: Provider = {
    ...sandboxAt(origin),
    userAgents: ["embedded"],
    confidentialRefreshReuse: "one_time",
  };
  return [
    { ...common, id: "odd-twitch", name: "Odd Twitch" },
    {
      ...common,
      id: "odd-oidc",
      name: "Odd OIDC",
      dialect: oidcDialect,
      validationEndpoint: `${origin}/oauth2/userinfo`,
    },
  ];
}

test(
  "no odd answer crashes the app, loses a token that arrived, or sends a spent token again",
  { timeout: 3_600_000 },
  async () => {
    await using provider = await startOddProvider(CLIENT_ID);
    const clock = createSimulatedClock(Date.UTC(2026, 10, 30));
    const underWay = new Set<Promise<unknown>>();
    let timers = 0;
    const counting = {
      ...clock,
      after: (inMs: number, run: () => void) => ((timers += 1), clock.after(inMs, run)),
    };
    await using bench = await startBench({
      clock: counting,
      http: (client) => trackRequests(client, underWay),
      providers: () => bothProviders(provider.origin),
    });
    bench.person = ({ url, redirect_uri, onRedirect }) => {
      const state = new URL(url).searchParams.get("state") ?? "";
      onRedirect(`${redirect_uri}?code=c&state=${state}`);
      return Promise.resolve();
    };
    const run = new Run(clock, bench, provider, underWay);
    const good = GOOD(provider);
    /** Requests without revocations: many removed sign-ins may be revoked each hour. */
    const requestCount = () => provider.answered.filter(({ path: where }) => where !== "revoke").length;
    const cases = fc.sample(fc.tuple(fc.constantFrom(...ACTIONS), fc.constantFrom(...IDS), changes), {
      numRuns: ANSWERS,
      seed: SEED,
    });
    const tally = new Map<string, number>();
    type Case = (typeof cases)[number];
    /** The processor time, in ms per request, that one answer costs. */
    const give = async ([action, id, change]: Case, at: number): Promise<number> => {
      const wanted = PATH_OF[action];
      // The OIDC provider is validated at its userinfo endpoint.
      const where: Path = wanted === "validate" && id === "odd-oidc" ? "userinfo" : wanted;
      const made = make(good[where](), change, provider.strangerOrigin);
      const [requests, timersBefore, cpu] = [requestCount(), timers, process.cpuUsage()];
      const readingBefore = run.readingMs;
      try {
        await act(run, id, action, made, () =>
          provider.answerNext(where, made.answer, !mayBeSentAgain(made), arrived(made).refresh),
        );
        await run.rest();
        expect(provider.broken).toEqual([]);
        expect(bench.logged.filter((line) => /\.bug\b/.test(line))).toEqual([]);
        expect(timers - timersBefore).toBeLessThan(MOST_TIMERS);
        if (action !== "device poll") expect(requestCount() - requests).toBeLessThan(MOST_REQUESTS);
        const appMs = process.cpuUsage(cpu).user / 1_000 - (run.readingMs - readingBefore);
        return appMs / Math.max(1, requestCount() - requests);
      } catch (error) {
        throw new Error(
          `answer ${String(at)}: ${id}, ${action}, ${String(made.answer.status)} ${change.encoding} ${JSON.stringify(made.answer.headers)} ${made.answer.body.toString("utf8").slice(0, 400)}`,
          { cause: error },
        );
      } finally {
        bench.logged.length = 0;
        provider.answered.length = 0;
      }
    };
    for (const [at, one] of cases.entries()) {
      let cpuMs = await give(one, at);
      // A garbage collection may fall into any answer, so a slow answer is measured again.
      for (let again = 0; LONG && cpuMs >= MOST_CPU_MS && again < 3; again += 1)
        cpuMs = Math.min(cpuMs, await give(one, at));
      if (LONG)
        expect(
          cpuMs,
          `answer ${String(at)} costs processor time each time: ${JSON.stringify(one)}`,
        ).toBeLessThan(MOST_CPU_MS);
      tally.set(one[0], (tally.get(one[0]) ?? 0) + 1);
      // Tombstones of removed sign-ins end with their tokens; without that each answer would read more records.
      if (at % EXPIRE_EVERY === EXPIRE_EVERY - 1) await clock.pass(6 * HOUR_MS, run.rest);
    }
    // After their lifetime the tokens of the tombstones are expired.
    await clock.pass(6 * HOUR_MS, run.rest);
    expect(provider.broken).toEqual([]);
    expect((await run.stored()).length).toBeGreaterThan(0);
    for (const [action, answers] of tally)
      report({ part: "odd answers", case: action, answers, broken: provider.broken.length });
  },
);
