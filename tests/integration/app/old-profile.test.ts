/**
 * A profile written by commit d73203d (tests/vectors/profile-d73203d): every record, setting, grant and line of the
 * history is still readable, and files written after a change have the same names and members.
 */
import { expect, test } from "vitest";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { randomBytes, randomUUID } from "node:crypto";
import path from "node:path";
import type { ProviderForm } from "../../../contract/provider.ts";
import * as v from "valibot";
import { settings as shape, type Settings } from "../../../contract/settings.ts";
import { encodeRecord } from "../../../core/accounts/records.ts";
import type { Clock, HttpClient } from "../../../core/ports.ts";
import type { Secret } from "../../../core/secret.ts";
import { createVault } from "../../../main/vault/vault.ts";
import { createFirstRows } from "../../../main/window/first-rows.ts";
import { startBench, view, type Bench } from "../../support/host.ts";
import { createTestKeychain } from "../../support/keychain.ts";

const VECTOR = path.resolve("tests/vectors/profile-d73203d");

interface WrittenRecord {
  readonly kind: "sign_in" | "client" | "grant" | "tombstone";
  readonly id: string;
  readonly generation: number;
  readonly state?: { readonly name: string };
  readonly [member: string]: unknown;
}
interface Written {
  readonly nowMs: number;
  readonly passphrase: string;
  readonly keychainKey: string;
  readonly records: readonly WrittenRecord[];
  readonly settings: Omit<Settings, "withoutLock">;
  readonly provider: ProviderForm;
  readonly history: readonly { readonly signIn: string; readonly tool?: string; readonly what: string }[];
  readonly usages: Readonly<Record<string, { count: number; lastAtMs: number; signIns: string[] }>>;
  readonly firstRows: readonly string[];
}
const written = JSON.parse(await readFile(path.join(VECTOR, "expected.json"), "utf8")) as Written;
const ofKind = (kind: WrittenRecord["kind"]) => written.records.filter((record) => record.kind === kind);
const withName = (login: string): string => ofKind("sign_in").find((one) => one["login"] === login)?.id ?? "";

/** Stands at the time when the profile was written; no timer ends. */
const clock: Clock = { nowMs: () => written.nowMs, monotonicMs: () => 0, after: () => () => undefined };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const offline: HttpClient = { send: () => Promise.resolve({ kind: "not_sent", cause: "offline" }) };

/** The app over a copy of the profile. `keychain`: whether the keychain still has the key of that time. */
async function openOldProfile(closedBy: "quit" | "lock" = "quit", keychain = true): Promise<Bench> {
  const bench = await startBench({ clock, http: () => offline });
  bench.network.isOnline = false;
  await bench.app.stop();
  for (const name of await readdir(bench.profile))
    await rm(path.join(bench.profile, name), { recursive: true });
  await cp(path.join(VECTOR, "profile"), bench.profile, { recursive: true });
  if (closedBy === "lock")
    await cp(path.join(VECTOR, "closed-by-lock.json"), path.join(bench.profile, "vault/closed.json"));
  const former = createTestKeychain(Buffer.from(written.keychainKey, "hex"));
  if (keychain)
    Object.assign(bench.keychain, {
      seal: (text: Secret) => former.seal(text),
      open: (sealed: Uint8Array) => former.open(sealed),
    });
  await bench.restart();
  return bench;
}
const unlock = ({ app }: Bench) => app.handlers["vault.unlock"]({ passphrase: written.passphrase });

