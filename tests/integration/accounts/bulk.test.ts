/** Bulk actions: counted, limited, cancelled, and with the names of failed sign-ins. */
import { expect, test } from "vitest";
import { failed, ok, type Result } from "../../../contract/failure.ts";
import type { BulkView } from "../../../contract/views/account.ts";
import { createBulk, type Bulk } from "../../../main/accounts/bulk.ts";
import { signIn, startBench, until } from "../../support/host.ts";

const ids = (count: number) => Array.from({ length: count }, (_, at) => `id${String(at)}`);

/** A bulk action that runs `act` on each sign-in. */
function bench(act: (signIn: string) => Promise<Result<unknown>>, gone = "") {
  const seen: string[] = [];
  const views: (BulkView | undefined)[] = [];
  const one = (signIn: string) => {
    seen.push(signIn);
    return act(signIn);
  };
  const ignore = () => undefined;
  const bulk: Bulk = createBulk(
    { validate: one, refresh: one, revoke: one, remove: one },
    (signIn) => (signIn === gone ? undefined : `name of ${signIn}`),
    { info: ignore, warn: ignore, error: ignore },
    () => views.push(bulk.view),
  );
  const settle = async () => {
    for (let turn = 0; turn < 500; turn += 1) await Promise.resolve();
  };
  return {
    bulk,
    seen,
    views,
    settle,
  };
}

test("a bulk action runs a few sign-ins at a time and counts each", async () => {
  const open: (() => void)[] = [];
  const { bulk, seen, settle } = bench(() => new Promise((resolve) => open.push(() => resolve(ok(null)))));
  expect(bulk.start("validate", ids(60))).toMatchObject({ ok: true });
  for (let done = 0; done < 60; done += 1) {
    await settle();
    expect(seen).toHaveLength(Math.min(60, done + 4));
    open.shift()?.();
  }
  await settle();
  expect(bulk.view).toEqual({ action: "validate", of: 60, done: 60, failures: [], running: false });
  bulk.cancel();
  expect(bulk.view).toBeUndefined();
});

test("a sign-in whose action throws counts as failed, and the others go on", async () => {
  const { bulk, seen, settle } = bench((id) =>
    id === "id1" ? Promise.reject(new Error("a bug")) : Promise.resolve(ok(null)),
  );
  bulk.start("validate", ids(12));
  await settle();
  expect(seen).toHaveLength(12);
  expect(bulk.view).toMatchObject({
    done: 12,
    running: false,
    failures: [{ failure: { code: "internal" }, names: ["name of id1"] }],
  });
});

test("a second bulk action fails with bulk_running", async () => {
  const { bulk, settle } = bench(() => Promise.resolve(ok(null)));
  bulk.start("validate", ids(60));
  expect(bulk.start("revoke", ids(1))).toMatchObject({ failure: { code: "bulk_running" } });
  await settle();
  expect(bulk.start("revoke", ids(1))).toMatchObject({ ok: true });
});

test("a cancelled bulk action finishes the running sign-ins and starts no more", async () => {
  const open: (() => void)[] = [];
  const { bulk, seen, settle } = bench(() => new Promise((resolve) => open.push(() => resolve(ok(null)))));
  bulk.start("revoke", ids(60));
  await settle();
  expect(seen).toHaveLength(4);
  bulk.cancel();
  for (const finish of open) finish();
  await settle();
  expect(seen).toHaveLength(4);
  expect(bulk.view).toMatchObject({ done: 4, of: 60, running: false });
});

test("equal failures are counted together with the first names, and removed sign-ins are skipped", async () => {
  const { bulk, settle } = bench(
    (signIn) =>
      Promise.resolve(
        signIn === "id0"
          ? failed({ code: "client_missing" })
          : failed({ code: "needs_sign_in", account: signIn }),
      ),
    "id5",
  );
  bulk.start("refresh", ids(8));
  await settle();
  expect(bulk.view?.done).toBe(7);
  expect(bulk.view?.failures.map(({ failure, count, names }) => [failure.code, count, names])).toEqual([
    ["client_missing", 1, ["name of id0"]],
    ["needs_sign_in", 6, ["name of id1", "name of id2", "name of id3"]],
  ]);
});

test("a locked vault ends the bulk action", async () => {
  const { bulk, seen, settle } = bench(() => Promise.resolve(failed({ code: "vault_locked" })));
  bulk.start("refresh", ids(50));
  await settle();
  expect(seen.length).toBeLessThanOrEqual(4);
  expect(bulk.view).toMatchObject({ running: false });
});

test("the app validates and then revokes at the provider, and the activity names the accounts", async () => {
  await using app = await startBench();
  const id = await signIn(app);
  const { handlers, state } = app.app;
  const over = () => state.snapshot().bulk?.running === false;
  const before = (await app.seen()).length;
  expect(await handlers["signIns.bulk"]({ action: "validate", ids: [id, id] })).toMatchObject({ ok: true });
  await until(over, "it was checked");
  expect(state.snapshot().bulk).toMatchObject({ of: 1, done: 1, failures: [] });
  expect((await app.seen()).length).toBe(before + 1);
  await handlers["signIns.bulkEnd"](undefined);
  expect(state.snapshot().bulk).toBeNull();
  await handlers["signIns.bulk"]({ action: "revoke", ids: [id] });
  await until(over, "it was revoked");
  expect(state.snapshot().signIns[0]?.status).toBe("revoked");
  const activity = await handlers["activity.list"](undefined);
  if (!activity.ok) throw new Error(activity.failure.code);
  expect(activity.value.map(({ signIn: of, what }) => [of, what]).slice(0, 2)).toEqual([
    [id, "revoked"],
    [id, "validated"],
  ]);
});
