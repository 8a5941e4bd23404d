/** Locks, pauses and passphrases: a closed vault hands out nothing, and closing it loses nothing. */
import { randomUUID } from "node:crypto";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { signIn, startBench, until, view, type Bench } from "../../support/host.ts";
import { connectTool, parseConnection } from "../../support/socket-client.mjs";

const PASSPHRASE = "a lantern by the harbour";
const withPassphrase = async (bench: Bench): Promise<void> => {
  const done = await bench.app.handlers["vault.reseal"]({
    keychain: true,
    passphrase: { new: PASSPHRASE },
  });
  expect(done).toMatchObject({ ok: true });
};
const envelope = (bench: Bench) => readFile(path.join(bench.profile, "vault/envelope.json"), "utf8");
const records = async (bench: Bench) => {
  const folder = path.join(bench.profile, "vault/records");
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name), "utf8")]));
};
async function tool(bench: Bench) {
  expect(await bench.app.handlers["tools.create"]({ name: "bot" })).toMatchObject({ ok: true });
  return connectTool(parseConnection(bench.clipboard.text));
}

test("setting, changing and removing a passphrase rewrites no record", async () => {
  await using bench = await startBench();
  await signIn(bench);
  const before = await records(bench);
  await withPassphrase(bench);
  const change = (current: string, fresh: string) =>
    bench.app.handlers["vault.reseal"]({ keychain: true, passphrase: { new: fresh }, current });
  expect(await change("something else", "another lantern")).toMatchObject({
    failure: { code: "passphrase_wrong" },
  });
  expect(await change(PASSPHRASE, "short")).toMatchObject({ failure: { code: "passphrase_too_short" } });
  expect(await change(PASSPHRASE, "another lantern")).toMatchObject({ ok: true });
  expect(await envelope(bench)).toMatch(/"kind": "keychain"[\s\S]*"kind": "passphrase"/);
  expect(
    await bench.app.handlers["vault.reseal"]({
      keychain: false,
      passphrase: "none",
      current: "another lantern",
    }),
  ).toMatchObject({ failure: { code: "passphrase_missing" } });
  const alone = { keychain: false, passphrase: "keep", current: "another lantern" } as const;
  expect(await bench.app.handlers["vault.reseal"](alone)).toMatchObject({ ok: true });
  expect(await envelope(bench)).not.toContain("keychain");
  const back = { keychain: true, passphrase: "none", current: "another lantern" } as const;
  expect(await bench.app.handlers["vault.reseal"](back)).toMatchObject({ ok: true });
  expect(await envelope(bench)).not.toContain("passphrase");
  expect(await records(bench)).toEqual(before);
});

test(
  "a vault locked by the user stays locked over a restart, and each wrong passphrase makes the next try slower",
  { timeout: 120_000 },
  async () => {
    await using bench = await startBench();
    const id = await signIn(bench);
    await withPassphrase(bench);
    expect(await bench.app.handlers["vault.lock"]("vault")).toMatchObject({ ok: true });
    const again = await bench.restart();
    expect(again.state.snapshot()).toMatchObject({
      vault: { state: "locked", windowOnly: false },
      signIns: [],
    });
    const unlock = (passphrase: string) => again.handlers["vault.unlock"]({ passphrase });
    for (const _try of [1, 2, 3, 4])
      expect(await unlock("wrong")).toMatchObject({ failure: { code: "passphrase_wrong" } });
    for (let waitSec = 1; waitSec <= 4; waitSec *= 2) {
      await bench.pass(waitSec);
      expect(await unlock("wrong")).toMatchObject({ failure: { code: "passphrase_wrong" } });
    }
    const refused = await unlock(PASSPHRASE);
    expect(refused).toMatchObject({ failure: { code: "passphrase_wait" } });
    const waitSec = !refused.ok && "waitSec" in refused.failure ? refused.failure.waitSec : 0;
    expect(waitSec).toBeGreaterThan(2); // 8, less what has passed meanwhile
    expect(waitSec).toBeLessThanOrEqual(8);
    await bench.advance(8);
    expect(await unlock(PASSPHRASE)).toMatchObject({ ok: true });
    expect(view(again, id)?.status).toBe("signed_in");
  },
);

