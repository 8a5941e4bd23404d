/** Undo: a record that was removed only here can be restored for a while; a revoked sign-in cannot. */
import { expect, test } from "vitest";
import { failed, ok, type Result } from "../../../contract/failure.ts";
import type { ClientRecord } from "../../../core/accounts/records.ts";
import { createUndo } from "../../../main/vault/undo.ts";
import { signIn, signsInAs, startBench, until, view, type Bench } from "../../support/host.ts";
import { connectTool, parseConnection } from "../../support/socket-client.mjs";

const PASSPHRASE = "a lantern by the harbour";
const undo = (bench: Bench) => bench.app.handlers["undo"](undefined);
const client = async (bench: Bench): Promise<string> => {
  await bench.app.handlers["sandbox.start"](undefined);
  const saved = await bench.app.handlers["clients.save"]({
    provider: "sandbox",
    name: "Bot",
    client_id: "abc",
    client_secret: "a secret",
  });
  if (!saved.ok) throw new Error(saved.failure.code);
  return saved.value.id;
};
const clients = (bench: Bench) =>
  bench.app.state
    .snapshot()
    .clients.filter(({ builtIn }) => !builtIn)
    .map(({ id, name, hasSecret }) => ({ id, name, hasSecret }));

test("undo restores a registration with its secret, once, and on disk", async () => {
  await using bench = await startBench();
  const id = await client(bench);
  await bench.app.handlers["clients.remove"](id);
  expect(clients(bench)).toEqual([]);
  expect(await undo(bench)).toMatchObject({ ok: true });
  expect(clients(bench)).toEqual([{ id, name: "Bot", hasSecret: true }]);
  expect(await undo(bench)).toMatchObject({ failure: { code: "undo_gone" } });
  await bench.restart();
  expect(clients(bench)).toEqual([{ id, name: "Bot", hasSecret: true }]);
});

test("undo restores a tool with its key", async () => {
  await using bench = await startBench();
  await bench.pass(-3_600); // the socket's thread goes by the real clock
  await signIn(bench);
  const made = await bench.app.handlers["tools.create"]({ name: "bot" });
  if (!made.ok) throw new Error(made.failure.code);
  const connection = parseConnection(bench.clipboard.text);
  await bench.app.handlers["tools.remove"]({ id: made.value.id, endTokens: false });
  await expect(connectTool(connection)).rejects.toThrow();
  expect(await undo(bench)).toMatchObject({ ok: true });
  const tool = await connectTool(connection);
  expect(await tool.ask("accounts.list")).toMatchObject({ accounts: [{ login: "harborlights_tv" }] });
  tool.close();
});

test("undo restores a sign-in, and without its token one whose token is revoked", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.app.handlers["signIns.revoke"](id);
  expect(await bench.app.handlers["signIns.remove"](id)).toMatchObject({ value: { undo: true } });
  expect(view(bench.app, id)).toBeUndefined();
  expect(await undo(bench)).toMatchObject({ ok: true });
  expect(view(bench.app, id)).toMatchObject({ status: "revoked", login: "harborlights_tv" });
  await bench.app.handlers["signIns.remove"](id);

  const other = await signIn(bench);
  const gone = await bench.app.handlers["signIns.remove"](other);
  expect(gone).toMatchObject({ value: { undo: true } });
  expect(view(bench.app, other)).toBeUndefined();
  expect(await undo(bench)).toMatchObject({ ok: true });
  const back = bench.app.state.snapshot().signIns.filter(({ login }) => login === "harborlights_tv");
  expect(back).toMatchObject([{ status: "revoked", hasToken: false, renews: false }]);
});

test("a lock ends the undo", async () => {
  await using bench = await startBench();
  const id = await client(bench);
  await bench.app.handlers["vault.reseal"]({ keychain: true, passphrase: { new: PASSPHRASE } });
  await bench.app.handlers["clients.remove"](id);
  await bench.app.handlers["vault.lock"]("vault");
  await bench.app.handlers["vault.unlock"]({ passphrase: PASSPHRASE });
  expect(await undo(bench)).toMatchObject({ failure: { code: "undo_gone" } });
});

