/**
 * Keeps every sign-in valid: validates at start and hourly, refreshes ahead of expiry, once for everybody.
 * One timer serves all sign-ins; it sleeps until the earliest of them is due.
 */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { afterInterruption } from "../../core/lifecycle/refresh.ts";
import { holdsToken, refreshesAtMs, VALIDATE_EVERY_MS } from "../../core/lifecycle/schedule.ts";
import { limiter, queuePerKey } from "../../core/single-flight.ts";
import { createWatches, type KeeperParts, type Watches } from "./parts.ts";
import { createRefresher } from "./refresher.ts";
import { createRevoker, type Revoker } from "./revoker.ts";
import { createValidator } from "./validator.ts";

/** Requests to providers that the keeper starts on its own, at a time. */
const AT_ONCE = 4;
/** However far the next event is, look at the clock this often: it may have been set, or the machine have slept. */
const LONGEST_SLEEP_MS = 10 * 60_000;

export interface Keeper extends Revoker {
  /** Call when the vault has opened: closes open intents, then validates everything. */
  start(): Promise<void>;
  /** Starts nothing new; resolves when what runs is finished and written. */
  pause(): Promise<void>;
  validate(id: string): Promise<Result<null>>;
  validateAll(): Promise<void>;
  refresh(id: string): Promise<Result<SignInRecord>>;
  /** A token that is valid for at least `minValidMs`, refreshed if need be. */
  tokenFor(id: string, minValidMs: number): Promise<Result<SignInRecord>>;
  /** Takes a fresh sign-in into its care, in place of an older one with the same id if there is one. */
  adopt(record: Omit<SignInRecord, "generation">): Promise<Result<SignInRecord>>;
  /** Looks at the clock again: after a resume, a new network, a lock that ended. */
  wake(): void;
  readonly watches: Watches;
  readonly lastCheckAtMs: number | undefined;
  readonly nextCheckAtMs: number | undefined;
}