/** The records of a vault, decrypted from its sealed files. */
async function recordsIn(profile: string): Promise<readonly WrittenRecord[]> {
  const copy = await mkdtemp("/tmp/tk-test-");
  try {
    await cp(path.join(profile, "vault"), copy, { recursive: true });
    await rm(path.join(copy, "closed.json"), { force: true });
    const vault = createVault({
      folder: copy,
      keychain: createTestKeychain(Buffer.from(written.keychainKey, "hex")),
      clock,
      random: { bytes: (count) => randomBytes(count), uuid: () => randomUUID() },
      log: silent,
    });
    expect(await vault.open()).toMatchObject({ state: "open", unreadable: [] });
    const kinds = ["client", "sign_in", "grant", "tombstone"] as const;
    const records = kinds.flatMap((kind) => vault.list(kind)).map((record) => encodeRecord(record));
    await vault.lock(false);
    return records.map((text) => JSON.parse(text) as WrittenRecord);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
const byId = (records: readonly WrittenRecord[]) =>
  [...records].sort((one, other) => one.id.localeCompare(other.id));

/** Files of a profile by their paths inside it, without the socket's. */
async function filesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith("run/"))
    .sort();
}
/** The names of all members, at every depth: `wraps[].kdf.name`. */
function membersOf(value: unknown, at = ""): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => membersOf(item, `${at}[]`)))];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, held]) => [
    `${at}.${name}`,
    ...membersOf(held, `${at}.${name}`),
  ]);
}
const jsonOf = async (folder: string, file: string): Promise<unknown> =>
  JSON.parse(await readFile(path.join(folder, file), "utf8")) as unknown;

test("every sealed record opens with the members and values that it was written with", async () => {
  expect(byId(await recordsIn(path.join(VECTOR, "profile")))).toEqual(byId(written.records));
});

test("a window that was locked is still locked, shows nothing, and opens with the passphrase", async () => {
  await using bench = await openOldProfile();
  expect(bench.app.state.snapshot().vault).toEqual({ state: "locked", windowOnly: true });
  expect(bench.app.state.snapshot()).toMatchObject({ signIns: [], clients: [], tools: [] });
  expect(await unlock(bench)).toMatchObject({ ok: true });
  expect(bench.app.state.snapshot().vault).toMatchObject({
    state: "open",
    paused: false,
    sealedBy: { keychain: { name: "Test keychain", backend: "test" }, passphrase: true },
    unreadable: [],
  });
});

test("every sign-in, client and provider is shown as it was", async () => {
  await using bench = await openOldProfile();
  await unlock(bench);
  const { signIns, clients, providers, providerFiles } = bench.app.state.snapshot();
  expect(signIns).toHaveLength(ofKind("sign_in").length);
  for (const record of ofKind("sign_in")) {
    const { id, provider, flow, client, user_id, login, displayName, scopes, issuedAtMs, state } = record;
    const shown = view(bench.app, id);
    expect(shown).toMatchObject({ provider, flow, client, user_id, login, displayName, scopes, issuedAtMs });
    expect(shown?.alias).toBe(record["alias"]);
    expect(shown?.hasToken).toBe(record["access_token"] !== undefined);
    expect(shown?.hasIdToken).toBe(record["id_token"] !== undefined);
    // An intent that was open when the app ended is ambiguous after the next start.
    const status = state?.name === "refreshing" ? "refresh_ambiguous" : state?.name;
    expect(shown?.status, login as string).toBe(status);
  }
  for (const { id, provider, name, client_id, client_secret, builtIn } of ofKind("client"))
    expect(clients.find((one) => one.id === id)).toMatchObject({
      provider,
      name,
      client_id,
      builtIn,
      hasSecret: client_secret !== undefined,
    });
  expect(providers.find(({ id }) => id === "judge")?.form).toEqual(written.provider);
  expect(providerFiles).toEqual([]);
});

test("settings, grants and their usage are as they were", async () => {
  await using bench = await openOldProfile();
  await unlock(bench);
  const { settings, tools } = bench.app.state.snapshot();
  expect(settings).toEqual({ ...v.parse(shape, {}), ...written.settings });
  expect(tools).toHaveLength(ofKind("grant").length);
  for (const { id, name, createdAtMs, kind: _kind, generation: _written, key: _key, ...terms } of ofKind(
    "grant",
  )) {
    const { count, lastAtMs, signIns } = written.usages[id] ?? { count: 0, lastAtMs: 0, signIns: [] };
    expect(tools.find((tool) => tool.id === id)).toEqual({
      ...terms,
      id,
      name,
      createdAtMs,
      lifetime: "always",
      uses: count,
      lastUsedAtMs: lastAtMs,
      tookFrom: signIns,
    });
  }
});

