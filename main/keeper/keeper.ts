/**
 * Keeps every sign-in valid: validates at start and hourly, refreshes ahead of expiry, once for everybody.
 * One timer serves all sign-ins; it sleeps until the earliest of them is due.
 */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { checkEveryMs, createPace } from "../../core/lifecycle/pace.ts";
import { afterInterruption } from "../../core/lifecycle/refresh.ts";
import {
  CLOCK_JUMP_MS,
  LONGEST_WAIT_MS,
  nextValidationMs,
  retriesClientAtMs,
  VALIDATE_EVERY_MS,
} from "../../core/lifecycle/schedule.ts";
import { limiter, queuePerKey } from "../../core/single-flight.ts";
import { createAgenda, type Agenda } from "./agenda.ts";
import { createDue } from "./due.ts";
import { createInstantRepair } from "./instants.ts";
import { createLooks } from "./looks.ts";
import {
  chanceOf,
  createWatches,
  providerFor,
  type Changed,
  type KeeperParts,
  type TurnOf,
  type Watches,
} from "./watches.ts";
import { createRefresher } from "./refresher.ts";
import { createRevoker, type Revoker } from "./revoker.ts";
import { createStatusChanges } from "./status-changes.ts";
import { createValidator } from "./validator.ts";
import { createTokenFor, whyNoToken } from "./token-for.ts";
import { createWaiters, type Asker } from "./waiters.ts";

/** Refreshes, and checks, that the keeper has under way on its own at a time. Their pace is the HTTP client's. */
const AT_ONCE = 4;
/** However far the next event is, look at the clocks this often: one may have been set, or the machine have slept. */
const LONGEST_SLEEP_MS = 60_000;
/** Without a network this often, since nothing tells when it is back. */
const OFFLINE_SLEEP_MS = 5_000;
/** A lock or a quit waits this long for a disk that does not take an answer. */
const UNSAVED_WAIT_MS = 20_000;

/** How a sign-in came into the keeper's care. `restored`: it was removed a moment ago, and is brought back. */
export type Arrival = "signed_in" | "imported" | "restored";

export interface Keeper extends Pick<Revoker, "remove"> {
  /**
   * Call when the vault has opened: closes open intents, then validates everything. Of no effect while it is closed.
   * `ready`: what the first checks have to wait for; false: do not begin after all. Calls that come meanwhile wait too.
   */
  start(ready?: () => Promise<boolean>): Promise<void>;
  /**
   * Starts nothing new; resolves when what runs is finished and written, or with the failure of a disk that does not
   * take it. `resume` goes on as before.
   */
  pause(): Promise<Result<null>>;
  /** The machine goes to sleep: no refresh begins, since its answer might come to nobody. */
  suspend(): void;
  /** The machine is back, or the network: every token is asked about again. */
  resume(): void;
  /** As `Revoker.revoke`. `asker`, here and below: a person, unless it is told otherwise. */
  revoke(id: string, asker?: Asker): Promise<Result<null>>;
  validate(id: string, asker?: Asker): Promise<Result<null>>;
  /**
   * Resolves when every sign-in that is there now was looked at, or cannot be: it went, it has no token to ask about, its
   * provider asked to wait, or the keeper is paused. Many take a while, at the pace of what the person asks for.
   */
  validateAll(): Promise<void>;
  /**
   * A person who asks for one sign-in may try where the keeper waits: after a client error, and after another writer
   * changed the record, which is then taken as it is on disk.
   */
  refresh(id: string, asker?: "person" | "bulk"): Promise<Result<SignInRecord>>;
  /**
   * A token that is valid for at least `minValidMs`, or for three quarters of its whole life where that is less;
   * refreshed if need be. `rest`: where it cannot be, what is left of it after the wait will do.
   */
  tokenFor(
    id: string,
    minValidMs: number,
    rest: boolean,
    asker?: "person" | "tool",
  ): Promise<Result<SignInRecord>>;
  /** A client registration was set right: what waited for that is tried again. */
  clientChanged(client: string): void;
  /** A provider came, went, or has other addresses: what is pinned to the old ones rests from now on. */
  providerChanged(provider: string): void;
  /** Undefined: no name but the login's. */
  rename(id: string, alias: string | undefined): Promise<Result<null>>;
  /**
   * Takes a sign-in into its care, in place of an older one with the same id if there is one. Signed in means that it
   * was validated just now. The answer's id is another one where that of a removed sign-in is still needed.
   */
  adopt(record: Omit<SignInRecord, "generation">, how: Arrival): Promise<Result<SignInRecord>>;
  readonly watches: Watches;
  readonly lastCheckAtMs: number | undefined;
  readonly nextCheckAtMs: number | undefined;
}

