/** Importing another tool's token: found in main, validated and stored only when the user says so. */
import { execFileSync } from "node:child_process";
import type { HttpOutcome } from "../../../core/ports.ts";
import { mkdirSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { CandidatesView } from "../../../contract/views/import.ts";
import { deviceTokens } from "./support/device-tokens.ts";
import { signIn, startBench, view, type Bench } from "../../support/host.ts";
import { startRecordingProvider } from "./support/recording-provider.ts";

const MIRRELUNE = "700000002";
const LANTERNBOT = "700000003";
async function bench(): Promise<Bench> {
  const started = await startBench();
  await started.app.handlers["sandbox.start"](undefined);
  return started;
}
async function readFrom({ app }: Bench, from: "clipboard" | "file", provider = "sandbox") {
  const read = await app.handlers["import.read"]({ from, provider });
  if (!read.ok || read.value === null) throw new Error(read.ok ? "nothing" : read.failure.code);
  return read.value;
}
async function check(
  { app }: Bench,
  { id, candidates }: CandidatesView,
  keys = candidates.map(({ key }) => key),
) {
  const checked = await app.handlers["import.check"]({ id, keys });
  if (!checked.ok) throw new Error(checked.failure.code);
  return checked.value.tokens;
}
const keepAll = ({ app }: Bench, id: string, more: { client?: string; renews?: boolean } = {}) =>
  app.handlers["import.keep"]({ id, tokens: [{ key: 0, renews: false, ...more }] });
async function register({ app }: Bench, client_id: string, client_secret?: string): Promise<string> {
  const secret = client_secret === undefined ? {} : { client_secret };
  const saved = await app.handlers["clients.save"]({
    provider: "sandbox",
    name: client_id,
    client_id,
    ...secret,
  });
  if (!saved.ok) throw new Error(saved.failure.code);
  return saved.value.id;
}

test("a pasted token is found without a request, shown with its owner, and stored without a refresh token", async () => {
  await using at = await bench();
  const { access_token } = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  at.clipboard.text = `oauth:${access_token}`;
  const before = (await at.seen()).length;
  const read = await readFrom(at, "clipboard");
  expect(read).toMatchObject({ suggests: true, more: 0, candidates: [{ key: 0, line: 1 }] });
  expect(read.candidates[0]).not.toHaveProperty("doubt");
  expect(await at.seen()).toHaveLength(before);
  expect(await check(at, read)).toMatchObject([
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

test("a token that is imported again replaces its earlier import", async () => {
  await using at = await bench();
  const tokens = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  at.clipboard.text = tokens.access_token;
  for (const _ of [1, 2]) {
    const read = await readFrom(at, "clipboard");
    await check(at, read);
    await keepAll(at, read.id);
  }
  expect(at.app.state.snapshot().signIns).toHaveLength(1);
});

test("an imported refresh token is stored only with the user's own registration", async () => {
  await using at = await bench();
  const tokens = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  writeFileSync(at.chosenFile, JSON.stringify(tokens));
  const stranger = await readFrom(at, "file");
  expect(await check(at, stranger)).toMatchObject([{ hasRefreshToken: true, clients: [] }]);
  expect(await keepAll(at, stranger.id, { renews: true })).toMatchObject({
    failure: { code: "import_client_mismatch" },
  });
  const other = await register(at, "sandbox-rotating");
  const own = await register(at, "sandbox-public");
  const read = await readFrom(at, "file");
  expect(await check(at, read)).toMatchObject([{ clients: [{ id: own }] }]);
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
  expect(await check(at, read)).toMatchObject([{ failure: { code: "import_own_client" } }]);
  expect(await keepAll(at, read.id)).toMatchObject({ ok: false });
  expect(at.app.state.snapshot().signIns).toEqual([]);
});

test("streamer mode masks the names of an import", async () => {
  await using at = await bench();
  const { handlers, state } = at.app;
  const { access_token } = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  at.clipboard.text = JSON.stringify({ mirrelune: { login: "mirrelune", token: access_token } });
  await handlers["settings.change"]({ ...state.snapshot().settings, streamer: "on" });
  const read = await readFrom(at, "clipboard");
  const tokens = await check(at, read);
  expect(read.candidates).toMatchObject([{ name: "m•••", owner: "m•••" }]);
  expect(tokens).toMatchObject([{ name: "m•••", called: "m•••", owner: { login: "m•••", user_id: "7•••" } }]);
  expect(JSON.stringify([read, tokens])).not.toContain("mirrelune");
});

test("a text without a token fails with import_empty and is not sent", async () => {
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

test("a file that cannot be read fails with import_file, not with import_empty", async () => {
  await using at = await bench();
  const { access_token } = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  const read = () => at.app.handlers["import.read"]({ from: "file", provider: "sandbox" });
  expect(await read()).toMatchObject({ failure: { code: "import_file", why: "gone" } });
  mkdirSync(at.chosenFile);
  expect(await read()).toMatchObject({ failure: { code: "import_file", why: "folder" } });
  rmdirSync(at.chosenFile);
  if (process.platform !== "win32") {
    execFileSync("/usr/bin/mkfifo", [at.chosenFile]);
    expect(await read()).toMatchObject({ failure: { code: "import_file", why: "failing" } });
    renameSync(at.chosenFile, `${at.chosenFile}.fifo`);
  }
  const limit = 8 * 1024 * 1024;
  const line = `TOKEN=${access_token}\n`;
  writeFileSync(
    at.chosenFile,
    `${"a line\n".repeat(limit / 7 - 10).padEnd(limit - line.length, "\n")}${line}`,
  );
  expect(await read()).toMatchObject({ ok: true, value: { candidates: [{ name: "TOKEN" }] } });
  writeFileSync(at.chosenFile, Buffer.alloc(limit + 1, "\n"));
  expect(await read()).toMatchObject({ failure: { code: "import_too_large", limitMiB: 8 } });
  Object.defineProperty(at.clipboard, "text", {
    get: () => {
      throw new Error("no clipboard");
    },
  });
  expect(await at.app.handlers["import.read"]({ from: "clipboard", provider: "sandbox" })).toMatchObject({
    failure: { code: "clipboard_unreadable" },
  });
});

test("scanning a large text does not block the app", async () => {
  await using at = await bench();
  at.clipboard.text = "SOME_NAME=value of something\n".repeat(100_000);
  let turns = 0;
  let reading = true;
  const count = (): void => {
    turns += 1;
    if (reading) setImmediate(count);
  };
  setImmediate(count);
  const read = await at.app.handlers["import.read"]({ from: "clipboard", provider: "sandbox" });
  reading = false;
  expect(read).toMatchObject({ failure: { code: "import_empty" } });
  expect(turns).toBeGreaterThan(3);
});

test("a dead token and a provider's fault have their own failures, and the fault may be over at the next check", async () => {
  await using at = await bench();
  at.clipboard.text = "inventedaccesstoken0000000001";
  expect(await check(at, await readFrom(at, "clipboard"))).toMatchObject([
    { failure: { code: "import_rejected" } },
  ]);
  const { access_token } = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  at.clipboard.text = access_token;
  const read = await readFrom(at, "clipboard");
  await at.fault({ kind: "500_json", path: "/oauth2/validate" });
  expect(await check(at, read)).toMatchObject([{ failure: { code: "provider_busy" } }]);
  expect(await check(at, read)).toMatchObject([{ owner: { login: "mirrelune" } }]);
});

test.each<[string, HttpOutcome]>([
  ["answer_unrecognized", { kind: "answered", status: 401, body: "<html>" }],
  ["answer_unrecognized", { kind: "answered", status: 403, body: '{"error":"Forbidden"}' }],
  ["proxy_failing", { kind: "not_sent", cause: "ERR_TUNNEL_CONNECTION_FAILED" }],
])("%s from another server is not a final answer about a token", async (code, outcome) => {
  let isInBetween = true;
  await using at = await startBench({
    http: (client) => ({
      send: (request) =>
        isInBetween && request.url.endsWith("/validate") ? Promise.resolve(outcome) : client.send(request),
    }),
  });
  await at.app.handlers["sandbox.start"](undefined);
  at.clipboard.text = (await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE)).access_token;
  const read = await readFrom(at, "clipboard");
  expect(await check(at, read)).toMatchObject([{ failure: { code } }]);
  isInBetween = false;
  expect(await check(at, read)).toMatchObject([{ owner: { login: "mirrelune" } }]);
});

test("a lock and the end of an import drop the candidates", async () => {
  await using at = await bench();
  const { access_token } = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  at.clipboard.text = access_token;
  const read = await readFrom(at, "clipboard");
  await check(at, read);
  await at.app.handlers["import.drop"](undefined);
  expect(await keepAll(at, read.id)).toMatchObject({ failure: { code: "import_gone" } });
  expect(await at.app.handlers["import.check"]({ id: read.id, keys: [0] })).toMatchObject({
    failure: { code: "import_gone" },
  });
  // The vault locks while the system's file dialog is open.
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

test("an import that was ended while its dialog was open finds nothing", async () => {
  await using at = await bench();
  writeFileSync(at.chosenFile, "TOKEN=inventedaccesstoken00000000001");
  at.whileChoosing = () => at.app.handlers["import.drop"](undefined);
  expect(await at.app.handlers["import.read"]({ from: "file", provider: "sandbox" })).toEqual({
    ok: true,
    value: null,
  });
});

test("a known client ID, client secret or refresh token is never sent, under whatever name", async () => {
  await using chosen = await startRecordingProvider("chosen");
  await using at = await startBench({ providers: () => [chosen.provider] });
  const refresh_token = "inventedrefreshtoken0000000001";
  const save = (form: { client_id: string; client_secret?: string }) =>
    at.app.handlers["clients.save"]({ provider: "chosen", name: form.client_id, ...form });
  await save({
    client_id: "inventedclientid00000000000001",
    client_secret: "inventedclientsecret0000000001",
  });
  await save({ client_id: "another" }); // to which every token of this provider belongs
  at.clipboard.text = JSON.stringify({ token: "inventedaccesstoken00000000001", refresh: refresh_token });
  const first = await readFrom(at, "clipboard", "chosen");
  await check(at, first);
  expect(await keepAll(at, first.id, { renews: true })).toMatchObject({ ok: true });
  const before = chosen.requests.length;
  at.clipboard.text = `ONE_TOKEN=inventedclientid00000000000001
TWO_TOKEN=oauth:inventedclientsecret0000000001
THREE_TOKEN="Bearer ${refresh_token}"`;
  const read = await readFrom(at, "clipboard", "chosen");
  expect(read.candidates.map(({ doubt }) => doubt)).toEqual(["known", "known", "known"]);
  const withheld = { failure: { code: "import_withheld" } };
  expect(await check(at, read)).toMatchObject([withheld, withheld, withheld]);
  const sent = chosen.requests.slice(before).map(({ authorization }) => authorization);
  expect(sent.filter((one) => !one.endsWith("inventedaccesstoken00000000001"))).toEqual([]);
});

test("a provider that changed since the tokens were found is sent nothing", async () => {
  await using here = await startRecordingProvider("here");
  await using there = await startRecordingProvider("there");
  await using at = await bench();
  const formAt = (userinfo: string) => ({
    id: "local",
    name: "Local",
    issuer: here.origin,
    authorization_endpoint: `${here.origin}/auth`,
    token_endpoint: `${here.origin}/token`,
    revocation_endpoint: `${here.origin}/revoke`,
    userinfo_endpoint: userinfo,
    jwks_uri: "",
    device_authorization_endpoint: "",
    scope: "",
    console_url: "",
    embedded: false,
  });
  const save = (form: ReturnType<typeof formAt>, change: boolean) =>
    at.app.handlers["providers.save"]({ form, change });
  await save(formAt(`${here.origin}/userinfo`), false);
  at.clipboard.text = "TOKEN=an.access.token.of.another.server";
  const asked = async () => {
    const read = await readFrom(at, "clipboard", "local");
    expect(read).toMatchObject({ suggests: false, candidates: [{ doubt: "form" }] });
    return read.id;
  };
  for (const userinfo of [`${there.origin}/userinfo`, `${here.origin}/elsewhere`]) {
    const id = await asked();
    await save(formAt(userinfo), true);
    expect(await at.app.handlers["import.check"]({ id, keys: [0] })).toMatchObject({
      failure: { code: "provider_changed" },
    });
    await save(formAt(`${here.origin}/userinfo`), true);
  }
  const id = await asked();
  await at.app.handlers["providers.remove"]("local");
  expect(await at.app.handlers["import.check"]({ id, keys: [0] })).toMatchObject({
    failure: { code: "provider_unknown" },
  });
  expect([here.requests, there.requests]).toEqual([[], []]);
});

test("two concurrent stores of one token make one sign-in", async () => {
  await using at = await bench();
  const { access_token } = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  at.clipboard.text = access_token;
  const read = await readFrom(at, "clipboard");
  await check(at, read);
  const answers = await Promise.all([keepAll(at, read.id), keepAll(at, read.id), keepAll(at, read.id)]);
  expect(answers).toMatchObject([
    { ok: true },
    { failure: { code: "import_gone" } },
    { failure: { code: "import_gone" } },
  ]);
  expect(at.app.state.snapshot().signIns).toHaveLength(1);
});

test("storing that failed halfway continues at the next try and doubles nothing", async () => {
  await using at = await bench();
  const first = await deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE);
  const second = await deviceTokens(at.sandbox.origin, "sandbox-public", LANTERNBOT);
  at.clipboard.text = second.access_token;
  const before = await readFrom(at, "clipboard");
  await check(at, before);
  const kept = await keepAll(at, before.id);
  const id = kept.ok ? (kept.value.signIns[0] ?? "") : "";
  // The record's file cannot be written.
  const record = execFileSync("find", [path.join(at.profile, "vault"), "-name", `${id}.json`], {
    encoding: "utf8",
  }).trim();
  renameSync(record, `${record}.away`);
  mkdirSync(path.join(record, "full"), { recursive: true });
  at.clipboard.text = `ONE_TOKEN=${first.access_token}\nTWO_TOKEN=${second.access_token}`;
  const read = await readFrom(at, "clipboard");
  await check(at, read);
  const keepBoth = () =>
    at.app.handlers["import.keep"]({
      id: read.id,
      tokens: [
        { key: 0, renews: false },
        { key: 1, renews: false },
      ],
    });
  expect(await keepBoth()).toMatchObject({ failure: { code: "storage_failing" } });
  const rows = at.app.state.snapshot().signIns.map(({ login }) => login);
  expect(rows.sort()).toEqual(["lanternbot", "mirrelune"]);
  rmdirSync(path.join(record, "full"));
  rmdirSync(record);
  renameSync(`${record}.away`, record);
  const again = await keepBoth();
  expect(again).toMatchObject({ ok: true, value: { signIns: [expect.any(String), id] } });
  expect(at.app.state.snapshot().signIns).toHaveLength(2);
  expect(await keepBoth()).toMatchObject({ failure: { code: "import_gone" } });
});

test("two tokens of one account in one import become two sign-ins", async () => {
  await using at = await bench();
  for (const _ of [1, 2]) {
    const tokens = await Promise.all(
      [1, 2].map(() => deviceTokens(at.sandbox.origin, "sandbox-public", MIRRELUNE)),
    );
    at.clipboard.text = tokens
      .map(({ access_token }, which) => `T${String(which)}_TOKEN=${access_token}`)
      .join("\n");
    const read = await readFrom(at, "clipboard");
    await check(at, read);
    await at.app.handlers["import.keep"]({
      id: read.id,
      tokens: [0, 1].map((key) => ({ key, renews: false })),
    });
    expect(at.app.state.snapshot().signIns).toHaveLength(2);
  }
});

test("an import does not replace a sign-in of the same account", async () => {
  await using at = await bench();
  const own = await signIn(at);
  const { access_token } = await deviceTokens(at.sandbox.origin, "sandbox-public", "700000001");
  at.clipboard.text = access_token;
  const read = await readFrom(at, "clipboard");
  await check(at, read);
  await keepAll(at, read.id);
  expect(view(at.app, own)).toMatchObject({ flow: "authorization_code", renews: true });
});
