/**
 * Keeps every sign-in valid: validates its token at start and hourly, and refreshes it before it expires, once for all
 * callers. This file joins the parts; each part has a file of its own.
 */
import { ok, type Result } from "../../contract/failure.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { limiter, queuePerKey } from "../../core/single-flight.ts";
import { Activity } from "./activity.ts";
import { createTokenFor, refreshOnRequest } from "./on-demand.ts";
import type { Changed, KeeperContext, KeeperPorts } from "./ports.ts";
import { changeSignIn, storeSignIn, type Arrival, type OwnParts } from "./record-changes.ts";
import { closeInterrupted, repairInstants } from "./recovery.ts";
import { Refresher } from "./refresher.ts";
import { Revoker } from "./revoker.ts";
import { Scheduler } from "./scheduler.ts";
import { Validator } from "./validator.ts";
import { createWaiters, type Asker, type Waiters } from "./waiters.ts";
import { createWatches, type Watches } from "./watches.ts";

export type { Arrival } from "./record-changes.ts";
export type { Changed, KeeperPorts } from "./ports.ts";

/** Refreshes that begin at the same time after a client registration was corrected. */
const AT_ONCE = 4;

/** Calls fail with `vault_locked` while the keeper is not started, or is paused; during a start they wait for it. */
export interface Keeper {
  /**
   * Call it when the vault has opened: ends interrupted refreshes, then validates every sign-in. Without effect while
   * the vault is closed. `ready` resolves when the first checks may begin; with false the keeper does not start.
   */
  start(ready?: () => Promise<boolean>): Promise<void>;
  /**
   * Starts no new work. Resolves when the work under way has ended and is written. Fails with `storage_failing` when
   * the disk refuses a record for too long; the keeper is paused then as well.
   */
  pause(): Promise<Result<null>>;
  /** Call it when the machine goes to sleep: no refresh begins, because its answer could be lost. */
  suspend(): void;
  /** Call it when the machine, or the network, is back: every token is validated again. */
  resume(): void;
  /** Revokes the token and keeps the sign-in. `asker` is a user by default, here and below. */
  revoke(id: string, asker?: Asker): Promise<Result<null>>;
  /** Erases the sign-in here at once, and revokes its token when the provider can be reached. */
  remove(id: string): Promise<Result<null>>;
  validate(id: string, asker?: Asker): Promise<Result<null>>;
  /**
   * Validates every sign-in; resolves when each was validated or cannot be: it was removed, it has no token, its
   * provider has asked for no requests, or the keeper was paused.
   */
  validateAll(): Promise<void>;
  /**
   * Refreshes a sign-in. For a user this works where the keeper waits: after a client error, and after another program
   * has changed the record, which the keeper then reads from disk.
   */
  refresh(id: string, asker?: "user" | "bulk"): Promise<Result<SignInRecord>>;
  /**
   * Returns a sign-in whose token is valid for at least `minValidMs`, or for three quarters of its lifetime if that is
   * less; refreshes it when needed. `acceptShorter`: if the refresh fails, a token that is still valid will do.
   */
  tokenFor(
    id: string,
    minValidMs: number,
    acceptShorter: boolean,
    asker?: "user" | "tool",
  ): Promise<Result<SignInRecord>>;
  /** Call it when a client registration was corrected: sign-ins with a client error are refreshed. */
  clientChanged(client: string): void;
  /** Call it when a provider was added, removed or changed: its sign-ins are checked again. */
  providerChanged(provider: string): void;
  /** Changes nickname, note or pin; see `changeSignIn`. */
  change(id: string, parts: OwnParts): Promise<Result<null>>;
  /** Writes a sign-in and schedules it; see `storeSignIn`. The ID of the result can differ from the record's. */
  store(record: Omit<SignInRecord, "generation">, how: Arrival): Promise<Result<SignInRecord>>;
  readonly watches: Watches;
  /** When a token was last validated, in epoch milliseconds; undefined: not since the start. */
  readonly lastCheckAtMs: number | undefined;
  /** When the next token is validated, in epoch milliseconds; undefined: no sign-in has a token. */
  readonly nextCheckAtMs: number | undefined;
}

interface Parts {
  readonly context: KeeperContext;
  readonly waiters: Waiters;
  readonly refresher: Refresher;
  readonly validator: Validator;
  readonly revoker: Revoker;
  readonly scheduler: Scheduler;
}