export function createKeeper(parts: KeeperParts, changed: Changed): Keeper {
  const { vault, clock, network, random, history, log } = parts;
  const watches = createWatches(vault, clock);
  const enqueue = queuePerKey<string>();
  const limited = limiter(AT_ONCE);
  const checkPace = createPace(() => checkEveryMs(vault.list("sign_in").length));
  const waiters = createWaiters();
  let active = false;
  let starting: Promise<void> | undefined;
  let suspended = false;
  /** Aborted when the keeper pauses or the machine goes to sleep: what has not left by then does not leave. */
  let leaving = new AbortController();
  const turnOf: TurnOf = (id) => ({ waiter: () => waiters.of(id), signal: leaving.signal });
  const refreshNow = createRefresher(parts, watches, enqueue, changed, () => active && !suspended, turnOf);
  const { refresh } = refreshNow;
  const { validate, validateNow } = createValidator(parts, watches, refresh, enqueue, changed, turnOf);
  const revoker = createRevoker(parts, watches, enqueue, changed, turnOf);
  const repairInstants = createInstantRepair(parts, watches, enqueue, changed);

  const running = new Set<Promise<unknown>>();
  const planned = new Set<string>();
  const underWay = { renewals: 0, checks: 0 };
  /** Asked for by the person: these are not spread over the hour. */
  const urgent = createLooks();
  /** Their provider became another one while it was being asked: what it answers is looked at again. */
  const outdated = new Set<string>();
  let cancelTimer: () => void = () => undefined;
  let lastCheckAtMs: number | undefined;
  let toldAtMs = -Infinity;
  let telling: Promise<void> | undefined;

  const track = <V>(work: Promise<V>): Promise<V> => {
    running.add(work);
    void work.finally(() => running.delete(work)).catch(() => undefined);
    return work;
  };
  /** Nothing is spent while the vault is closed, or on the way to be. */
  const whileActive = async <V>(work: () => Promise<Result<V>>): Promise<Result<V>> => {
    await starting;
    return active ? track(work()) : failed({ code: "vault_locked" });
  };

  // What is due when. An entry may be out of date: it is looked at again when it comes up.
  const renewals = createAgenda();
  const checks = createAgenda();
  const { renewalAtMs, checkAtMs, statusChangeAtMs, nextCheckAtMs } = createDue(watches, clock);
  const statusChanges = createStatusChanges(watches, clock, statusChangeAtMs, changed);
  const lookAgain = (id: string): void => {
    watches.of(id).nextCheckAtMs = 0;
    watches.of(id).nextTryAtMs = undefined;
  };
  const providerIsOther = (record: SignInRecord): void => {
    lookAgain(record.id);
    // Nobody is asked any more who wished for a wait.
    if (!providerFor(parts.providers, record).ok) watches.of(record.id).askedToWaitUntilMs = undefined;
  };
  const schedule = (id: string): void => {
    const record = watches.current(id);
    if (record === undefined) return;
    const { validating, refreshing } = watches.of(id);
    if (!validating && !refreshing && outdated.delete(id)) providerIsOther(record);
    renewals.add(id, renewalAtMs(record));
    checks.add(id, checkAtMs(record));
    statusChanges.add(record);
  };
  /** Everything anew, after something that may have moved every instant. */
  const scheduleAll = (): void => {
    renewals.clear();
    checks.clear();
    statusChanges.clear();
    for (const { id } of watches.all()) schedule(id);
  };

  const act = async (record: SignInRecord): Promise<void> => {
    const now = clock.nowMs();
    if (renewalAtMs(record) <= now) await refresh(record.id);
    else if (checkAtMs(record) <= now) {
      await (urgent.has(record.id) ? validateNow : validate)(record.id);
      lastCheckAtMs = clock.nowMs();
    }
  };
  function launch(id: string, kind: keyof typeof underWay): void {
    planned.add(id);
    underWay[kind] += 1;
    const begun = async (): Promise<void> => {
      const record = watches.current(id);
      if (active && !suspended && record !== undefined) await act(record);
    };
    const work = begun().finally(() => {
      planned.delete(id);
      underWay[kind] -= 1;
      if (!suspended) urgent.done(id); // asleep, it was not looked at
      schedule(id);
      plan();
    });
    void track(work).catch((cause: unknown) => log.error("keeper.bug", { cause }));
  }
  /** Launches what is due in one of the lists, as far as `mayGo` allows; the answer is how long it can sleep. */
  function drain(
    agenda: Agenda,
    kind: keyof typeof underWay,
    dueAtMs: (record: SignInRecord) => number,
    mayGo: (id: string) => number,
  ): number {
    const now = clock.nowMs();
    for (let next = agenda.first(); next !== undefined; next = agenda.first()) {
      if (next.atMs > now) return next.atMs - now;
      const record = planned.has(next.id) ? undefined : watches.current(next.id);
      const atMs = record === undefined ? Infinity : dueAtMs(record);
      // Whichever is finished has all this looked at again.
      const waitMs = atMs > now ? 0 : underWay[kind] >= AT_ONCE ? Infinity : mayGo(next.id);
      if (waitMs > 0) return waitMs;
      agenda.drop();
      if (atMs <= now) launch(next.id, kind);
      else agenda.add(next.id, atMs);
      if (!isToBeLookedAt(next.id)) urgent.done(next.id);
    }
    return Infinity;
  }
  /** Now, or it is being looked at. */
  function isToBeLookedAt(id: string): boolean {
    const record = watches.current(id);
    if (record === undefined) return false;
    return planned.has(id) || watches.of(id).validating || checkAtMs(record) <= clock.nowMs();
  }

  /** Starts what is due and sleeps until something is. */
  function plan(): void {
    cancelTimer();
    if (!active || suspended) return;
    followClocks();
    const sleepMs = Math.min(
      anyOffline() ? OFFLINE_SLEEP_MS : LONGEST_SLEEP_MS,
      statusChanges.tell(),
      // After a night's sleep all have ended: whoever asks for one gets it first, the others have their turn.
      drain(renewals, "renewals", renewalAtMs, () => 0),
      // Checks are spread over the hour, unless the person asks.
      drain(checks, "checks", checkAtMs, (id) => (urgent.has(id) ? 0 : checkPace.take(clock.monotonicMs()))),
    );
    const now = clock.monotonicMs();
    if (now - toldAtMs >= VALIDATE_EVERY_MS) {
      toldAtMs = now;
      // Not waited for by a lock or a quit: who has not been told yet is told the next time.
      telling ??= revoker
        .tellRemoved(() => active && !suspended)
        .catch((cause: unknown) => log.error("keeper.bug", { cause }))
        .finally(() => (telling = undefined));
    }
    cancelTimer = clock.after(Math.max(sleepMs, 50), plan);
  }

  // Two clocks: the wall's may be set, the other may stand still during sleep. What they disagree on is a jump.
  let seenWallMs = clock.nowMs();
  let seenMonotonicMs = clock.monotonicMs();
  function followClocks(): void {
    const [wall, monotonic] = [clock.nowMs(), clock.monotonicMs()];
    const jumpMs = wall - seenWallMs - (monotonic - seenMonotonicMs);
    [seenWallMs, seenMonotonicMs] = [wall, monotonic];
    if (Math.abs(jumpMs) <= CLOCK_JUMP_MS) return;
    log.info("keeper.clock_jumped", { byMs: Math.round(jumpMs) });
    askAgain();
  }
  const offline = (): readonly SignInRecord[] =>
    watches.all().filter(({ id }) => watches.of(id).condition === "offline");
  let wasOffline = false;
  /** True while accounts wait for a network; once it is back they are tried at once. */
  function anyOffline(): boolean {
    if (wasOffline && network.online()) {
      wasOffline = false;
      for (const { id } of offline()) {
        lookAgain(id);
        schedule(id);
      }
    }
    wasOffline ||= !network.online() && offline().length > 0;
    return wasOffline;
  }

  /** What was known of every token may be out of date. */
  function askAgain(): void {
    for (const record of watches.all()) {
      const watch = watches.of(record.id);
      watch.nextCheckAtMs = 0;
      watch.nextTryAtMs = undefined;
      // A server's own wish outlives a wait of ours. Beyond an hour it is the clock that was set.
      const waitMs = (watch.askedToWaitUntilMs ?? 0) - clock.nowMs();
      if (waitMs > 0 && waitMs <= LONGEST_WAIT_MS) watch.nextTryAtMs = watch.askedToWaitUntilMs;
      else watch.askedToWaitUntilMs = undefined;
    }
    toldAtMs = -Infinity;
    scheduleAll();
    changed();
    void track(repairInstants().then(scheduleAll));
  }

  const afterwards = async <V>(id: string, work: Promise<V>): Promise<V> => {
    const answer = await work;
    urgent.done(id);
    schedule(id);
    plan();
    return answer;
  };

  const tokenFor = createTokenFor(watches, clock, (id) => afterwards(id, refresh(id)));

  async function begin(ready: () => Promise<boolean>): Promise<void> {
    if (!(await ready())) return;
    // A lock may have come since the vault opened.
    if (active || vault.state.state !== "open") return;
    active = true;
    suspended = false;
    leaving = new AbortController();
    const interrupted = vault
      .list("sign_in")
      .filter(({ id, state }) => state.name === "refreshing" && watches.of(id).unsaved === undefined);
    for (const record of interrupted) {
      const state = afterInterruption(record);
      log.warn("keeper.interrupted", { signIn: record.id, state: state.name });
      if (state.name === "refresh_ambiguous")
        history.note({
          signIn: record.id,
          what: "failed",
          failure: { code: "refresh_ambiguous", account: record.login, why: "interrupted" },
        });
      watches.of(record.id).unsaved = { ...record, state }; // counts at once, even if the disk does not take it now
    }
    for (const { id } of interrupted) await refreshNow.save(id);
    await repairInstants();
    if (!active) return;
    [seenWallMs, seenMonotonicMs] = [clock.nowMs(), clock.monotonicMs()];
    scheduleAll();
    plan();
  }

  return {
    watches,
    get lastCheckAtMs() {
      return lastCheckAtMs;
    },
    get nextCheckAtMs() {
      return nextCheckAtMs();
    },
    start: (ready = () => Promise.resolve(true)) =>
      (starting ??= begin(ready).finally(() => (starting = undefined))),
    async pause() {
      active = false;
      cancelTimer();
      urgent.allDone();
      leaving.abort();
      while (running.size > 0) await Promise.allSettled([...running]);
      for (const endMs = clock.monotonicMs() + UNSAVED_WAIT_MS; watches.unsaved().length > 0;) {
        for (const { id } of watches.unsaved()) await refreshNow.save(id);
        if (watches.unsaved().length === 0) break;
        if (clock.monotonicMs() > endMs) {
          log.error("keeper.unsaved", { signIns: watches.unsaved().map(({ id }) => id) });
          return failed({ code: "storage_failing" });
        }
        await new Promise<void>((resolve) => clock.after(500, resolve));
      }
      watches.clear();
      return ok(null);
    },
    suspend() {
      suspended = true;
      cancelTimer();
      leaving.abort();
    },
    resume() {
      if (!active) return;
      suspended = false;
      if (leaving.signal.aborted) leaving = new AbortController();
      askAgain();
      plan();
    },
    validate: (id, asker = "person") =>
      whileActive(async () => {
        const answer = await waiters.during(id, asker, () => afterwards(id, validateNow(id)));
        lastCheckAtMs = clock.nowMs();
        return answer;
      }),
    async validateAll() {
      await starting;
      if (!active) return;
      for (const { id } of watches.all()) watches.of(id).nextCheckAtMs = 0;
      const looked = watches
        .all()
        .filter(({ id }) => isToBeLookedAt(id))
        .map(({ id }) => urgent.add(id));
      scheduleAll();
      plan();
      await Promise.all(looked);
    },
    refresh: (id, asker = "person") =>
      whileActive(() =>
        waiters.during(id, asker, async () => {
          const record = watches.current(id);
          if (asker === "bulk" && record?.state.name === "config_error") {
            if ((retriesClientAtMs(record, clock.nowMs()) ?? Infinity) > clock.nowMs())
              return failed(whyNoToken(record));
          }
          if (asker === "person") {
            const taken = await refreshNow.takeFromDisk(id);
            if (!taken.ok) return taken;
          }
          return afterwards(id, refresh(id));
        }),
      ),
    tokenFor: (id, minValidMs, rest, asker = "person") =>
      whileActive(() => tokenFor(id, minValidMs, rest, (work) => waiters.during(id, asker, work))),
    clientChanged(client) {
      if (!active) return;
      for (const record of watches.all())
        if (record.client === client && record.state.name === "config_error")
          void track(limited(() => afterwards(record.id, refresh(record.id))));
    },
    providerChanged(provider) {
      if (!active) return;
      for (const record of watches.all().filter((one) => one.provider === provider)) {
        const watch = watches.of(record.id);
        providerIsOther(record);
        if (watch.validating || watch.refreshing) outdated.add(record.id);
        schedule(record.id);
      }
      plan();
    },
    revoke: (id, asker = "person") => whileActive(() => waiters.during(id, asker, () => revoker.revoke(id))),
    remove: (id) => whileActive(() => revoker.remove(id)),
    rename: (id, alias) =>
      whileActive(() =>
        enqueue(id, async () => {
          const record = watches.current(id);
          if (record === undefined) return failed({ code: "account_unknown" });
          if (watches.of(id).unsaved !== undefined) return failed({ code: "storage_failing" });
          const { alias: _before, ...rest } = record;
          const written = await vault.write<SignInRecord>(
            { ...rest, ...(alias !== undefined && { alias }) },
            "known",
          );
          changed(id);
          return written.ok ? ok(null) : written;
        }),
      ),
    adopt: (record, how) =>
      whileActive(() =>
        enqueue(record.id, async () => {
          const taken = vault.get("tombstone", record.id) !== undefined;
          const written = await vault.write<SignInRecord>(taken ? { ...record, id: random.uuid() } : record);
          if (!written.ok) return written;
          const { id } = written.value;
          watches.drop(id);
          const watch = watches.of(id);
          if (how === "signed_in") {
            watch.validatedAtMs = lastCheckAtMs = clock.nowMs(); // every flow ends with a validation
            watch.nextCheckAtMs = clock.nowMs() + nextValidationMs(chanceOf(random));
            watches.endsIn(written.value);
          }
          if (how !== "restored") history.note({ signIn: id, what: how });
          changed();
          schedule(id);
          plan();
          return written;
        }),
      ),
  };
}
