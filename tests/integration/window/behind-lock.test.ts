/** While the vault or the window is locked nothing that leaves main names an account, a tool or a code. */
import { connect } from "node:net";
import { expect, test } from "vitest";
import { merged } from "../../../contract/ipc.ts";
import type { Snapshot } from "../../../contract/views/snapshot.ts";
import { createNotices } from "../../../main/window/notices.ts";
import { trayModel } from "../../../main/window/tray-model.ts";
import { en } from "../../../text/en.ts";
import { createWords } from "../../../text/words.ts";
import { signIn, signsInAs, startBench, until, view, walkPages, type Bench } from "../../support/host.ts";
import { connectTool, parseConnection } from "../../support/socket-client.mjs";

const PASSPHRASE = "a lantern by the harbour";
const t = createWords("en", en);
const LOCKS = ["window", "vault"] as const;

async function withPassphrase({ app }: Bench): Promise<void> {
  const passphrase = { new: PASSPHRASE };
  expect(await app.handlers["vault.reseal"]({ keychain: true, passphrase })).toMatchObject({ ok: true });
}
async function publicClient({ app }: Bench): Promise<string> {
  await app.handlers["sandbox.start"](undefined);
  const saved = await app.handlers["clients.save"]({
    provider: "sandbox",
    name: "Canary registration",
    client_id: "sandbox-public",
  });
  if (!saved.ok) throw new Error(saved.failure.code);
  return saved.value.id;
}
const startByCode = (bench: Bench, client: string) =>
  bench.app.handlers["authorization.start"]({ client, scopes: ["user:read:chat"], flow: "device_code" });
const release = (bench: Bench) => bench.admin("faults/clear");

/** Everything that main shows after the lock: in the window, the tray and notifications. */
function listen({ app }: Bench): () => string {
  const heard: string[] = [];
  const notices = createNotices();
  let known: Snapshot = app.state.snapshot();
  app.state.onChange((changes, json) => {
    known = merged(known, changes);
    if (known.vault.state !== "locked") return;
    const rows = changes.signIns ?? changes.signInsChanged ?? [];
    heard.push(json, JSON.stringify(trayModel(known, t)));
    heard.push(JSON.stringify(notices.from(rows, changes.vault, t)));
    if (changes.pairing !== undefined) heard.push(JSON.stringify(notices.ofPairing(changes.pairing, t)));
  });
  return () => [...heard, JSON.stringify(app.state.snapshot())].join("\n");
}
const NAMES = ["harborlights", "mirrelune", "700000001", "700000002"];

/** Fills every part of the state; returns the texts that must not be shown behind a lock. */
async function fill(bench: Bench): Promise<readonly string[]> {
  const { handlers, state } = bench.app;
  const first = await signIn(bench);
  bench.person = signsInAs("700000002");
  const second = await signIn(bench);
  await withPassphrase(bench);
  const made = await handlers["tools.create"]({ name: "Canary tool" });
  expect(made).toMatchObject({ ok: true });
  const tool = await connectTool(parseConnection(bench.clipboard.text));
  await tool.ask("ui.request", { action: "remove", account: view(bench.app, first)?.account });
  const asking = { name: "Canary pair", developer: "Canary", scopes: ["user:read:chat"], reason: "x" };
  const stranger = connect(state.snapshot().socket.endpoint ?? "");
  stranger.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "pair.request", params: asking })}
