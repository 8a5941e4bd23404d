/** The scheduler with recorded work in place of requests: what it starts, when, and how much at the same time. */
import { expect, test } from "vitest";
import { ok } from "../../../contract/failure.ts";
import type { SignInRecord } from "../../../core/accounts/records.ts";
import { createProviders } from "../../../core/providers/registry.ts";
import { queuePerKey } from "../../../core/single-flight.ts";
import { Activity } from "../../../main/keeper/activity.ts";
import { Scheduler } from "../../../main/keeper/scheduler.ts";
import { createWatches } from "../../../main/keeper/watches.ts";
import { signInRecord } from "../../support/sign-in-record.ts";
import { createSimulatedClock } from "../../support/simulated-clock.ts";
import { createMemoryRecords } from "./support/memory-records.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const START_MS = 1_795_000_000_000;
const idOf = (nth: number): string => `00000000-0000-4000-8000-${String(nth).padStart(12, "0")}`;

/** A scheduler over sign-ins whose tokens expire in an hour and are not due for a check. */
function bench(count: number, over: Partial<SignInRecord> = {}) {
  const clock = createSimulatedClock(START_MS);
  const all = Array.from({ length: count }, (_, nth) =>
    signInRecord({ id: idOf(nth), issuedAtMs: START_MS, expiresAtMs: START_MS + HOUR_MS, ...over }),
  );
  const records = createMemoryRecords(all);
  const watches = createWatches(records, clock);
  for (const { id } of all) watches.of(id).nextCheckAtMs = Infinity;
  const activity = new Activity();
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const work = (kind: string) => (id: string) => {
    started.push(`${kind} ${id}`);
    return new Promise<void>((resolve) =>
      ends.push(() => {
        watches.of(id).nextTryAtMs = Infinity;
        watches.of(id).nextCheckAtMs = Infinity;
        resolve();
      }),
    );
  };
  const ignore = () => undefined;
  const scheduler = new Scheduler(
    {
      ...{ records, watches, activity, clock, providers: createProviders(), enqueue: queuePerKey<string>() },
      vaultIsOpen: () => true,
      http: { send: () => Promise.resolve({ kind: "not_sent", cause: "abandoned" }) },
      network: { online: () => true },
      history: { note: ignore },
      random: { bytes: (size) => new Uint8Array(size), uuid: () => idOf(0) },
      log: { info: ignore, warn: ignore, error: ignore },
      maySpendOneTime: () => true,
      changed: ignore,
      turnOf: () => ({}),
    },
    {
      refresh: work("refresh"),
      validate: work("validate"),
      validateNow: work("validateNow"),
      repairInstants: () => Promise.resolve(),
      revokeRemoved: () => Promise.resolve(),
    },
  );
  activity.activate();
  scheduler.start();
  const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));
  return {
    scheduler,
    activity,
    watches,
    started,
    ends,
    settle,
    pass: (ms: number) => clock.pass(ms, settle),
  };
}

test("a refresh starts when it is due, and not before", async () => {
  const { started, pass } = bench(1);
  await pass(45 * MINUTE_MS - 1_000);
  expect(started).toEqual([]);
  await pass(2_000);
  expect(started).toEqual([`refresh ${idOf(0)}`]);
});

test("at most four refreshes run at the same time, and the end of one starts the next", async () => {
  const { started, ends, settle, pass } = bench(6);
  await pass(50 * MINUTE_MS);
  expect(started).toHaveLength(4);
  ends[0]?.();
  await settle();
  expect(started).toHaveLength(5);
  for (const end of ends.splice(1)) end();
  await settle();
  expect(new Set(started).size).toBe(6);
});

test("a suspend starts no work, and a resume starts what has become due", async () => {
  const { scheduler, activity, started, pass } = bench(1);
  activity.suspend();
  scheduler.suspend();
  await pass(2 * HOUR_MS);
  expect(started).toEqual([]);
  activity.resume();
  scheduler.resume();
  expect(started).toEqual([`refresh ${idOf(0)}`]);
});

test("checkAll resolves when the last check has ended", async () => {
  const { scheduler, started, ends, settle } = bench(2);
  let resolved = false;
  const checked = scheduler.checkAll().then(() => (resolved = true));
  await settle();
  expect(started).toEqual([`validateNow ${idOf(0)}`, `validateNow ${idOf(1)}`]);
  for (const end of ends.splice(0, 1)) end();
  await settle();
  expect(resolved).toBe(false);
  for (const end of ends.splice(0)) end();
  await checked;
  expect(resolved).toBe(true);
});

test("checkAll resolves on a stop while checks are under way", async () => {
  const { scheduler, started, settle } = bench(2);
  const checked = scheduler.checkAll();
  await settle();
  expect(started).toHaveLength(2);
  scheduler.stop();
  await checked;
});

test("calls wait for a start under way, and a pause waits for the work under way", async () => {
  const activity = new Activity();
  let begin = (): void => undefined;
  const starting = activity.start(() => new Promise<void>((resolve) => (begin = resolve)));
  const early = activity.whileActive(() => Promise.resolve(ok("done")));
  activity.activate();
  begin();
  await starting;
  expect(await early).toEqual(ok("done"));
  let end = (): void => undefined;
  void activity.track(new Promise<void>((resolve) => (end = resolve)));
  let idle = false;
  activity.deactivate();
  const waiting = activity.idle().then(() => (idle = true));
  expect(activity.signal.aborted).toBe(true);
  expect(await activity.whileActive(() => Promise.resolve(ok("late")))).toMatchObject({
    failure: { code: "vault_locked" },
  });
  expect(idle).toBe(false);
  end();
  await waiting;
  expect(idle).toBe(true);
});