test("the history has every line with its event and reason", async () => {
  await using bench = await openOldProfile();
  await unlock(bench);
  const listed = await bench.app.handlers["activity.list"](undefined);
  const shown = listed.ok ? listed.value : [];
  const expected = written.history.map(({ tool, ...line }) => ({
    count: 1,
    ...line,
    ...(tool !== undefined && { tool: "Overlay" }),
  }));
  // A shown failure also has the account's login, which is not on disk.
  expect(shown.filter(({ atMs }) => atMs < written.nowMs)).toMatchObject(expected.reverse());
});

test.each([
  ["after a lock of the vault", "lock", true, { state: "locked", windowOnly: false }],
  ["without the keychain's key", "quit", false, { state: "closed", passphrase: true }],
] as const)("%s the passphrase opens the vault", async (_name, closedBy, keychain, before) => {
  await using bench = await openOldProfile(closedBy, keychain);
  expect(bench.app.state.snapshot().vault).toMatchObject(before);
  expect(await unlock(bench)).toMatchObject({ ok: true });
  expect(bench.app.state.snapshot().signIns).toHaveLength(ofKind("sign_in").length);
});

test("the first rows and the sandbox's port are read", async () => {
  await using bench = await openOldProfile();
  const firstRows = createFirstRows(path.join(bench.profile, "first-rows.json"), silent);
  expect(await firstRows.load()).toEqual(written.firstRows);
  // With a port in its file, the sandbox is listed before it runs.
  const sandbox = bench.app.state.snapshot().providers.find(({ id }) => id === "sandbox");
  expect(sandbox).toBeDefined();
});

test("the files written after a change have the same names and members", async () => {
  await using bench = await openOldProfile();
  await unlock(bench);
  const { handlers } = bench.app;
  const main = withName("mirrelune");
  const results = [
    await handlers["settings.change"]({ ...v.parse(shape, {}), ...written.settings, lockAfterIdleMin: 5 }),
    await handlers["providers.save"]({ form: { ...written.provider, name: "Judge" }, change: true }),
    await handlers["signIns.rename"]({ id: main, alias: "Renamed" }),
    await handlers["signIns.copy"]({ id: main, form: "token" }),
    await handlers["vault.reseal"]({
      keychain: true,
      passphrase: { new: "another passphrase" },
      current: written.passphrase,
    }),
    await handlers["vault.lock"]("window"),
  ];
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  await bench.app.stop();

  const old = path.join(VECTOR, "profile");
  /** Files that later versions add. */
  const added = ["scopes-asked.json"];
  const files = await filesIn(bench.profile);
  expect(files.filter((file) => !added.includes(file))).toEqual(await filesIn(old));
  for (const file of await filesIn(old)) {
    if (!file.endsWith(".json")) continue;
    const members = membersOf(await jsonOf(bench.profile, file));
    expect(members, file).toEqual(expect.arrayContaining(membersOf(await jsonOf(old, file))));
  }
  const [line] = (await readFile(path.join(bench.profile, "history/history.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .slice(-1);
  expect(JSON.parse(line ?? "")).toEqual({ signIn: main, what: "copied", atMs: written.nowMs });

  const after = await recordsIn(bench.profile);
  for (const record of written.records) {
    const now = after.find(({ id }) => id === record.id);
    if (record.id === main) expect(now).toEqual({ ...record, alias: "Renamed", generation: 2 });
    else if (record.state?.name === "refreshing")
      expect(now).toMatchObject({ ...record, state: { name: "refresh_ambiguous" }, generation: 2 });
    else expect(now).toEqual(record);
  }
});