export function createKeeper(parts: KeeperParts, changed: () => void): Keeper {
  const { vault, clock, log } = parts;
  const watches = createWatches(vault);
  const enqueue = queuePerKey<string>();
  const limited = limiter(AT_ONCE);
  let active = false;
  const refreshNow = createRefresher(parts, watches, enqueue, changed);
  /** None is started while the vault closes: an answer could come too late to be written. */
  const refresh = (id: string): Promise<Result<SignInRecord>> =>
    active ? refreshNow(id) : Promise.resolve(failed({ code: "vault_locked" }));
  const validate = createValidator(parts, watches, refresh, enqueue, changed);
  const revoker = createRevoker(parts, watches, enqueue, changed);

  const running = new Set<Promise<unknown>>();
  const planned = new Set<string>();
  let cancelTimer: () => void = () => undefined;
  let lastCheckAtMs: number | undefined;
  let toldAtMs = 0;

  const track = <V>(work: Promise<V>): Promise<V> => {
    running.add(work);
    void work.finally(() => running.delete(work)).catch(() => undefined);
    return work;
  };
  /** Nothing is spent while the vault is closed, or on the way to be. */
  const whileActive = <V>(work: () => Promise<Result<V>>): Promise<Result<V>> =>
    active ? track(work()) : Promise.resolve(failed({ code: "vault_locked" }));

  const dueAtMs = (record: SignInRecord): number => {
    const watch = watches.of(record.id);
    const refreshAt = refreshesAtMs(record);
    return Math.min(
      holdsToken(record) && !watch.validating ? watch.nextCheckAtMs : Infinity,
      refreshAt === undefined || watch.refreshing ? Infinity : Math.max(refreshAt, watch.nextTryAtMs ?? 0),
      watch.unsaved === undefined || watch.refreshing ? Infinity : (watch.nextTryAtMs ?? 0),
    );
  };

  const act = async (id: string): Promise<void> => {
    const record = watches.current(id);
    if (!active || record === undefined) return;
    const watch = watches.of(id);
    const now = clock.nowMs();
    const refreshAt = refreshesAtMs(record);
    const refreshDue = refreshAt !== undefined && refreshAt <= now && (watch.nextTryAtMs ?? 0) <= now;
    if (watch.unsaved !== undefined || refreshDue) await refresh(id);
    else if (holdsToken(record) && watch.nextCheckAtMs <= now) {
      await validate(id);
      lastCheckAtMs = clock.nowMs();
    }
  };

  function plan(): void {
    cancelTimer();
    if (!active) return;
    const now = clock.nowMs();
    let earliest = Math.max(toldAtMs + VALIDATE_EVERY_MS, now + 1000);
    for (const record of watches.all()) {
      const due = dueAtMs(record);
      if (due > now) earliest = Math.min(earliest, due);
      else if (!planned.has(record.id)) {
        planned.add(record.id);
        const work = limited(() => act(record.id)).finally(() => {
          planned.delete(record.id);
          plan();
        });
        void track(work).catch((cause: unknown) => log.error("keeper.bug", { cause }));
      }
    }
    if (now - toldAtMs >= VALIDATE_EVERY_MS) {
      toldAtMs = now;
      void track(revoker.tellRemoved());
    }
    cancelTimer = clock.after(Math.min(Math.max(earliest - now, 50), LONGEST_SLEEP_MS), plan);
  }
  const nextCheckAtMs = (): number | undefined => {
    const times = watches
      .all()
      .filter(holdsToken)
      .map((record) => watches.of(record.id).nextCheckAtMs);
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
  };

  const keeper: Keeper = {
    ...revoker,
    watches,
    get lastCheckAtMs() {
      return lastCheckAtMs;
    },
    get nextCheckAtMs() {
      return nextCheckAtMs();
    },
    async start() {
      if (active) return;
      active = true;
      for (const record of vault.list("sign_in")) {
        const state = afterInterruption(record);
        if (state === record.state) continue;
        log.warn("keeper.interrupted", { signIn: record.id, state: state.name });
        await vault.write<SignInRecord>({ ...record, state });
      }
      plan();
    },
    async pause() {
      active = false;
      cancelTimer();
      while (running.size > 0) await Promise.allSettled([...running]);
      if (watches.unsaved().length === 0) watches.clear();
    },
    validate: (id) =>
      whileActive(async () => {
        const answer = await validate(id);
        lastCheckAtMs = clock.nowMs();
        plan();
        return answer;
      }),
    async validateAll() {
      for (const record of watches.all()) watches.of(record.id).nextCheckAtMs = 0;
      plan();
      while (planned.size > 0) await Promise.allSettled([...running]);
    },
    refresh: (id) =>
      whileActive(async () => {
        const answer = await refresh(id);
        plan();
        return answer;
      }),
    tokenFor: (id, minValidMs) =>
      whileActive(async () => {
        const record = watches.current(id);
        if (record === undefined) return failed({ code: "account_unknown" });
        if (!holdsToken(record)) {
          const revoked = record.state.name === "revoked";
          return failed({ code: revoked ? "token_revoked" : "needs_sign_in", account: record.login });
        }
        const enough = record.expiresAtMs === undefined || record.expiresAtMs - clock.nowMs() >= minValidMs;
        if (enough) return ok(record);
        const refreshed = await refresh(id);
        plan();
        if (refreshed.ok) return refreshed;
        // Not renewed, but what there is may still do for a short while.
        const left = (record.expiresAtMs ?? 0) - clock.nowMs();
        return left > 0 && minValidMs === 0 ? ok(record) : refreshed;
      }),
    adopt: (record) =>
      whileActive(() =>
        enqueue(record.id, async () => {
          const written = await vault.write<SignInRecord>(record);
          if (!written.ok) return written;
          watches.drop(record.id);
          const watch = watches.of(record.id);
          watch.validatedAtMs = lastCheckAtMs = clock.nowMs(); // every flow ends with a validation
          watch.nextCheckAtMs = clock.nowMs() + VALIDATE_EVERY_MS;
          changed();
          plan();
          return written;
        }),
      ),
    wake: plan,
  };
  return keeper;
}