`);
  await until(() => state.snapshot().pairing !== null, "the question");
  await handlers["settings.change"]({
    ...state.snapshot().settings,
    deniedTools: [{ name: "Canary denied", developer: "Nobody" }],
  });
  const saved = await handlers["providers.save"]({
    form: {
      id: "own-provider",
      name: "Own provider",
      issuer: "https://own.example",
      authorization_endpoint: "https://own.example/authorize",
      token_endpoint: "https://own.example/token",
      revocation_endpoint: "https://own.example/revoke",
      userinfo_endpoint: "https://own.example/me",
      jwks_uri: "https://own.example/keys",
      device_authorization_endpoint: "",
      scope: "openid",
      console_url: "",
      embedded: false,
    },
    change: false,
  });
  expect(saved).toMatchObject({ ok: true });
  await handlers["signIns.rename"]({ id: second, alias: "canary-alias" });
  // A bulk action with failures, whose names stay in the state.
  await bench.fault({ kind: "503_json", path: "/oauth2/validate", times: 2 });
  await handlers["signIns.bulk"]({ action: "validate", ids: [first, second] });
  await until(() => state.snapshot().bulk?.running === false, "the end of the checks");
  // One sign-in waits for its confirmation, one failed, and one waits for a device code.
  await handlers["authorization.start"]({ client: view(bench.app, first)?.client ?? "", scopes: [] });
  await until(() => state.snapshot().authorizations.some(({ step }) => step === "confirm"), "a confirmation");
  bench.person = signsInAs("700000001", "deny");
  await handlers["authorization.start"]({ client: view(bench.app, first)?.client ?? "", scopes: [] });
  await until(() => state.snapshot().authorizations.some(({ step }) => step === "failed"), "a refusal");
  await startByCode(bench, await publicClient(bench));
  const codes = state
    .snapshot()
    .authorizations.flatMap((one) =>
      one.step === "waiting" && one.device !== undefined ? [one.device.user_code] : [],
    );
  expect(codes).toHaveLength(1);
  return [...NAMES, "anary", ...codes, ...state.snapshot().signIns.map(({ id }) => id)];
}

test.each(LOCKS)(
  "with a locked %s no part of the state, no later change, no menu and no notification holds a name",
  async (what) => {
    await using bench = await startBench();
    const canaries = await fill(bench);
    const before = JSON.stringify(bench.app.state.snapshot());
    for (const canary of canaries) expect(before).toContain(canary);
    const heard = listen(bench);
    await bench.app.handlers["signIns.copy"]({ id: canaries.at(-1) ?? "", form: "token" });
    expect(bench.clipboard.text).toMatch(/^[a-z0-9]{30}$/);
    expect(await bench.app.handlers["vault.lock"](what)).toMatchObject({ ok: true });
    await until(() => bench.clipboard.text === "", "an empty clipboard");
    for (const canary of canaries) expect(JSON.stringify(bench.app.state.snapshot())).not.toContain(canary);
    // Later changes are not shown either.
    await bench.advance(3_600);
    bench.app.state.touch();
    bench.app.state.flush();
    for (const canary of canaries) expect(heard()).not.toContain(canary);
    for (const call of ["activity.list", "import.drop", "signIns.validateAll"] as const)
      expect(await bench.app.handlers[call](undefined)).toMatchObject({ failure: { code: "vault_locked" } });

    await bench.app.handlers["vault.unlock"]({ passphrase: PASSPHRASE });
    expect(bench.app.state.snapshot().settings.deniedTools).toHaveLength(1);
    expect(bench.app.state.snapshot().signIns).toHaveLength(2);
    expect(bench.app.state.snapshot().providers.some(({ name }) => name === "Own provider")).toBe(true);
    // A locked vault dropped its accounts; behind a locked window they went on.
    const { bulk, wish, authorizations } = bench.app.state.snapshot();
    expect(bulk === null).toBe(what === "vault");
    expect(wish === null).toBe(what === "vault");
    expect(authorizations).toHaveLength(what === "vault" ? 0 : 3);
  },
);

test("a navigation request behind a locked window shows its action, and its account only after the unlocking", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  await bench.app.handlers["tools.create"]({ name: "bot" });
  const tool = await connectTool(parseConnection(bench.clipboard.text));
  await bench.app.handlers["vault.lock"]("window");
  const account = view(bench.app, id)?.account ?? "sandbox:700000001";
  await tool.ask("ui.request", { action: "remove", account });
  const { wish } = bench.app.state.snapshot();
  expect(wish).toEqual({ id: wish?.id, action: "remove" });
  await bench.app.handlers["vault.unlock"]({ passphrase: PASSPHRASE });
  expect(bench.app.state.snapshot().wish).toMatchObject({ action: "remove", account });
});

test("a device code that arrives after the lock is dropped, and never polled for", async () => {
  await using bench = await startBench();
  const client = await publicClient(bench);
  await withPassphrase(bench);
  await bench.fault({ kind: "hold", after: true, path: "/oauth2/device" });
  const started = startByCode(bench, client);
  await expect
    .poll(async () => (await bench.seen()).some(({ path }) => path === "/oauth2/device"))
    .toBe(true);
  const heard = listen(bench);
  expect(await bench.app.handlers["vault.lock"]("vault")).toMatchObject({ ok: true });
  await release(bench);
  expect(await started).toMatchObject({ failure: { code: "vault_locked" } });
  await bench.app.handlers["vault.unlock"]({ passphrase: PASSPHRASE });
  expect(bench.app.state.snapshot().authorizations).toEqual([]);
  expect(heard()).not.toContain("user_code");
  // The next device code is polled for; the dropped one is not.
  const next = await startByCode(bench, client);
  expect(next).toMatchObject({ ok: true });
  expect(bench.app.state.snapshot().authorizations).toHaveLength(1);
});

test.each(LOCKS)("with a locked %s an approved device code does not show who approved it", async (what) => {
  await using bench = await startBench();
  await withPassphrase(bench);
  await startByCode(bench, await publicClient(bench));
  const [course] = bench.app.state.snapshot().authorizations;
  if (course?.step !== "waiting" || course.device === undefined) throw new Error("no code is shown");
  await bench.fault({ kind: "hold", after: true, path: "/oauth2/token" });
  const polls = async () => (await bench.seen()).filter(({ path }) => path === "/oauth2/token").length;
  const heard = listen(bench);
  await expect.poll(polls).toBeGreaterThan(0);
  await bench.app.handlers["vault.lock"](what);
  await walkPages(course.device.verification_uri, "700000002");
  await release(bench);
  const given = async () => (await (await fetch(`${bench.sandbox.origin}/admin/tokens`)).json()) as string[];
  if (what === "window") await expect.poll(given).toEqual(["mirrelune"]);
  await bench.app.handlers["vault.unlock"]({ passphrase: "wrong" });
  for (const name of NAMES) expect(heard()).not.toContain(name);
  await bench.app.handlers["vault.unlock"]({ passphrase: PASSPHRASE });
  if (what === "vault") expect(bench.app.state.snapshot().authorizations).toEqual([]);
  else
    await until(
      () => bench.app.state.snapshot().authorizations[0]?.step === "confirm",
      "the sign-in, once it is unlocked",
    );
});

test("a token from a code that was being exchanged at the lock is revoked at the provider", async () => {
  await using bench = await startBench();
  await withPassphrase(bench);
  const own = await bench.app.handlers["sandbox.start"](undefined);
  if (!own.ok) throw new Error(own.failure.code);
  await bench.fault({ kind: "hold", after: true });
  await bench.app.handlers["authorization.start"]({ client: own.value.client, scopes: [] });
  const given = async () => (await (await fetch(`${bench.sandbox.origin}/admin/tokens`)).json()) as string[];
  await expect.poll(given).toEqual(["harborlights_tv"]);
  const heard = listen(bench);
  await bench.app.handlers["vault.lock"]("vault");
  await release(bench);
  await expect.poll(given).toEqual([]);
  for (const name of NAMES) expect(heard()).not.toContain(name);
});

test("later results of a bulk action that a lock interrupted are not shown", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  await bench.admin("disconnect", { user_id: "700000001" });
  await bench.fault({ kind: "hold", path: "/oauth2/validate", after: true });
  await bench.app.handlers["signIns.bulk"]({ action: "validate", ids: [id] });
  await expect
    .poll(async () => (await bench.seen()).filter(({ path }) => path === "/oauth2/validate").length)
    .toBeGreaterThan(1);
  const locking = bench.app.handlers["vault.lock"]("vault");
  await release(bench);
  expect(await locking).toMatchObject({ ok: true });
  const heard = listen(bench);
  bench.app.state.touch();
  bench.app.state.flush();
  for (const name of NAMES) expect(heard()).not.toContain(name);
  expect(bench.app.state.snapshot().bulk).toBeNull();
});

test("an answer that arrives after the lock holds no name", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  await bench.fault({ kind: "hold", path: "/oauth2/validate" });
  await bench.admin("disconnect", { user_id: "700000001" });
  const validating = bench.app.handlers["signIns.validate"](id);
  await bench.app.handlers["vault.lock"]("window");
  await release(bench);
  expect(await validating).toEqual({ ok: false, failure: { code: "vault_locked" } });
});

test("a token that was being refreshed for a copy at the lock is not copied", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  bench.clipboard.text = "";
  await bench.admin("end-access", { user_id: "700000001" });
  await bench.advance(14_200);
  await bench.fault({ kind: "hold", after: true });
  const copied = bench.app.handlers["signIns.copy"]({ id, form: "token" });
  await bench.app.handlers["vault.lock"]("window");
  await release(bench);
  expect(await copied).toMatchObject({ failure: { code: "vault_locked" } });
  expect(bench.clipboard.text).toBe("");
});
