/** Kept notifications, notified failures, and the limit on reloading a crashed window. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { failed, ok } from "../../../contract/failure.ts";
import { createNotifier, reportFailure, type Shown } from "../../../main/window/notifier.ts";
import { createRevival } from "../../../main/window/revival.ts";

const NOTICE = { title: "title", body: "body" };

/** The system's side of a notification: its event handlers are all that it has. */
class Fake implements Shown {
  readonly #listeners = new Map<string, () => void>();
  shown = 0;
  closed = 0;
  on(event: string, listener: () => void): void {
    this.#listeners.set(event, listener);
  }
  show(): void {
    this.shown += 1;
  }
  close(): void {
    this.closed += 1;
  }
  happens(event: "click" | "close" | "failed"): void {
    this.#listeners.get(event)?.();
  }
}
function desk() {
  const made: Fake[] = [];
  const notifier = createNotifier(() => {
    const fake = new Fake();
    made.push(fake);
    return fake;
  });
  return { made, notifier };
}

test("a notification and its click handler are kept until the notification is closed", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const refs: WeakRef<Fake>[] = [];
  const clicks: string[] = [];
  const notifier = createNotifier(() => {
    const fake = new Fake();
    refs.push(new WeakRef(fake));
    return fake;
  });
  notifier.show(NOTICE, () => clicks.push("first"));
  notifier.show(NOTICE, () => clicks.push("second"));
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(refs.map((ref) => ref.deref()?.shown)).toEqual([1, 1]);
  refs[1]?.deref()?.happens("click");
  expect(clicks).toEqual(["second"]);
});

test("a lock closes all notifications that are shown, and none that is closed already", () => {
  const { made, notifier } = desk();
  for (const event of ["click", "close", "failed", undefined] as const) {
    notifier.show(NOTICE, () => undefined);
    if (event !== undefined) made.at(-1)?.happens(event);
  }
  notifier.closeAll();
  notifier.closeAll();
  expect(made.map(({ closed }) => closed)).toEqual([0, 0, 0, 1]);
});

test("if the system never reports a closed notification, only a few are kept", () => {
  const { made, notifier } = desk();
  for (let nth = 0; nth < 50; nth += 1) notifier.show(NOTICE, () => undefined);
  expect(made.filter(({ closed }) => closed === 0)).toHaveLength(20);
  expect(made.at(-1)?.closed).toBe(0);
});

test("a failed action is notified, also after an internal error, and a successful one is not", async () => {
  const notified: string[] = [];
  const tell = ({ code }: { code: string }): void => void notified.push(code);
  await reportFailure(Promise.resolve(ok(null)), tell);
  await reportFailure(Promise.resolve(failed({ code: "storage_failing" })), tell);
  await reportFailure(Promise.reject(new Error("a bug")), tell);
  expect(notified).toEqual(["storage_failing", "internal"]);
});

test("a window that crashes at each load is loaded a few times, with growing delays, and then only on request", () => {
  let nowMs = 0;
  const revival = createRevival(() => nowMs);
  const dies = () => {
    nowMs += 100;
    return revival.died();
  };
  const waits = [dies(), dies(), dies()];
  expect(waits.every((waitMs, at) => waitMs !== undefined && waitMs >= (waits[at - 1] ?? 0))).toBe(true);
  expect([dies(), dies()]).toEqual([undefined, undefined]);
  revival.forgive();
  expect(dies()).toBe(waits[0]);
  for (let day = 0; day < 10; day += 1) {
    nowMs += 86_400_000;
    expect(dies()).toBe(waits[0]); // a single crash after a long time does not count as a loop
  }
});
