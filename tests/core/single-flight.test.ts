import { expect, test } from "vitest";
import { coalesced, limiter, queuePerKey, singleFlight } from "../../core/single-flight.ts";

/** A promise that the test settles. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

test("callers of one key share one run, and its outcome is not cached", async () => {
  let runs = 0;
  const once = singleFlight((_key: string) => Promise.resolve(++runs));
  expect(await Promise.all([once("a"), once("a"), once("b")])).toEqual([1, 1, 2]);
  expect(await once("a")).toBe(3);
});

test("waiting callers share a failure, and the next caller starts a new run", async () => {
  let runs = 0;
  const once = singleFlight((_key: string) =>
    ++runs === 1 ? Promise.reject(new Error("down")) : Promise.resolve("up"),
  );
  const both = await Promise.allSettled([once("a"), once("a")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await once("a")).toBe("up");
});

test("the tasks of one key follow each other, also after a failure; keys do not wait for each other", async () => {
  const enqueue = queuePerKey<string>();
  const seen: string[] = [];
  const first = gate();
  const failing = enqueue("a", async () => {
    await first.opened;
    seen.push("a1");
    throw new Error("no");
  });
  const second = enqueue("a", () => Promise.resolve(seen.push("a2")));
  await enqueue("b", () => Promise.resolve(seen.push("b1")));
  expect(seen).toEqual(["b1"]);
  first.open();
  await expect(failing).rejects.toThrow("no");
  await second;
  expect(seen).toEqual(["b1", "a1", "a2"]);
});

test("a limiter of 2 runs two of three tasks at once", async () => {
  const limited = limiter(2);
  const gates = [gate(), gate(), gate()];
  let running = 0;
  let most = 0;
  const all = gates.map(({ opened }) =>
    limited(async () => {
      most = Math.max(most, ++running);
      await opened;
      running -= 1;
    }),
  );
  for (const { open } of gates) open();
  await Promise.all(all);
  expect(most).toBe(2);
});

test("calls during a run share one further run, which sees their changes", async () => {
  let value = 0;
  const seen: number[] = [];
  const first = gate();
  let runs = 0;
  const push = coalesced(async () => {
    seen.push(value);
    if (++runs === 1) await first.opened;
  });
  const one = push();
  value = 1;
  const two = push();
  value = 2;
  const three = push();
  first.open();
  await Promise.all([one, two, three]);
  expect(seen).toEqual([0, 2]);
});
