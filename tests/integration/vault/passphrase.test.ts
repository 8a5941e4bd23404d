/** Passphrases: the slow derivation runs in a thread of its own, so that main does not block. */
import { createHook } from "node:async_hooks";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { Secret } from "../../../core/secret.ts";
import { openByPassphrase, sealByPassphrase } from "../../../main/vault/keys/passphrase.ts";
import { exportVault, importVault } from "../../../main/vault/transfer.ts";
import { createVault } from "../../../main/vault/vault.ts";
import { failed } from "../../../contract/failure.ts";
import { createTestKeychain } from "../../support/keychain.ts";

const PASSPHRASE = new Secret("a lantern by the harbour");
const OTHER = new Secret("two gulls on a mast");
const random = { bytes: (count: number) => randomBytes(count), uuid: () => randomUUID() };
const note = () => undefined;
const clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(inMs: number, run: () => void) {
    const timer = setTimeout(run, inMs);
    return () => clearTimeout(timer);
  },
};
const folder = mkdtempSync("/tmp/tk-passphrase-");
afterAll(() => rm(folder, { recursive: true }));

/** Runs `work`, and measures how it blocked this thread. */
async function watched<V>(work: () => Promise<V>) {
  const begun: string[] = [];
  const hook = createHook({ init: (_id, type) => void begun.push(type) }).enable();
  let turns = 0;
  let over = false;
  const turning = (async () => {
    for (; !over; turns += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  })();
  try {
    return {
      answer: await work(),
      turns: () => turns,
      scrypts: begun.filter((type) => /scrypt/i.test(type)),
    };
  } finally {
    over = true;
    hook.disable();
    await turning;
  }
}

const vault = () =>
  createVault({
    folder: path.join(folder, "vault"),
    keychain: createTestKeychain(),
    clock,
    random,
    log: { info: note, warn: note, error: note },
  });
const made = vault();
const again = vault();
const file = path.join(folder, "moved.tokenkeep");
const STEPS: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["a passphrase beside the keychain", () => made.reseal({ keychain: true, passphrase: PASSPHRASE })],
  ["the proof of a passphrase", () => made.verify(PASSPHRASE)],
  ["an export", () => exportVault(made, [], file, OTHER, { clock, random })],
  [
    "an import",
    () => importVault(made, file, OTHER, random, () => Promise.resolve(failed({ code: "internal" }))),
  ],
  ["a wrong passphrase", () => again.unlock(OTHER)],
  ["the right one", () => again.unlock(PASSPHRASE)],
];

test("no use of a passphrase blocks the main thread", async () => {
  expect((await made.open()).state).toBe("open");
  const wrong = ["a wrong passphrase"];
  for (const [what, work] of STEPS) {
    const { answer, turns, scrypts } = await watched(work);
    expect({ what, scrypts }).toEqual({ what, scrypts: [] });
    expect(turns(), what).toBeGreaterThan(1);
    expect((answer as { readonly ok: boolean }).ok, what).toBe(!wrong.includes(what));
  }
});

test("seals of earlier versions open, in either Unicode form of the passphrase", async () => {
  // Made by crypto.scrypt on Node 20, from the composed spelling (NFC).
  const kdf = { name: "scrypt", N: 2 ** 14, r: 8, p: 1, salt: "AAECAwQFBgcICQoLDA0ODw==" } as const;
  const sealed = "BwcHBwcHBwcHBwcHCH2+WYkBw9wblZt6LtekY9Gf7N20";
  for (const spelling of ["caf\u00e9 by night", "cafe\u0301 by night"])
    expect((await openByPassphrase(new Secret(spelling), "context", { kdf, sealed }))?.toString()).toBe(
      "a key",
    );
  expect(await openByPassphrase(new Secret("cafe by night"), "context", { kdf, sealed })).toBeUndefined();
});

test("a derivation that cannot be computed rejects, and does not hang", async () => {
  const { kdf, sealed } = await sealByPassphrase(PASSPHRASE, "context", Buffer.from("a key"), random);
  await expect(
    openByPassphrase(PASSPHRASE, "context", { kdf: { ...kdf, N: kdf.N + 1 }, sealed }),
  ).rejects.toThrow();
});
