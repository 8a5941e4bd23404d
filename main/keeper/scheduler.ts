/**
 * Starts the work of the keeper when it is due. One timer serves all sign-ins: it runs at the earliest instant at which
 * any of them is due.
 */
import type { SignInRecord } from "../../core/accounts/records.ts";
import { checkEveryMs, createTokenBucket, type TokenBucket } from "../../core/lifecycle/rate-limit.ts";
import { CLOCK_JUMP_MS, LONGEST_WAIT_MS, VALIDATE_EVERY_MS } from "../../core/lifecycle/schedule.ts";
import { providerFor } from "../registrations/lookup.ts";
import { createAgenda, createDue, type Agenda, type Due } from "./agenda.ts";
import type { KeeperContext } from "./ports.ts";
import { createRequestedChecks } from "./waiters.ts";

/**
 * Refreshes, and checks, that the scheduler runs at the same time. The HTTP client limits the rate of their requests.
 */
const AT_ONCE = 4;
/** The longest sleep of the timer: the clock may have been set, or the machine may have slept. */
const LONGEST_SLEEP_MS = 60_000;
/** The longest sleep while sign-ins wait for a network, because no event tells when it is back. */
const OFFLINE_SLEEP_MS = 5_000;
const SHORTEST_SLEEP_MS = 50;

/** The work that the scheduler starts. */
export interface ScheduledWork {
  refresh(id: string): Promise<unknown>;
  validate(id: string): Promise<unknown>;
  /** Validates while the user waits. */
  validateNow(id: string): Promise<unknown>;
  /** Corrects records with instants in the future. */
  repairInstants(): Promise<void>;
  /** Revokes the tokens of removed sign-ins until `mayContinue` returns false. */
  revokeRemoved(mayContinue: () => boolean): Promise<void>;
}

export class Scheduler {
  readonly #context: KeeperContext;
  readonly #work: ScheduledWork;
  readonly #due: Due;
  readonly #refreshes = createAgenda();
  readonly #checks = createAgenda();
  readonly #statusChanges = createAgenda();
  /** Spreads the checks that no user waits for over the hour. */
  readonly #checkBucket: TokenBucket;
  /** Checks that the user has requested are not spread over the hour. */
  readonly #requested = createRequestedChecks();
  /** Sign-ins whose work the scheduler has started. */
  readonly #launched = new Set<string>();
  readonly #underWay = { refreshes: 0, checks: 0 };
  /** Sign-ins whose provider changed during a request, so that its answer is outdated. */
  readonly #outdated = new Set<string>();
  #cancelTimer: () => void = () => undefined;
  #wasOffline = false;
  /**
   * What the two clocks showed last. The wall clock can be set; the monotonic one may stop while the machine sleeps.
   */
  #seenMs: { readonly wall: number; readonly monotonic: number };
  #revokedRemovedAtMs = -Infinity;
  #isRevokingRemoved = false;
  /** When a token was last validated, in epoch milliseconds; undefined: not since the start. */
  lastCheckAtMs: number | undefined;

  constructor(context: KeeperContext, work: ScheduledWork) {
    const { records, watches, clock } = context;
    this.#context = context;
    this.#work = work;
    this.#due = createDue(watches, clock);
    this.#checkBucket = createTokenBucket(() => checkEveryMs(records.list("sign_in").length));
    this.#seenMs = { wall: clock.nowMs(), monotonic: clock.monotonicMs() };
  }

  get nextCheckAtMs(): number | undefined {
    return this.#due.nextCheckAtMs();
  }

  start(): void {
    const { clock } = this.#context;
    this.#seenMs = { wall: clock.nowMs(), monotonic: clock.monotonicMs() };
    this.scheduleAll();
    this.plan();
  }
  stop(): void {
    this.#cancelTimer();
    this.#requested.allDone();
  }
  suspend(): void {
    this.#cancelTimer();
  }
  resume(): void {
    this.#checkAllAgain();
    this.plan();
  }

