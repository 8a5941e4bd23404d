/** A profile without a lock: one-time refresh tokens are not sent without the user's consent. */
import { expect, test } from "vitest";
import { settings as shape } from "../../../contract/settings.ts";
import * as v from "valibot";
import { signIn, startBench, until, view, type Bench } from "../../support/host.ts";

const refreshes = async (bench: Bench) =>
  (await bench.seen()).filter(({ grant_type }) => grant_type === "refresh_token").length;
async function rotating(bench: Bench): Promise<string> {
  await bench.app.handlers["sandbox.start"](undefined);
  const form = { provider: "sandbox", name: "r", client_id: "sandbox-rotating" };
  const saved = await bench.app.handlers["clients.save"](form);
  if (!saved.ok) throw new Error(saved.failure.code);
  return signIn(bench, saved.value.id);
}
const sayYes = (bench: Bench) =>
  bench.app.handlers["settings.change"]({ ...v.parse(shape, {}), withoutLock: true });

test("without a profile lock one-time refreshes wait and name the reason, and other refreshes go on", async () => {
  await using bench = await startBench();
  const safe = await signIn(bench);
  const oneTime = await rotating(bench);
  bench.profileLock = "unavailable";
  expect(await bench.app.handlers["signIns.refresh"](oneTime)).toMatchObject({
    failure: { code: "profile_unlocked" },
  });
  await until(() => view(bench.app, oneTime)?.reason?.code === "profile_unlocked");
  expect(await refreshes(bench)).toBe(0);
  expect(await bench.app.handlers["signIns.copy"]({ id: oneTime, form: "token" })).toMatchObject({
    ok: true,
  });
  expect(await bench.app.handlers["signIns.refresh"](safe)).toMatchObject({ ok: true });
});

test("a profile lock that is lost during the validation before a refresh stops the refresh", async () => {
  await using bench = await startBench();
  const id = await rotating(bench);
  const probes = async () => (await bench.seen()).filter(({ path }) => path.includes("validate")).length;
  const before = await probes();
  await bench.fault({ path: "/oauth2/validate", kind: "hold", after: true });
  const refreshed = bench.app.handlers["signIns.refresh"](id);
  while ((await probes()) === before) await new Promise((resolve) => setImmediate(resolve));
  bench.profileLock = "unavailable";
  await bench.admin("faults/clear");
  expect(await refreshed).toMatchObject({ failure: { code: "profile_unlocked" } });
  expect(await refreshes(bench)).toBe(0);
});

test("the user's consent sends the waiting refresh, and lasts for this profile", async () => {
  await using bench = await startBench();
  const id = await rotating(bench);
  bench.profileLock = "unavailable";
  await bench.app.handlers["signIns.refresh"](id);
  expect(bench.app.state.snapshot().app.unlocked).toBe(true);
  await bench.advance(14_124 - 10 * 60); // it is due: only the lock holds it back
  await until(() => view(bench.app, id)?.reason?.code === "profile_unlocked");
  expect(await refreshes(bench)).toBe(0);
  expect(await sayYes(bench)).toMatchObject({ ok: true });
  await until(() => (view(bench.app, id)?.expiresAtMs ?? 0) > Date.now() + 14_124_000, "a later end");
  expect(await refreshes(bench)).toBe(1);
  await until(() => view(bench.app, id)?.reason === undefined);
  const again = await bench.restart();
  expect(again.state.snapshot().settings.withoutLock).toBe(true);
  expect(await again.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
  expect(await refreshes(bench)).toBe(2);
});

test("the consent does not count while another process holds the profile lock", async () => {
  await using bench = await startBench();
  const id = await rotating(bench);
  expect(await sayYes(bench)).toMatchObject({ ok: true });
  bench.profileLock = "taken";
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({
    failure: { code: "profile_unlocked" },
  });
  expect(await refreshes(bench)).toBe(0);
  bench.profileLock = "unavailable";
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
  expect(await refreshes(bench)).toBe(1);
});

test("a profile lock that is held again needs no consent", async () => {
  await using bench = await startBench();
  const id = await rotating(bench);
  bench.profileLock = "unavailable";
  await bench.app.handlers["signIns.refresh"](id);
  bench.profileLock = "held";
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
  expect(await refreshes(bench)).toBe(1);
});
