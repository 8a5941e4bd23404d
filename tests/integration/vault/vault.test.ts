/** The vault over real files: nothing lost, nothing overwritten, nothing in the clear. */
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { randomBytes, randomUUID } from "node:crypto";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ClientRecord, SignInRecord } from "../../../core/accounts/records.ts";
import { Secret } from "../../../core/secret.ts";
import { loadStore } from "../../../main/storage/electron-store.ts";
import { createVault } from "../../../main/vault/vault.ts";
import { createTestKeychain, type TestKeychain } from "../../support/keychain.ts";

const CANARY = "canary-f3b1c7d2a9";
let folder: string;
let keychain: TestKeychain;
beforeEach(async () => {
  folder = await mkdtemp("/tmp/tk-vault-");
  keychain = createTestKeychain();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const note = () => undefined;
const make = (timeoutScale = 1, first?: readonly string[]) =>
  createVault({
    folder,
    ...(first !== undefined && { firstOnes: () => Promise.resolve(first) }),
    keychain,
    clock: {
      nowMs: () => Date.now(),
      monotonicMs: () => performance.now(),
      after(inMs, run) {
        const timer = setTimeout(run, inMs * timeoutScale);
        return () => clearTimeout(timer);
      },
    },
    random: { bytes: (count) => randomBytes(count), uuid: () => randomUUID() },
    log: { info: note, warn: note, error: note },
  });
const client = (name = "bot", id: string = randomUUID()): Omit<ClientRecord, "generation"> => ({
  kind: "client",
  id,
  provider: "sandbox",
  name,
  client_id: "abc",
  client_secret: new Secret(CANARY),
  builtIn: false,
  createdAtMs: 1,
});
const signInOf = (id: string): Omit<SignInRecord, "generation"> => ({
  kind: "sign_in",
  id,
  provider: "sandbox",
  pinned: { issuer: "o", token: "o", revocation: "o", validation: "o" },
  flow: "authorization_code",
  refreshReuse: "one_time",
  client: randomUUID(),
  client_id: "abc",
  user_id: "1",
  login: "ann",
  displayName: "ann",
  scopes: [],
  issuedAtMs: 1,
  createdAtMs: 1,
  state: { name: "signed_in" },
});
const opened = async () => {
  const vault = make();
  expect((await vault.open()).state).toBe("open");
  return vault;
};
const write = async (vault: Awaited<ReturnType<typeof opened>>, draft = client()) => {
  const written = await vault.write<ClientRecord>(draft);
  if (!written.ok) throw new Error(written.failure.code);
  return written.value;
};
const fileOf = (id: string) => path.join(folder, "records", `${id}.json`);

test("a written record, with its secret, is read after a restart", async () => {
  const first = await opened();
  const { id } = await write(first);
  await first.lock(false);
  const second = await opened();
  expect(second.get("client", id)).toMatchObject({ name: "bot", generation: 1 });
  expect(second.get("client", id)?.client_secret?.reveal()).toBe(CANARY);
});

test("electron-store reads a record's file, and would write the same bytes", async () => {
  const vault = await opened();
  const { id } = await write(vault);
  const text = await readFile(fileOf(id), "utf8");
  const Store = await loadStore();
  const store = new Store<Record<string, unknown>>({ cwd: path.join(folder, "records"), name: id });
  expect(store.store).toMatchObject({ format: 1, id });
  expect(JSON.stringify(store.store)).toBe(text);
  expect(await readFile(fileOf(id), "utf8")).toBe(text); // reading leaves the file as it is
});

test("no file holds a secret in the clear, and only the user can read the files", async () => {
  const vault = await opened();
  await write(vault);
  for (const name of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(name.parentPath, name.name);
    expect((await stat(file)).mode & 0o077).toBe(0);
    if (name.isFile()) expect(await readFile(file, "utf8")).not.toContain(CANARY);
  }
});

test.each([
  ["emptied", () => ""],
  ["torn", (text: string) => text.slice(0, text.length / 2)],
  [
    "altered",
    (text: string) => text.replace(/"sealed":"(.{40})./, (_all, kept: string) => `"sealed":"${kept}#`),
  ],
  ["written by a newer version", (text: string) => text.replace('"format":1', '"format":2')],
] as const)(
  "a record that was %s is reported and not overwritten, and the others work",
  async (_name, spoil) => {
    const first = await opened();
    const [bad, good] = [await write(first), await write(first, client("other"))];
    await first.lock(false);
    const spoilt = spoil(await readFile(fileOf(bad.id), "utf8"));
    await writeFile(fileOf(bad.id), spoilt);
    const second = await opened();
    expect(second.unreadable.map(({ file }) => file)).toEqual([`${bad.id}.json`]);
    expect(second.get("client", good.id)?.name).toBe("other");
    expect(await second.write<ClientRecord>(client("again", bad.id))).toMatchObject({
      ok: false,
      failure: { code: "storage_failing" },
    });
    expect(await readFile(fileOf(bad.id), "utf8")).toBe(spoilt);
  },
);

test("swapped records do not open as each other", async () => {
  const first = await opened();
  const [a, b] = [await write(first), await write(first)];
  await first.lock(false);
  await rename(fileOf(a.id), `${fileOf(a.id)}.x`);
  await rename(fileOf(b.id), fileOf(a.id));
  await rename(`${fileOf(a.id)}.x`, fileOf(b.id));
  const second = await opened();
  expect(second.list("client")).toEqual([]);
  expect(second.unreadable).toHaveLength(2);
});

test("a killed write's only copy becomes the record, and an old copy is deleted", async () => {
  const first = await opened();
  const [only, old] = [await write(first), await write(first)];
  const oldText = await readFile(fileOf(old.id), "utf8");
  await write(first, client("newer", old.id));
  await first.lock(false);
  await rename(fileOf(only.id), `${fileOf(only.id)}.tmp-17a3f2`);
  await writeFile(`${fileOf(old.id)}.tmp-99ab01`, oldText);
  const second = await opened();
  expect(second.get("client", only.id)?.name).toBe("bot");
  expect(second.get("client", old.id)?.name).toBe("newer");
  expect((await readdir(path.join(folder, "records"))).filter((name) => name.includes("tmp"))).toEqual([]);
});

test.each([
  ["locked", (k): unknown => (k.mood = "locked"), "keychain_locked"],
  ["hanging", (k): unknown => (k.mood = "hangs"), "keychain_failing"],
  ["gone", (k): unknown => (k.mood = "missing"), "keychain_changed"],
  ["another one", (k): unknown => (k.backend = "other"), "keychain_changed"],
  ["without integrity", (k): unknown => (k.mood = "forges"), "envelope_unreadable"],
  ["made anew", (k) => k.forget(), "envelope_unreadable"],
] satisfies [string, (k: TestKeychain) => unknown, string][])(
  "a keychain that is %s is reported, and no new vault is made",
  async (_name, spoil, code) => {
    const first = await opened();
    const { id } = await write(first);
    await first.lock(false);
    const before = await readFile(path.join(folder, "envelope.json"), "utf8");
    spoil(keychain);
    const second = make(0.001);
    expect(await second.open()).toMatchObject({ state: "closed", failure: { code } });
    expect(await second.write<ClientRecord>(client())).toMatchObject({
      ok: false,
      failure: { code: "vault_locked" },
    });
    expect(await readFile(path.join(folder, "envelope.json"), "utf8")).toBe(before);
    expect((await stat(fileOf(id))).size).toBeGreaterThan(0);
  },
);

test("records without their envelope get no new key", async () => {
  const first = await opened();
  await write(first);
  await first.lock(false);
  await rm(path.join(folder, "envelope.json"));
  expect(await make().open()).toMatchObject({ state: "closed", failure: { code: "envelope_unreadable" } });
});

test("without a keychain only the right passphrase opens the vault", async () => {
  keychain.mood = "missing";
  const first = make();
  expect(await first.open()).toMatchObject({ state: "needs_passphrase" });
  expect(await first.create(new Secret("short"))).toMatchObject({
    failure: { code: "passphrase_too_short" },
  });
  expect(await first.create(new Secret("correct horse battery"))).toMatchObject({ ok: true });
  const { id } = await write(first);
  await first.lock(false);
  expect(first.list("client")).toEqual([]);
  const second = make();
  expect(await second.open()).toMatchObject({ state: "locked" });
  expect(await second.unlock(new Secret("wrong horse battery"))).toMatchObject({
    failure: { code: "passphrase_wrong" },
  });
  expect(await second.unlock(new Secret("correct horse battery"))).toMatchObject({ ok: true });
  expect(second.get("client", id)?.client_secret?.reveal()).toBe(CANARY);
});

test.each([
  ["locked", "keychain_locked"],
  ["hangs", "keychain_failing"],
] as const)(
  "a vault whose keychain is lost (%s) can be set aside, and a passphrase seals the next one",
  async (mood, code) => {
    const first = await opened();
    const { id } = await write(first);
    await first.lock(false);
    keychain.mood = mood;
    const vault = make(0.001);
    expect(await vault.open()).toMatchObject({ state: "closed", failure: { code } });
    const aside = await vault.setAside();
    if (!aside.ok) throw new Error(aside.failure.code);
    expect(await readdir(path.join(aside.value.folder, "records"))).toEqual([`${id}.json`]);
    expect(vault.state).toEqual({ state: "needs_passphrase", failure: { code } });
    expect(await vault.open()).toEqual(vault.state); // asked again, it is still no vault
    expect(await vault.create(new Secret("correct horse battery"))).toMatchObject({ ok: true });
    expect(await vault.setAside()).toMatchObject({ failure: { code: "vault_not_ready" } });
    await rm(aside.value.folder, { recursive: true });
  },
);

test.each(["refuses", "hangs", "missing"] as const)(
  "a new vault whose keychain %s offers a passphrase and does not report the disk",
  async (mood) => {
    keychain.mood = mood;
    const vault = make(0.001);
    const code = mood === "missing" ? "keychain_missing" : "keychain_failing";
    expect(await vault.open()).toEqual({ state: "needs_passphrase", failure: { code } });
    expect(await vault.create(new Secret("correct horse battery"))).toMatchObject({ ok: true });
    // The same where the keychain is to be added to a passphrase.
    const reseal = {
      keychain: true,
      passphrase: "keep",
      current: new Secret("correct horse battery"),
    } as const;
    expect(await vault.reseal(reseal)).toMatchObject({ ok: false, failure: { code } });
    expect(vault.state).toMatchObject({ state: "open", sealedBy: { passphrase: true } });
  },
);

test("a keychain that comes back seals the new vault, without a passphrase", async () => {
  keychain.mood = "locked";
  const vault = make();
  expect(await vault.open()).toMatchObject({ state: "needs_passphrase" });
  keychain.mood = "usable";
  expect(await vault.open()).toMatchObject({ state: "open", sealedBy: { passphrase: false } });
});

test("records are replaced as a whole where SNAP is set", async () => {
  process.env["SNAP"] = "/snap/code/1";
  try {
    const vault = await opened();
    const { id } = await write(vault);
    const { ino } = await stat(fileOf(id));
    await write(vault, client("renamed", id));
    expect((await stat(fileOf(id))).ino).not.toBe(ino);
  } finally {
    delete process.env["SNAP"];
  }
});

test("the vault opens although the keychain cannot renew its stale wrap", async () => {
  await opened();
  const open = keychain.open.bind(keychain);
  keychain.open = async (sealed) => ({ ...(await open(sealed)), stale: true });
  keychain.seal = () => Promise.reject(new Error("busy"));
  const before = await readFile(path.join(folder, "envelope.json"), "utf8");
  expect((await make().open()).state).toBe("open");
  expect(await readFile(path.join(folder, "envelope.json"), "utf8")).toBe(before);
});

test("a leftover of a newer version, or one that cannot be read, stays", async () => {
  const vault = await opened();
  const { id } = await write(vault);
  await vault.lock(false);
  const newer = path.join(folder, "records", `${id}.next.json`);
  await writeFile(newer, JSON.stringify({ format: 2, id, sealed: "AAAA" }));
  const torn = path.join(folder, "records", `${id}.json.tmp-1234567890abcdef`);
  await writeFile(torn, '{"format":1,"id":"');
  const again = await opened();
  expect(again.list("client")).toHaveLength(1);
  expect((await readdir(path.join(folder, "records"))).sort()).toEqual([`${id}.json`, `${id}.next.json`]);
});

test("a vault that stays closed for weeks shows by when it must be opened, without a restart", async () => {
  let passedMs = 0;
  let look: () => void = () => undefined;
  const vault = createVault({
    folder,
    keychain,
    clock: {
      nowMs: () => Date.now() + passedMs,
      monotonicMs: () => performance.now(),
      after(inMs, run) {
        if (inMs > 60_000) look = run;
        const timer = inMs > 60_000 ? undefined : setTimeout(run, inMs);
        return () => clearTimeout(timer);
      },
    },
    random: { bytes: (count) => randomBytes(count), uuid: () => randomUUID() },
    log: { info: note, warn: note, error: note },
  });
  await vault.open();
  const secret = new Secret("a refresh token");
  await vault.write<SignInRecord>({
    ...signInOf(randomUUID()),
    refresh_token: secret,
    issuedAtMs: Date.now(),
  });
  await vault.lock(true);
  expect(vault.state).not.toHaveProperty("openByMs");
  passedMs = 26 * 86_400_000;
  look();
  await expect.poll(() => "openByMs" in vault.state).toBe(true);
});

/** Files that are named like records, and cannot be opened. */
const junk = (count: number) =>
  Promise.all(Array.from({ length: count }, () => writeFile(fileOf(randomUUID()), "{}")));

test("of many records the first ones are shown before the rest is read", async () => {
  const before = await opened();
  const { id } = await write(before);
  await write(before, client("other"));
  await before.lock(false);
  await junk(998);
  const vault = make(1, [randomUUID(), id]);
  const seen: unknown[] = [];
  vault.onState((state) => seen.push([state.state, vault.early.map((record) => record.id)]));
  expect((await vault.open()).state).toBe("open");
  expect(seen).toEqual([
    ["opening", [id]],
    ["open", []],
  ]);
  expect(vault.list("client")).toHaveLength(2);
  expect(vault.unreadable).toHaveLength(998);
});

test("few records, and records without first ones, are shown all at once", async () => {
  const before = await opened();
  const { id } = await write(before);
  await before.lock(false);
  const states: string[] = [];
  const openWith = async (first: string) => {
    const vault = make(1, [first]);
    vault.onState(({ state }) => states.push(state));
    await vault.open();
    await vault.lock(false);
    return vault;
  };
  await openWith(id);
  await junk(999);
  await openWith(randomUUID());
  expect(states.filter((state) => state === "opening")).toEqual([]);
  expect(states.filter((state) => state === "open")).toHaveLength(2);
});