  /** Notes when a sign-in is due. Call it after each change of the sign-in. */
  schedule(id: string): void {
    const { watches } = this.#context;
    const record = watches.current(id);
    if (record === undefined) return;
    const { validating, refreshing } = watches.of(id);
    if (!validating && !refreshing && this.#outdated.delete(id)) this.#providerChanged(record);
    this.#refreshes.add(id, this.#due.refreshAtMs(record));
    this.#checks.add(id, this.#due.checkAtMs(record));
    this.#statusChanges.add(id, this.#due.statusChangeAtMs(record));
  }
  /** Notes when each sign-in is due. Call it after an event that affects all of them, such as a changed clock. */
  scheduleAll(): void {
    this.#refreshes.clear();
    this.#checks.clear();
    this.#statusChanges.clear();
    for (const { id } of this.#context.watches.all()) this.schedule(id);
  }
  /** Schedules a sign-in after `work` on it has ended. */
  async afterwards<V>(id: string, work: Promise<V>): Promise<V> {
    const answer = await work;
    this.#requested.done(id);
    this.schedule(id);
    this.plan();
    return answer;
  }
  /** Resolves when each sign-in that can be checked now was checked. */
  async checkAll(): Promise<void> {
    const { watches } = this.#context;
    for (const { id } of watches.all()) watches.of(id).nextCheckAtMs = 0;
    const checked = watches
      .all()
      .filter(({ id }) => this.#isBeingChecked(id))
      .map(({ id }) => this.#requested.add(id));
    this.scheduleAll();
    this.plan();
    await Promise.all(checked);
  }
  /** Checks the sign-ins of a provider again whose data has changed, or that was added or removed. */
  checkProvider(provider: string): void {
    const { watches } = this.#context;
    for (const record of watches.all().filter((one) => one.provider === provider)) {
      const health = watches.of(record.id);
      this.#providerChanged(record);
      if (health.validating || health.refreshing) this.#outdated.add(record.id);
      this.schedule(record.id);
    }
    this.plan();
  }

  /** Starts what is due, and sets the timer to the next instant at which something is. */
  plan(): void {
    const { clock, activity } = this.#context;
    this.#cancelTimer();
    if (!activity.mayStart) return;
    this.#followClocks();
    const { refreshAtMs, checkAtMs } = this.#due;
    const bucket = this.#checkBucket;
    const sleepMs = Math.min(
      this.#waitsForNetwork() ? OFFLINE_SLEEP_MS : LONGEST_SLEEP_MS,
      this.#reportStatusChanges(),
      this.#startDue(this.#refreshes, "refreshes", refreshAtMs, () => 0),
      this.#startDue(this.#checks, "checks", checkAtMs, (id) =>
        this.#requested.has(id) ? 0 : bucket.take(clock.monotonicMs()),
      ),
    );
    this.#revokeRemovedHourly();
    this.#cancelTimer = clock.after(Math.max(sleepMs, SHORTEST_SLEEP_MS), () => this.plan());
  }

  /**
   * Starts the due work of one agenda, as far as `waitMsOf` allows, and returns how many milliseconds the timer may
   * sleep; Infinity: until work under way has ended, which calls `plan`.
   */
  #startDue(
    agenda: Agenda,
    kind: "refreshes" | "checks",
    dueAtMs: (record: SignInRecord) => number,
    waitMsOf: (id: string) => number,
  ): number {
    const { watches, clock } = this.#context;
    const now = clock.nowMs();
    for (let next = agenda.first(); next !== undefined; next = agenda.first()) {
      if (next.atMs > now) return next.atMs - now;
      const record = this.#launched.has(next.id) ? undefined : watches.current(next.id);
      const atMs = record === undefined ? Infinity : dueAtMs(record);
      const waitMs = atMs > now ? 0 : this.#underWay[kind] >= AT_ONCE ? Infinity : waitMsOf(next.id);
      if (waitMs > 0) return waitMs;
      agenda.drop();
      if (atMs <= now) this.#launch(next.id, kind);
      else agenda.add(next.id, atMs);
      if (!this.#isBeingChecked(next.id)) this.#requested.done(next.id);
    }
    return Infinity;
  }
  #launch(id: string, kind: "refreshes" | "checks"): void {
    const { log, watches, activity } = this.#context;
    this.#launched.add(id);
    this.#underWay[kind] += 1;
    const begun = async (): Promise<void> => {
      const record = watches.current(id);
      if (activity.mayStart && record !== undefined) await this.#act(record);
    };
    const work = begun().finally(() => {
      this.#launched.delete(id);
      this.#underWay[kind] -= 1;
      if (!activity.suspended) this.#requested.done(id); // a suspended machine has checked nothing
      this.schedule(id);
      this.plan();
    });
    void activity.track(work).catch((cause: unknown) => log.error("keeper.bug", { cause }));
  }
  async #act(record: SignInRecord): Promise<void> {
    const { clock } = this.#context;
    const now = clock.nowMs();
    if (this.#due.refreshAtMs(record) <= now) await this.#work.refresh(record.id);
    else if (this.#due.checkAtMs(record) <= now) {
      await (this.#requested.has(record.id)
        ? this.#work.validateNow(record.id)
        : this.#work.validate(record.id));
      this.lastCheckAtMs = clock.nowMs();
    }
  }
  /** Whether a check of the sign-in is due or under way. */
  #isBeingChecked(id: string): boolean {
    const { watches, clock } = this.#context;
    const record = watches.current(id);
    if (record === undefined) return false;
    return (
      this.#launched.has(id) || watches.of(id).validating || this.#due.checkAtMs(record) <= clock.nowMs()
    );
  }

  /** Reports each status that the passing of time has changed; returns the milliseconds until the next such change. */
  #reportStatusChanges(): number {
    const { watches, clock, changed } = this.#context;
    const agenda = this.#statusChanges;
    const now = clock.nowMs();
    for (let next = agenda.first(); next !== undefined; next = agenda.first()) {
      if (next.atMs > now) return next.atMs - now;
      agenda.drop();
      const record = watches.current(next.id);
      if (record === undefined) continue;
      changed(next.id);
      agenda.add(record.id, this.#due.statusChangeAtMs(record));
    }
    return Infinity;
  }

  /** A lock or a quit does not wait for these revocations: what it stops is revoked the next time. */
  #revokeRemovedHourly(): void {
    const { clock, log, activity } = this.#context;
    const now = clock.monotonicMs();
    if (now - this.#revokedRemovedAtMs < VALIDATE_EVERY_MS) return;
    this.#revokedRemovedAtMs = now;
    if (this.#isRevokingRemoved) return;
    this.#isRevokingRemoved = true;
    void this.#work
      .revokeRemoved(() => activity.mayStart)
      .catch((cause: unknown) => log.error("keeper.bug", { cause }))
      .finally(() => (this.#isRevokingRemoved = false));
  }

  #followClocks(): void {
    const { clock, log } = this.#context;
    const now = { wall: clock.nowMs(), monotonic: clock.monotonicMs() };
    const jumpMs = now.wall - this.#seenMs.wall - (now.monotonic - this.#seenMs.monotonic);
    this.#seenMs = now;
    if (Math.abs(jumpMs) <= CLOCK_JUMP_MS) return;
    log.info("keeper.clock_jumped", { byMs: Math.round(jumpMs) });
    this.#checkAllAgain();
  }
  /** True while sign-ins wait for a network; when it is back, they are tried at once. */
  #waitsForNetwork(): boolean {
    const { network, watches } = this.#context;
    const offline = (): readonly SignInRecord[] =>
      watches.all().filter(({ id }) => watches.of(id).condition === "offline");
    if (this.#wasOffline && network.online()) {
      this.#wasOffline = false;
      for (const { id } of offline()) {
        this.#tryAtOnce(id);
        this.schedule(id);
      }
    }
    this.#wasOffline ||= !network.online() && offline().length > 0;
    return this.#wasOffline;
  }

  /** Everything that the keeper knows of the tokens may be outdated. */
  #checkAllAgain(): void {
    const { watches, clock, activity, changed } = this.#context;
    for (const record of watches.all()) {
      this.#tryAtOnce(record.id);
      const health = watches.of(record.id);
      // The wait that a server requested still counts. A wait longer than an hour means that the clock was set.
      const waitMs = (health.askedToWaitUntilMs ?? 0) - clock.nowMs();
      if (waitMs > 0 && waitMs <= LONGEST_WAIT_MS) health.nextTryAtMs = health.askedToWaitUntilMs;
      else health.askedToWaitUntilMs = undefined;
    }
    this.#revokedRemovedAtMs = -Infinity;
    this.scheduleAll();
    changed();
    void activity.track(this.#work.repairInstants().then(() => this.scheduleAll()));
  }
  #tryAtOnce(id: string): void {
    const health = this.#context.watches.of(id);
    health.nextCheckAtMs = 0;
    health.nextTryAtMs = undefined;
  }
  #providerChanged(record: SignInRecord): void {
    const { providers, watches } = this.#context;
    this.#tryAtOnce(record.id);
    // No request goes to a provider that is gone, so the wait that it requested is void.
    if (!providerFor(providers, record).ok) watches.of(record.id).askedToWaitUntilMs = undefined;
  }
}