test("the passphrase opens the vault when the keychain is lost", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  bench.keychain.forget();
  const again = await bench.restart();
  expect(again.state.snapshot().vault).toMatchObject({
    state: "closed",
    passphrase: true,
    failure: { code: "envelope_unreadable" },
  });
  expect(await again.handlers["vault.unlock"]({ passphrase: PASSPHRASE })).toMatchObject({ ok: true });
  expect(view(again, id)?.login).toBe("harborlights_tv");
});

test("a lock stops hand-outs at once, and stores the answer of a running refresh", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  const bot = await tool(bench);
  expect(await bot.ask("token.get")).toMatchObject({ login: "harborlights_tv" });
  await bench.fault({ kind: "hold", after: true });
  const refreshing = bench.app.handlers["signIns.refresh"](id);
  await until(() => view(bench.app, id)?.status === "refreshing");
  const locking = bench.app.handlers["vault.lock"]("vault");
  await until(() => bench.app.state.snapshot().vault.state === "open");
  await expect(bot.ask("token.get")).rejects.toMatchObject({ code: "vault_locked" });
  expect(view(bench.app, id)?.status).toBe("refreshing"); // refused before it is closed
  await bench.admin("faults/clear");
  expect(await locking).toMatchObject({ ok: true });
  expect(await refreshing).toMatchObject({ ok: true });
  await expect(bot.ask("token.get")).rejects.toMatchObject({ code: "vault_locked" });
  expect(await bench.app.handlers["signIns.copy"]({ id, form: "token" })).toMatchObject({
    failure: { code: "vault_locked" },
  });
  expect(await bench.app.handlers["vault.unlock"]({ passphrase: PASSPHRASE })).toMatchObject({ ok: true });
  expect(await bot.ask("token.get")).toMatchObject({ login: "harborlights_tv" });
  bot.close();
});

test("a locked window shows nothing and takes only the passphrase, while tools still get tokens", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  const bot = await tool(bench);
  expect(await bench.app.handlers["vault.lock"]("window")).toMatchObject({ ok: true });
  const { vault, signIns, tools, clients } = bench.app.state.snapshot();
  expect([vault, signIns, tools, clients]).toEqual([{ state: "locked", windowOnly: true }, [], [], []]);
  expect(await bench.app.handlers["signIns.copy"]({ id, form: "token" })).toMatchObject({
    failure: { code: "vault_locked" },
  });
  expect(await bot.ask("token.get")).toMatchObject({ login: "harborlights_tv" });
  expect(await bench.app.handlers["vault.unlock"]({ passphrase: "wrong" })).toMatchObject({
    failure: { code: "passphrase_wrong" },
  });
  expect(await bench.app.handlers["vault.unlock"]({ passphrase: PASSPHRASE })).toMatchObject({ ok: true });
  expect(view(bench.app, id)?.status).toBe("signed_in");
  bot.close();
});

test("a vault without a passphrase cannot be locked, and its pause lasts over a restart", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  const bot = await tool(bench);
  expect(await bench.app.handlers["vault.lock"]("vault")).toMatchObject({
    failure: { code: "passphrase_missing" },
  });
  expect(await bench.app.handlers["vault.pause"](true)).toMatchObject({ ok: true });
  await expect(bot.ask("token.get")).rejects.toMatchObject({ code: "vault_locked" });
  bot.close();
  expect(await bench.app.handlers["signIns.copy"]({ id, form: "token" })).toMatchObject({
    failure: { code: "vault_paused" },
  });
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true }); // it is looked after
  const again = await bench.restart();
  expect(again.state.snapshot().vault).toMatchObject({ state: "open", paused: true });
  expect(await again.handlers["vault.pause"](false)).toMatchObject({ ok: true });
  expect(await again.handlers["signIns.copy"]({ id, form: "token" })).toMatchObject({ ok: true });
});