test.each([
  ["the app that removed it", false],
  ["an app that has just started", true],
] as const)("undo restores a sign-in with a refresh token, and %s refreshes it", async (_which, anew) => {
  await using bench = await startBench();
  const id = await signIn(bench);
  // The provider has ended the access token, and answers the refresh with Retry-After.
  await bench.fault({ kind: "429_retry_after", times: 50 });
  await bench.admin("end-access", { user_id: "700000001" });
  await bench.app.handlers["signIns.validate"](id);
  if (anew) await bench.restart();
  await until(() => view(bench.app, id)?.hasToken === false, "no token");
  const { handlers } = bench.app;
  expect(await handlers["signIns.remove"](id)).toMatchObject({ value: { undo: true } });
  await bench.admin("faults/clear");
  await bench.pass(600); // what the provider asked for is over, and no timer has noticed
  expect(await undo(bench)).toMatchObject({ ok: true });
  await until(() => view(bench.app, id)?.hasToken === true, "a new token");
  expect(view(bench.app, id)).toMatchObject({ status: "signed_in", login: "harborlights_tv" });
  // The history names neither a new sign-in nor an import.
  const history = await handlers["signIns.history"](id);
  const words = history.ok ? history.value.map(({ what }) => what) : [];
  expect(words.filter((what) => what === "signed_in" || what === "imported")).toHaveLength(1);
});

test("undo restores a sign-in without its alias when another sign-in has taken the name", async () => {
  await using bench = await startBench();
  const gone = await signIn(bench);
  bench.person = signsInAs("700000002");
  const other = await signIn(bench);
  const { handlers } = bench.app;
  await handlers["signIns.rename"]({ id: gone, alias: "bot" });
  await handlers["signIns.revoke"](gone);
  await handlers["signIns.remove"](gone);
  expect(await handlers["signIns.rename"]({ id: other, alias: "bot" })).toMatchObject({ ok: true });
  expect(await undo(bench)).toMatchObject({ ok: true });
  expect(view(bench.app, gone)).toMatchObject({ login: "harborlights_tv" });
  expect(view(bench.app, gone)?.alias).toBeUndefined();
});

/** An undo whose removals and restorings end when the test ends them. */
function stepByStep() {
  const ends: ((answer: Result<null>) => void)[] = [];
  const restored: unknown[] = [];
  const timers = new Set<() => void>();
  const asked = () => new Promise<Result<null>>((resolve) => void ends.push(resolve));
  const remembers = createUndo(
    (record) => {
      restored.push(record);
      return asked();
    },
    {
      after(_inMs, run) {
        timers.add(run);
        return () => void timers.delete(run);
      },
    },
  );
  return {
    remembers,
    restored,
    timers,
    remove: (record: ClientRecord) => remembers.removing(record, asked),
    /** `nth`: the running ones, the oldest first. */
    end: async (answer: Result<null>, nth = 0) => {
      ends.splice(nth, 1)[0]?.(answer);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
const [one, two] = ["1", "2"].map((id) => ({ kind: "client", id }) as ClientRecord) as [
  ClientRecord,
  ClientRecord,
];
const full = failed({ code: "storage_failing" });

test("undo ends after its time, and can be tried again after a failed write", async () => {
  const { remembers, restored, timers, remove, end } = stepByStep();
  void remove(one);
  await end(ok(null));
  const refused = remembers.undo();
  await end(full);
  expect(await refused).toMatchObject({ failure: { code: "storage_failing" } });
  const done = remembers.undo();
  await end(ok(null));
  expect(await done).toMatchObject({ ok: true });
  expect(restored).toEqual([one, one]);
  void remove(one);
  await end(ok(null));
  expect(timers.size).toBe(1);
  for (const run of timers) run();
  expect(await remembers.undo()).toMatchObject({ failure: { code: "undo_gone" } });
});

test("a removal or a failed undo that ends after a lock is not remembered", async () => {
  const { remembers, timers, remove, end } = stepByStep();
  void remove(one);
  remembers.forget();
  await end(ok(null));
  expect(await remembers.undo()).toMatchObject({ failure: { code: "undo_gone" } });
  void remove(one);
  await end(ok(null));
  const undoing = remembers.undo();
  remembers.forget();
  await end(full);
  expect(await undoing).toMatchObject({ ok: false });
  expect(await remembers.undo()).toMatchObject({ failure: { code: "undo_gone" } });
  expect(timers.size).toBe(0);
});

test("a failed undo does not replace a record that was removed since", async () => {
  const { remembers, restored, remove, end } = stepByStep();
  void remove(one);
  await end(ok(null));
  const undoing = remembers.undo();
  void remove(two);
  await end(ok(null), 1);
  await end(full);
  expect(await undoing).toMatchObject({ ok: false });
  void remembers.undo();
  expect(restored).toEqual([one, two]);
});
