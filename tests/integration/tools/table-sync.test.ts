/** What the socket's thread is told of: those that changed, together; all of them when that is not known. */
import { expect, test } from "vitest";
import { createPushing } from "../../../main/tools/table-sync.ts";

function bench() {
  const pushes: (readonly string[] | "all")[] = [];
  const errors: string[] = [];
  const timers: { readonly inMs: number; readonly run: () => void }[] = [];
  let fails = false;
  const pushing = createPushing(
    {
      clock: {
        nowMs: () => 0,
        monotonicMs: () => 0,
        after(inMs, run) {
          timers.push({ inMs, run });
          return () => undefined;
        },
      },
      log: { info: () => undefined, warn: () => undefined, error: (event) => void errors.push(event) },
    },
    (only) => {
      pushes.push(only === undefined ? "all" : [...only]);
      return fails ? Promise.reject(new Error("no thread")) : Promise.resolve();
    },
    () => 10_000,
  );
  return {
    ...pushing,
    pushes,
    errors,
    timers,
    failing(now: boolean) {
      fails = now;
    },
    async timePasses() {
      for (const { run } of timers.splice(0)) run();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test("those that change together go together, and each once", async () => {
  const b = bench();
  for (const id of ["a", "b", "a"]) b.touch(id);
  expect(b.timers.map(({ inMs }) => inMs)).toEqual([2_000]);
  await b.timePasses();
  b.touch("c");
  await b.timePasses();
  expect(b.pushes).toEqual([["a", "b"], ["c"]]);
});

test("something about any of them, or a push that somebody waits for: all", async () => {
  const b = bench();
  b.touch("a");
  b.touch();
  b.touch("b");
  await b.timePasses();
  b.touch("c");
  await b.push();
  expect(b.pushes).toEqual(["all", "all"]);
});

test("what did not arrive goes with the next", async () => {
  const b = bench();
  b.failing(true);
  b.touch("a");
  await b.timePasses();
  expect(b.errors).toEqual(["socket.push"]);
  b.failing(false);
  b.touch("b");
  await b.timePasses();
  expect(b.pushes).toEqual([["a"], "all"]);
});
