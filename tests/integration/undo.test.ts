/** What was removed here and nowhere else comes back for a while; what a provider was told to end does not. */
import { expect, test } from "vitest";
import { failed, ok } from "../../contract/failure.ts";
import type { ClientRecord } from "../../core/accounts/records.ts";
import { createUndo } from "../../main/undo.ts";
import type { Vault } from "../../main/vault/types.ts";
import { signIn, startBench, view, type Bench } from "../support/host.ts";
import { connectTool, parseConnection } from "../support/socket-client.mjs";

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

test("a registration comes back with its secret, once, and is there after a restart", async () => {
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

test("a tool comes back with its key", async () => {
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

test("a sign-in without a token comes back; one whose token is told to end does not", async () => {
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
  expect(gone).toMatchObject({ value: { undo: false } });
  // What came before it still does, and only that.
  expect(await undo(bench)).toMatchObject({ ok: true });
  expect(view(bench.app, other)).toBeUndefined();
});

test("not after a lock", async () => {
  await using bench = await startBench();
  const id = await client(bench);
  await bench.app.handlers["vault.reseal"]({ keychain: true, passphrase: { new: PASSPHRASE } });
  await bench.app.handlers["clients.remove"](id);
  await bench.app.handlers["vault.lock"]("vault");
  await bench.app.handlers["vault.unlock"]({ passphrase: PASSPHRASE });
  expect(await undo(bench)).toMatchObject({ failure: { code: "undo_gone" } });
});

test("not once its time is over; and not lost by a disk that does not take it", async () => {
  const record = { kind: "client", id: "1" } as ClientRecord;
  const timers = new Set<() => void>();
  let full = true;
  const written: unknown[] = [];
  const remembers = createUndo(
    {
      write: ((draft: unknown) => {
        if (full) return Promise.resolve(failed({ code: "storage_failing" }));
        written.push(draft);
        return Promise.resolve(ok(draft));
      }) as Vault["write"],
    },
    {
      after(_inMs, run) {
        timers.add(run);
        return () => void timers.delete(run);
      },
    },
  );
  const remove = () => remembers.removing(record, () => Promise.resolve(ok(null)));
  await remove();
  expect(await remembers.undo()).toMatchObject({ failure: { code: "storage_failing" } });
  full = false;
  expect(await remembers.undo()).toMatchObject({ ok: true });
  expect(written).toEqual([record]);
  await remove();
  expect(timers.size).toBe(1);
  for (const run of timers) run();
  expect(await remembers.undo()).toMatchObject({ failure: { code: "undo_gone" } });
});