test.each(["window", "vault"] as const)(
  "an absence locks the %s, and only if the settings say so",
  async (lockWhat) => {
    await using bench = await startBench();
    await signIn(bench);
    await withPassphrase(bench);
    const { settings } = bench.app.state.snapshot();
    bench.app.away("screen_locked");
    bench.app.suspend();
    bench.app.resume();
    expect(bench.app.state.snapshot().vault.state).toBe("open");
    const change = { ...settings, lockOnScreenLock: true, lockWhat };
    expect(await bench.app.handlers["settings.change"](change)).toMatchObject({ ok: true });
    bench.app.away("screen_locked");
    await until(() => bench.app.state.snapshot().vault.state === "locked");
    expect(bench.app.state.snapshot().vault).toMatchObject({ windowOnly: lockWhat === "window" });
  },
);

test("a vault with a forgotten passphrase is moved aside whole, and an empty one begins", async () => {
  await using bench = await startBench();
  await signIn(bench);
  await withPassphrase(bench);
  await bench.app.handlers["vault.lock"]("vault");
  const before = await records(bench);
  const aside = await bench.app.handlers["vault.setAside"](undefined);
  if (!aside.ok) throw new Error(aside.failure.code);
  expect(bench.app.state.snapshot()).toMatchObject({ vault: { state: "open" }, signIns: [] });
  expect((await readdir(path.join(aside.value.folder, "records"))).sort()).toEqual(
    before.map(([name]) => name),
  );
  expect(await bench.app.handlers["vault.setAside"](undefined)).toMatchObject({
    failure: { code: "vault_not_ready" }, // not one that is open
  });
});

test("setting aside behind a locked window closes the old vault and unlocks the window", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  const bot = await tool(bench);
  await bench.app.handlers["vault.lock"]("window");
  const aside = await bench.app.handlers["vault.setAside"](undefined);
  expect(bench.app.state.snapshot()).toMatchObject({ vault: { state: "open" }, signIns: [], tools: [] });
  await expect(bot.ask("token.get")).rejects.toThrow("the connection was closed"); // its grant is in the old one
  bot.close();
  await withPassphrase(bench); // the lock of the old one is none of the new one's
  expect(bench.app.state.snapshot().vault.state).toBe("open");
  expect((await bench.restart()).state.snapshot().vault.state).toBe("open");

  const { vaultFolder } = bench.app.state.snapshot();
  await bench.app.stop();
  await rename(vaultFolder, `${vaultFolder}-new`);
  if (aside.ok) await rename(aside.value.folder, vaultFolder);
  const back = await bench.restart();
  expect(aside).toMatchObject({
    value: { folder: expect.stringMatching(`^${vaultFolder}-set-aside-`) as string },
  });
  expect(back.state.snapshot().vault).toMatchObject({ state: "locked", windowOnly: false });
  expect(await back.handlers["vault.unlock"]({ passphrase: PASSPHRASE })).toMatchObject({ ok: true });
  expect(view(back, id)?.login).toBe("harborlights_tv");
});

test("a vault that is set aside because its keychain is lost takes the window's lock with it", async () => {
  await using bench = await startBench();
  await withPassphrase(bench);
  await bench.app.handlers["vault.lock"]("window");
  bench.keychain.forget();
  const { handlers, state } = await bench.restart();
  expect(state.snapshot().vault).toMatchObject({ state: "closed", passphrase: true });
  expect(await handlers["vault.setAside"](undefined)).toMatchObject({ ok: true });
  await withPassphrase(bench);
  expect(state.snapshot().vault).toMatchObject({ state: "open", sealedBy: { passphrase: true } });
});

