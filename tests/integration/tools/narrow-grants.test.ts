/** A sign-in of the real app gets more scopes while a tool waits for its token: the tool gets no token beyond its grant. */
import { expect, test, vi } from "vitest";
import { pair, Tokenkeep } from "../../../clients/node/src/index.ts";
import { authorization, signIn, startBench, until, type Bench } from "../../support/host.ts";

const NARROW = ["user:read:chat"];
const WIDE = ["user:read:chat", "user:write:chat"];
/** The age of the token when the tool requests it, of 14,124 s. The thread, whose clock is real, sees this age too. */
const PASSED_SEC = 13_000;

async function pairedTool(bench: Bench, id: string): Promise<Tokenkeep> {
  const endpoint = bench.app.state.snapshot().socket.endpoint ?? "";
  const pairing = pair({ name: "Nightcue", scopes: NARROW }, { endpoint, onCode: () => undefined });
  await until(() => bench.app.state.snapshot().pairing !== null, "the question");
  const question = bench.app.state.snapshot().pairing?.id ?? "";
  await bench.app.handlers["pairing.allow"]({ id: question, signIns: [id], lifetime: "always" });
  const { keep, scopes } = await pairing;
  expect(scopes).toEqual(NARROW);
  return keep;
}
/** Signs the same account in with more scopes; returns the function that saves this in place of the narrow sign-in. */
async function widening(bench: Bench): Promise<() => Promise<unknown>> {
  const { handlers } = bench.app;
  const client = bench.app.state.snapshot().signIns[0]?.client ?? "";
  const course = await handlers["authorization.start"]({ client, scopes: WIDE });
  if (!course.ok) throw new Error(course.failure.code);
  await until(() => authorization(bench.app, course.value.id)?.step === "confirm", "the confirmation");
  return () => handlers["authorization.keep"]({ id: course.value.id, beside: false });
}
const outcome = (request: Promise<{ scopes: readonly string[] }>): Promise<string> =>
  request.then(
    ({ scopes }) => scopes.join(" "),
    (error: unknown) => String((error as { code?: unknown }).code),
  );

test("a token that arrives while a sign-in gets more scopes is checked against the grant", async () => {
  await using bench = await startBench();
  bench.jump(-PASSED_SEC);
  const id = await signIn(bench, undefined, NARROW);
  using keep = await pairedTool(bench, id);
  const { client } = bench.app.state.snapshot().signIns[0] ?? {};
  for (let round = 0; round < 3; round += 1) {
    if (round > 0) {
      bench.jump(-PASSED_SEC);
      await signIn(bench, client, NARROW); // replaces the wide sign-in
    }
    await vi.waitFor(async () => expect(await outcome(keep.token())).toBe(NARROW.join(" ")));
    const widen = await widening(bench);
    await bench.pass(PASSED_SEC); // the thread's token expires before `min_valid`
    const keeping = widen();
    const outcomes = Array.from({ length: 5 }, (_, at) => outcome(keep.token({ min_valid: 3_600 + at })));
    await keeping;
    for (const found of await Promise.all(outcomes))
      expect([NARROW.join(" "), "grant_denied"]).toContain(found);
    await vi.waitFor(async () => expect(await outcome(keep.token())).toBe("grant_denied"));
  }
});

test("a refresh that began before a sign-in got more scopes gives the tool no token beyond its grant", async () => {
  await using bench = await startBench();
  bench.jump(-PASSED_SEC);
  const id = await signIn(bench, undefined, NARROW);
  using keep = await pairedTool(bench, id);
  const widen = await widening(bench);
  await bench.pass(PASSED_SEC);
  await bench.fault({ kind: "hold" });
  const answered = outcome(keep.token({ min_valid: 3_600 }));
  await until(() => bench.app.state.snapshot().signIns[0]?.status === "refreshing", "the refresh");
  const keeping = widen();
  await bench.admin("faults/clear");
  await keeping;
  expect(await answered).not.toContain("user:write:chat");
  await vi.waitFor(async () => expect(await outcome(keep.token())).toBe("grant_denied"));
});