export function createKeeper(ports: KeeperPorts, changed: Changed): Keeper {
  const watches = createWatches(ports.records, ports.clock);
  const activity = new Activity();
  const waiters = createWaiters();
  const context: KeeperContext = {
    ...ports,
    watches,
    activity,
    changed,
    enqueue: queuePerKey<string>(),
    turnOf: (id) => ({ waiter: () => waiters.of(id), signal: activity.signal }),
  };
  const refresher = new Refresher(context);
  const validator = new Validator(context, refresher);
  const revoker = new Revoker(context);
  const scheduler = new Scheduler(context, {
    refresh: (id) => refresher.refresh(id),
    validate: (id) => validator.validate(id),
    validateNow: (id) => validator.validateNow(id),
    repairInstants: () => repairInstants(context),
    revokeRemoved: (mayContinue) => revoker.revokeRemoved(mayContinue),
  });
  const parts: Parts = { context, waiters, refresher, validator, revoker, scheduler };
  return {
    ...lifecycleOf(parts),
    ...requestsOf(parts),
    ...changesOf(parts),
    watches,
    get lastCheckAtMs() {
      return scheduler.lastCheckAtMs;
    },
    get nextCheckAtMs() {
      return scheduler.nextCheckAtMs;
    },
  };
}

function lifecycleOf({
  context,
  refresher,
  scheduler,
}: Parts): Pick<Keeper, "start" | "pause" | "suspend" | "resume"> {
  const { activity, watches, vaultIsOpen } = context;
  async function begin(ready: () => Promise<boolean>): Promise<void> {
    if (!(await ready())) return;
    // The vault may have been locked meanwhile.
    if (activity.active || !vaultIsOpen()) return;
    activity.activate();
    await closeInterrupted(context, refresher);
    await repairInstants(context);
    if (activity.active) scheduler.start();
  }
  return {
    start: (ready = () => Promise.resolve(true)) => activity.start(() => begin(ready)),
    async pause() {
      activity.deactivate();
      scheduler.stop();
      await activity.idle();
      const saved = await refresher.saveAll();
      if (!saved.ok) return saved;
      watches.clear();
      return ok(null);
    },
    suspend() {
      activity.suspend();
      scheduler.suspend();
    },
    resume() {
      if (!activity.active) return;
      activity.resume();
      scheduler.resume();
    },
  };
}

/** What a user, a tool or a bulk action requests. */
function requestsOf({
  context,
  waiters,
  refresher,
  validator,
  revoker,
  scheduler,
}: Parts): Pick<Keeper, "validate" | "validateAll" | "refresh" | "tokenFor" | "revoke" | "remove"> {
  const { activity, clock } = context;
  const refresh = (id: string) => scheduler.afterwards(id, refresher.refresh(id));
  const tokenFor = createTokenFor(context, refresh);
  return {
    validate: (id, asker = "user") =>
      activity.whileActive(async () => {
        const answer = await waiters.during(id, asker, () =>
          scheduler.afterwards(id, validator.validateNow(id)),
        );
        scheduler.lastCheckAtMs = clock.nowMs();
        return answer;
      }),
    async validateAll() {
      await activity.starting;
      if (activity.active) await scheduler.checkAll();
    },
    refresh: (id, asker = "user") =>
      activity.whileActive(() =>
        waiters.during(id, asker, () => refreshOnRequest(context, refresher, refresh, id, asker)),
      ),
    tokenFor: (id, minValidMs, acceptShorter, asker = "user") =>
      activity.whileActive(() =>
        tokenFor(id, minValidMs, acceptShorter, (work) => waiters.during(id, asker, work)),
      ),
    revoke: (id, asker = "user") =>
      activity.whileActive(() => waiters.during(id, asker, () => revoker.revoke(id))),
    remove: (id) => activity.whileActive(() => revoker.remove(id)),
  };
}

/** Changes that the user makes to sign-ins, clients and providers. */
function changesOf({
  context,
  refresher,
  scheduler,
}: Parts): Pick<Keeper, "clientChanged" | "providerChanged" | "change" | "store"> {
  const { activity, clock, watches, enqueue, changed } = context;
  const limited = limiter(AT_ONCE);
  return {
    clientChanged(client) {
      if (!activity.active) return;
      for (const { id, client: of, state } of watches.all())
        if (of === client && state.name === "config_error")
          void activity.track(limited(() => scheduler.afterwards(id, refresher.refresh(id))));
    },
    providerChanged(provider) {
      if (activity.active) scheduler.checkProvider(provider);
    },
    change: (id, parts) => activity.whileActive(() => enqueue(id, () => changeSignIn(context, id, parts))),
    store: (record, how) =>
      activity.whileActive(() =>
        enqueue(record.id, async () => {
          const stored = await storeSignIn(context, record, how);
          if (!stored.ok) return stored;
          // Every flow of a sign-in ends with a validation.
          if (how === "signed_in") scheduler.lastCheckAtMs = clock.nowMs();
          changed();
          scheduler.schedule(stored.value.id);
          scheduler.plan();
          return stored;
        }),
      ),
  };
}
