/** The token table of the socket's thread: which changes are sent, and when. */
import { expect, test } from "vitest";
import type { SignInHealth } from "../../../main/keeper/watches.ts";
import type { TokenTablePart } from "../../../main/socket/types.ts";
import { createTableSync } from "../../../main/tools/table-sync.ts";
import { signInRecord } from "../../support/sign-in-record.ts";

/** The wait is that of 10,000 sign-ins; the table has only the sign-ins a, b and c. */
function bench() {
  const sent: (readonly string[] | "all")[] = [];
  const errors: string[] = [];
  const timers: { readonly inMs: number; readonly run: () => void }[] = [];
  let fails = false;
  const signIns = ["a", "b", "c"].map((id) => signInRecord({ id, user_id: id }));
  const health: SignInHealth = { failures: 0, nextCheckAtMs: 0, validating: false, refreshing: false };
  const send = (what: (typeof sent)[number]): Promise<void> => {
    sent.push(what);
    return fails ? Promise.reject(new Error("no thread")) : Promise.resolve();
  };
  const tableSync = createTableSync({
    link: {
      server: {
        push: () => send("all"),
        patch: ({ tokens }: TokenTablePart) => send(tokens.map(({ signIn }) => signIn)),
      },
    },
    signInCount: () => 10_000,
    watches: {
      all: () => signIns,
      current: (id) => signIns.find((record) => record.id === id),
      endsAtMs: ({ expiresAtMs }) => expiresAtMs,
      of: () => health,
    },
    grants: () => [],
    handsOut: () => true,
    clock: {
      nowMs: () => 0,
      after(inMs, run) {
        timers.push({ inMs, run });
        return () => undefined;
      },
    },
    log: { error: (event) => void errors.push(event) },
  });
  return {
    ...tableSync,
    sent,
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

test("sign-ins that change together are sent together, and each once", async () => {
  const b = bench();
  for (const id of ["a", "b", "a"]) b.touch(id);
  expect(b.timers.map(({ inMs }) => inMs)).toEqual([2_000]);
  await b.timePasses();
  b.touch("c");
  await b.timePasses();
  expect(b.sent).toEqual([["a", "b"], ["c"]]);
});

test("a change of any sign-in, and a push without a name, send the whole table", async () => {
  const b = bench();
  b.touch("a");
  b.touch();
  b.touch("b");
  await b.timePasses();
  b.touch("c");
  await b.pushCoalesced();
  await b.push();
  expect(b.sent).toEqual(["all", "all", "all"]);
});

test("a push of one sign-in sends its account alone, and at once", async () => {
  const b = bench();
  await b.push("b");
  expect(b.sent).toEqual([["b"]]);
});

test("a push of a sign-in that is gone sends the whole table", async () => {
  const b = bench();
  await b.push("d");
  expect(b.sent).toEqual(["all"]);
});

test("pushes that come while a table is sent share the next one", async () => {
  const b = bench();
  await Promise.all([b.pushCoalesced(), b.pushCoalesced(), b.pushCoalesced()]);
  expect(b.sent).toEqual(["all", "all"]);
});

test("after a failed push the next one sends the whole table", async () => {
  const b = bench();
  b.failing(true);
  b.touch("a");
  await b.timePasses();
  expect(b.errors).toEqual(["socket.push"]);
  b.failing(false);
  b.touch("b");
  await b.timePasses();
  expect(b.sent).toEqual([["a"], "all"]);
});
