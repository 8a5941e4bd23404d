/** Another tool's token: read in main, asked about, shown by its owner, and kept only when the person says so. */
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { deviceTokens } from "../support/device-tokens.ts";
import { startBench, view, type Bench } from "../support/host.ts";

const MIRRELUNE = "700000002";
async function bench(): Promise<Bench> {
  const started = await startBench();
  await started.app.handlers["sandbox.start"](undefined);
  return started;
}
async function readFrom({ app }: Bench, from: "clipboard" | "file") {
  const read = await app.handlers["import.read"]({ from, provider: "sandbox" });
  if (!read.ok || read.value === null) throw new Error(read.ok ? "nothing" : read.failure.code);
  return read.value;
}
const keepAll = ({ app }: Bench, id: string, more: { client?: string; renews?: boolean } = {}) =>
  app.handlers["import.keep"]({ id, tokens: [{ key: 0, renews: false, ...more }] });
async function register({ app }: Bench, client_id: string): Promise<string> {
  const saved = await app.handlers["clients.save"]({ provider: "sandbox", name: client_id, client_id });
  if (!saved.ok) throw new Error(saved.failure.code);
  return saved.value.id;
}

test("a pasted token is shown by its owner, and kept without a way to renew itself", async () => {
  await using at = await bench();
  const { access_token } = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  at.clipboard.text = `oauth:${access_token}`;
  const read = await readFrom(at, "clipboard");
  expect(read.tokens).toMatchObject([
    { owner: { login: "mirrelune", client_id: "sandbox-public" }, hasRefreshToken: false, clients: [] },
  ]);
  expect(at.app.state.snapshot().signIns).toEqual([]);
  const kept = await keepAll(at, read.id);
  expect(kept).toMatchObject({ ok: true });
  const [row] = at.app.state.snapshot().signIns;
  expect(row).toMatchObject({
    login: "mirrelune",
    flow: "import",
    renews: false,
    status: "ends_soon",
    scopes: ["user:read:chat"],
  });
  await at.app.handlers["signIns.copy"]({ id: row?.id ?? "", form: "token" });
  expect(at.clipboard.text).toBe(access_token);
  expect(at.logged.join()).not.toContain(access_token);
  expect(JSON.stringify(read)).not.toContain(access_token);
});

test("read again, it takes its own place", async () => {
  await using at = await bench();
  const tokens = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  at.clipboard.text = tokens.access_token;
  for (const _ of [1, 2]) await keepAll(at, (await readFrom(at, "clipboard")).id);
  expect(at.app.state.snapshot().signIns).toHaveLength(1);
});

test("a refresh token is used with the person's own registration alone, and then it renews", async () => {
  await using at = await bench();
  const tokens = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  writeFileSync(at.chosenFile, JSON.stringify(tokens));
  const stranger = await readFrom(at, "file");
  expect(stranger.tokens).toMatchObject([{ hasRefreshToken: true, clients: [] }]);
  expect(await keepAll(at, stranger.id, { renews: true })).toMatchObject({
    failure: { code: "import_client_mismatch" },
  });
  const other = await register(at, "sandbox-rotating");
  const own = await register(at, "sandbox-public");
  const read = await readFrom(at, "file");
  expect(read.tokens).toMatchObject([{ clients: [{ id: own }] }]);
  expect(await keepAll(at, read.id, { renews: true, client: other })).toMatchObject({
    failure: { code: "import_client_mismatch" },
  });
  const kept = await keepAll(at, read.id, { renews: true, client: own });
  if (!kept.ok) throw new Error(kept.failure.code);
  const [id = ""] = kept.value.signIns;
  expect(view(at.app, id)).toMatchObject({ renews: true, client: own });
  expect(await at.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
  expect(view(at.app, id)?.status).toBe("signed_in");
});

test("a session of the provider's own site is refused", async () => {
  await using at = await bench();
  const { access_token } = await deviceTokens(at.sandbox.origin, "sandbox-website", MIRRELUNE);
  at.clipboard.text = `auth-token=${access_token}; login=mirrelune`;
  const read = await readFrom(at, "clipboard");
  expect(read.tokens).toMatchObject([{ failure: { code: "import_own_client" } }]);
  expect(await keepAll(at, read.id)).toMatchObject({ ok: false });
  expect(at.app.state.snapshot().signIns).toEqual([]);
});

test("while others may see the screen, names are masked here too", async () => {
  await using at = await bench();
  const { handlers, state } = at.app;
  const { access_token } = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  at.clipboard.text = access_token;
  await handlers["settings.change"]({ ...state.snapshot().settings, streamer: "on" });
  expect((await readFrom(at, "clipboard")).tokens).toMatchObject([
    { owner: { login: "m•••", user_id: "7•••" } },
  ]);
});

test("what is no token is sent to nobody", async () => {
  await using at = await bench();
  const before = (await at.seen()).length;
  for (const text of ["", "correct horse battery staple", "hunter2"]) {
    at.clipboard.text = text;
    expect(await at.app.handlers["import.read"]({ from: "clipboard", provider: "sandbox" })).toMatchObject({
      failure: { code: "import_empty" },
    });
  }
  writeFileSync(at.chosenFile, Buffer.alloc(5_000_000, 7));
  expect(await at.app.handlers["import.read"]({ from: "file", provider: "sandbox" })).toMatchObject({
    failure: { code: "import_empty" },
  });
  expect(await at.seen()).toHaveLength(before);
});

test("a dead token, and trouble at the provider, are called what they are", async () => {
  await using at = await bench();
  at.clipboard.text = "inventedaccesstoken0000000001";
  expect((await readFrom(at, "clipboard")).tokens).toMatchObject([
    { failure: { code: "access_token_rejected" } },
  ]);
  await at.fault({ kind: "500_json", path: "/oauth2/validate" });
  expect((await readFrom(at, "clipboard")).tokens).toMatchObject([{ failure: { code: "provider_busy" } }]);
});

test("what was read is forgotten by a lock and by who thinks better of it", async () => {
  await using at = await bench();
  const { access_token } = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  at.clipboard.text = access_token;
  const read = await readFrom(at, "clipboard");
  await at.app.handlers["import.drop"](undefined);
  expect(await keepAll(at, read.id)).toMatchObject({ failure: { code: "import_gone" } });
  // The dialog of the system stays open over a vault that locks meanwhile.
  writeFileSync(at.chosenFile, access_token);
  await at.app.handlers["vault.reseal"]({
    keychain: true,
    passphrase: { new: "a passphrase for the vault" },
  });
  at.whileChoosing = () => at.app.handlers["vault.lock"]("vault");
  expect(await at.app.handlers["import.read"]({ from: "file", provider: "sandbox" })).toMatchObject({
    failure: { code: "vault_locked" },
  });
});