test("a vault that is locked for weeks shows by when it must be opened", async () => {
  await using bench = await startBench();
  await signIn(bench);
  await withPassphrase(bench);
  await bench.app.handlers["vault.lock"]("vault");
  await bench.advance(24 * 86_400);
  expect((await bench.restart()).state.snapshot().vault).not.toHaveProperty("openByMs");
  await bench.advance(2 * 86_400);
  const { vault } = (await bench.restart()).state.snapshot();
  const leftMs = ("openByMs" in vault ? (vault.openByMs ?? 0) : 0) - Date.now() - 26 * 86_400_000;
  expect(leftMs / 86_400_000).toBeCloseTo(4, 1);
});

test("the vault opens without a click once the keychain is back", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  bench.keychain.mood = "locked";
  const again = await bench.restart();
  expect(again.state.snapshot().vault).toMatchObject({ failure: { code: "keychain_locked" } });
  bench.keychain.mood = "usable";
  await until(() => view(again, id) !== undefined, "the vault opened by itself");
});

test.each([
  ["open", ["opening", "open"]],
  ["locked", ["opening", "locked"]],
] as const)("many records are read behind a window that was left %s", async (left, states) => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  if (left === "locked") await bench.app.handlers["vault.lock"]("window");
  const many = Array.from({ length: 1_000 }, () => `vault/records/${randomUUID()}.json`);
  await Promise.all(many.map((file) => writeFile(path.join(bench.profile, file), "{}")));
  await writeFile(path.join(bench.profile, "first-rows.json"), JSON.stringify([id]));
  const again = await bench.restart({ started: false });
  const seen: { readonly state: string; readonly rows: number }[] = [];
  again.state.onChange(({ vault, signIns = [] }) => {
    if (vault !== undefined) seen.push({ state: vault.state, rows: signIns.length });
  });
  await until(() => seen.at(-1)?.state === states[1], "every record was read");
  // The state may be announced more than once.
  const changes = seen.map(({ state }) => state).filter((state, at, all) => state !== all[at - 1]);
  expect(changes).toEqual(states);
  const first = seen.findLast(({ state }) => state === "opening");
  expect(first?.rows).toBe(left === "open" ? 1 : 0);
});

test("a window that was locked is locked after a restart", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  await bench.app.handlers["vault.lock"]("window");
  const again = await bench.restart();
  expect(again.state.snapshot()).toMatchObject({ vault: { state: "locked", windowOnly: true }, signIns: [] });
  expect(await again.handlers["signIns.copy"]({ id, form: "token" })).toMatchObject({
    failure: { code: "vault_locked" },
  });
  expect(await again.handlers["vault.unlock"]({ passphrase: PASSPHRASE })).toMatchObject({ ok: true });
  expect(view(again, id)).toBeDefined();
  expect(view(await bench.restart(), id)).toBeDefined();
});

test("a lock waits until a running revocation is finished and written", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  await bench.fault({ kind: "slow", after: true, path: "/oauth2/revoke" });
  const revoking = bench.app.handlers["signIns.revoke"](id);
  await bench.app.handlers["vault.lock"]("vault");
  expect(await revoking).toMatchObject({ ok: true });
  await bench.app.handlers["vault.unlock"]({ passphrase: PASSPHRASE });
  expect(view(bench.app, id)?.status).toBe("revoked");
});

test("sign-ins are kept after an unlock, even if the lock came while the sandbox started", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await withPassphrase(bench);
  let letStart: () => void = () => undefined;
  bench.sandboxStarts = new Promise((resolve) => (letStart = resolve));
  const app = await bench.restart({ started: false });
  await until(() => app.state.snapshot().vault.state === "open", "open");
  expect(await app.handlers["vault.lock"]("vault")).toMatchObject({ ok: true });
  letStart();
  await app.handlers["vault.unlock"]({ passphrase: PASSPHRASE });
  await until(() => view(app, id)?.validatedAtMs !== undefined, "a validation");
});
