/** What the keeper does by itself over time: clocks, networks, idle tokens, app tokens, and the history. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { authorization, signIn, signsInAs, startBench, until, view, type Bench } from "../../support/host.ts";

const count = async (bench: Bench, at: string, grant_type?: string) =>
  (await bench.seen()).filter(
    (one) => one.path === at && (grant_type === undefined || one.grant_type === grant_type),
  ).length;
const eventually = async (condition: () => Promise<boolean>, what: string): Promise<void> => {
  for (const end = Date.now() + 30_000; !(await condition());)
    if (Date.now() > end) throw new Error(`${what} did not come true`);
};
async function own(bench: Bench): Promise<string> {
  const client = await bench.app.handlers["sandbox.start"](undefined);
  if (!client.ok) throw new Error(client.failure.code);
  return client.value.client;
}

test.each([
  ["forward", 7_200],
  ["back", -7_200],
])(
  "after the wall clock was set %s every token is validated again, and none is lost",
  async (_name, seconds) => {
    await using bench = await startBench();
    const id = await signIn(bench);
    const before = await count(bench, "/oauth2/validate");
    bench.jump(seconds);
    bench.app.resume(); // compares the clocks now, rather than within a minute
    await eventually(async () => (await count(bench, "/oauth2/validate")) > before, "a validation");
    await until(() => view(bench.app, id)?.validating === false);
    expect(view(bench.app, id)?.status).toBe("signed_in");
  },
);

test("an expired token stays expired when the clock is set back", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.pass(14_124 + 60); // a minute after the expiry by the monotonic clock
  bench.jump(-20_000); // and hours before it by the wall clock
  // By the wall clock alone the token would be valid for another hour and a half.
  expect(view(bench.app, id)?.expiresAtMs).toBeLessThan(Date.now() + (14_124 + 60 - 20_000) * 1000);
  expect(await bench.app.handlers["signIns.copy"]({ id, form: "token" })).toMatchObject({ ok: true });
  expect(await count(bench, "/oauth2/token", "refresh_token")).toBe(1);
});

test("a missing network is shown as offline, and the keeper notices its return by itself", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  bench.network.isOnline = false;
  await bench.fault({ kind: "drop", path: "/oauth2/validate", times: 1 });
  expect(await bench.app.handlers["signIns.validate"](id)).toMatchObject({ ok: false });
  expect(view(bench.app, id)).toMatchObject({ status: "signed_in", condition: "offline" });
  bench.network.isOnline = true;
  await until(() => view(bench.app, id)?.condition === undefined, "the network's return");
});

test("nothing is refreshed while the machine sleeps; afterwards every token is validated", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  bench.app.suspend();
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: false });
  expect(await count(bench, "/oauth2/token", "refresh_token")).toBe(0);
  const before = await count(bench, "/oauth2/validate");
  bench.app.resume();
  await eventually(async () => (await count(bench, "/oauth2/validate")) > before, "a validation");
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
});

test("a token that the provider has rejected is not handed out again, even if the refresh takes long", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.admin("end-access", { user_id: "700000001" });
  await bench.fault({ kind: "503_json", path: "/oauth2/token", times: 1 });
  expect(await bench.app.handlers["signIns.validate"](id)).toMatchObject({ ok: false });
  const refreshes = await count(bench, "/oauth2/token", "refresh_token");
  for (let attempt = 0; attempt < 3; attempt += 1)
    expect(await bench.app.handlers["signIns.copy"]({ id, form: "token" })).toMatchObject({ ok: false });
  // A request does not shorten the wait; after the wait the sign-in is refreshed.
  expect(await count(bench, "/oauth2/token", "refresh_token")).toBe(refreshes);
  expect(view(bench.app, id)).toMatchObject({ status: "expiring", condition: "unreachable" });
  await bench.pass(300);
  await until(() => view(bench.app, id)?.status === "signed_in", "a new token");
  expect(await bench.app.handlers["signIns.copy"]({ id, form: "token" })).toMatchObject({ ok: true });
});

test("a request during the start waits for the start", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  let letStart: () => void = () => undefined;
  bench.sandboxStarts = new Promise((resolve) => (letStart = resolve));
  const again = await bench.restart({ started: false });
  await until(() => again.state.snapshot().vault.state === "open", "the open vault");
  const refreshing = again.handlers["signIns.refresh"](id);
  letStart();
  expect(await refreshing).toMatchObject({ ok: true });
});

async function appToken(bench: Bench): Promise<string> {
  const { handlers } = bench.app;
  const started = await handlers["authorization.start"]({
    client: await own(bench),
    scopes: [],
    flow: "client_credentials",
  });
  if (!started.ok) throw new Error(started.failure.code);
  const { id } = started.value;
  await until(() => authorization(bench.app, id)?.step === "confirm", "the token");
  const kept = await handlers["authorization.keep"]({ id, beside: false });
  if (!kept.ok) throw new Error(kept.failure.code);
  return kept.value.signIn;
}

test("an app token is requested, replaced before it expires, and replaced when the provider rejects it", async () => {
  await using bench = await startBench();
  const id = await appToken(bench);
  expect(view(bench.app, id)).toMatchObject({
    flow: "client_credentials",
    account: "sandbox:app:tokenkeep-sandbox",
    status: "signed_in",
    renews: true,
    scopes: [],
  });
  await bench.admin("end-access", { user_id: "" });
  expect(await bench.app.handlers["signIns.validate"](id)).toMatchObject({ ok: true });
  expect(await count(bench, "/oauth2/token", "client_credentials")).toBe(2);
  await bench.advance(5_011_271 - 10 * 60);
  await eventually(
    async () => (await count(bench, "/oauth2/token", "client_credentials")) === 3,
    "another one",
  );
  expect(await appToken(bench)).toBe(id);
});

test("the keeper stays below fifty access tokens per refresh token", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  for (let time = 0; time < 45; time += 1)
    expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({
    failure: { code: "refresh_budget" },
  });
  expect(await count(bench, "/oauth2/token", "refresh_token")).toBe(45);
  expect(view(bench.app, id)?.status).toBe("signed_in");
  await bench.advance(14_200);
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
});

test("the history lists events with reasons in order, also after a restart, and its file holds no name", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  bench.person = signsInAs("700000002");
  const other = await signIn(bench);
  await bench.app.handlers["signIns.copy"]({ id, form: "token" });
  await bench.fault({ kind: "502_html", path: "/oauth2/validate" });
  await bench.app.handlers["signIns.validate"](id);
  await bench.app.handlers["signIns.validate"](id);
  await bench.app.handlers["signIns.refresh"](id);
  await bench.admin("disconnect", { user_id: "700000001" });
  await bench.app.handlers["signIns.refresh"](id);
  const again = await bench.restart();
  const history = await again.handlers["signIns.history"](id);
  if (!history.ok) throw new Error(history.failure.code);
  expect(history.value.map(({ what, failure }) => failure?.code ?? what).reverse()).toEqual([
    "signed_in",
    "copied",
    "provider_busy",
    "validated",
    "refreshed",
    "refresh_token_rejected",
  ]);
  expect(history.value[0]?.failure).toMatchObject({ account: "harborlights_tv" });
  const others = await again.handlers["signIns.history"](other);
  expect(others.ok && others.value.at(-1)).toMatchObject({ what: "signed_in" });
  const file = await readFile(path.join(bench.profile, "history/history.jsonl"), "utf8");
  expect(file).not.toMatch(/harborlights|mirrelune/);
});

test("two sign-ins of one person stand side by side, each with its own nickname", async () => {
  await using bench = await startBench();
  const broad = await signIn(bench, undefined, ["user:read:chat", "user:write:chat"]);
  const narrow = await signIn(bench, undefined, ["user:read:chat"], true);
  expect(narrow).not.toBe(broad);
  const { signIns } = bench.app.state.snapshot();
  expect(new Set(signIns.map(({ account }) => account)).size).toBe(1);
  expect(await bench.app.handlers["signIns.rename"]({ id: narrow, alias: "overlay" })).toMatchObject({
    ok: true,
  });
  expect(await bench.app.handlers["signIns.rename"]({ id: broad, alias: "overlay" })).toMatchObject({
    failure: { code: "alias_taken" },
  });
  expect(await signIn(bench, undefined, ["user:read:chat"])).toSatisfy((id) => id === broad || id === narrow);
  await bench.restart();
  expect(view(bench.app, narrow)?.alias).toBe("overlay");
});

test("the doctor reports what works and what fails, without names", async () => {
  await using bench = await startBench();
  await signIn(bench);
  const well = await bench.app.handlers["doctor.run"](undefined);
  if (!well.ok) throw new Error(well.failure.code);
  expect(well.value).toMatchObject({
    keychain: { state: "usable", name: "Test keychain" },
    vault: { state: "open", records: 2, unreadable: 0, writable: true },
    online: true,
    socket: true,
  });
  const sandbox = well.value.providers.find(({ name }) => name === "Sandbox");
  expect(sandbox).toMatchObject({ reachable: true, what: "401" });
  expect(Math.abs(sandbox?.clockAheadSec ?? NaN)).toBeLessThan(30);
  bench.jump(-600);
  bench.keychain.mood = "hangs";
  const ill = await bench.app.handlers["doctor.run"](undefined);
  if (!ill.ok) throw new Error(ill.failure.code);
  expect(ill.value.keychain).toEqual({ state: "silent" });
  await bench.app.handlers["doctor.copy"](undefined);
  expect(bench.clipboard.text).toContain("Vault: open, 2 records");
  expect(bench.clipboard.text).not.toMatch(/harborlights|700000001/);
});

test("validating all from the tray reports a failed validation, and nothing when all succeed", async () => {
  await using bench = await startBench();
  await signIn(bench);
  const validateAll = () => bench.app.handlers["signIns.validateAll"](undefined);
  expect(await validateAll()).toEqual({ ok: true, value: null });
  await bench.fault({ kind: "503_json", path: "/oauth2/validate", times: 99 });
  expect(await validateAll()).toMatchObject({ failure: { code: "provider_busy", status: 503 } });
  await bench.fault({ kind: "drop", path: "/oauth2/validate", times: 99 });
  bench.network.isOnline = false;
  expect(await validateAll()).toMatchObject({ ok: false });
});
