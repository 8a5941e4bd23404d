/** Concurrent writes, erases, locks and openings over real files: the disk holds what the answers said. */
import fc from "fast-check";
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { ClientRecord } from "../../../core/accounts/records.ts";
import type { Vault } from "../../../main/vault/types.ts";
import { createVault } from "../../../main/vault/vault.ts";
import { createTestKeychain, type TestKeychain } from "../../support/keychain.ts";

const IDS = ["a", "b", "c"].map((letter) => `00000000-0000-4000-8000-00000000000${letter}`);
const note = () => undefined;
const make = (folder: string, keychain: TestKeychain) =>
  createVault({
    folder,
    keychain,
    clock: {
      nowMs: () => Date.now(),
      monotonicMs: () => performance.now(),
      after(inMs, run) {
        const timer = setTimeout(run, inMs);
        return () => clearTimeout(timer);
      },
    },
    random: { bytes: (count) => randomBytes(count), uuid: () => randomUUID() },
    log: { info: note, warn: note, error: note },
  });
const draft = (id: string, name: string): Omit<ClientRecord, "generation"> => ({
  kind: "client",
  id,
  provider: "sandbox",
  name,
  client_id: "abc",
  builtIn: false,
  createdAtMs: 1,
});

/** The text of every file in the folder. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const file = path.join(entry.parentPath, entry.name);
      found[file] = await readFile(file, "utf8");
    }
  return found;
}
const namesIn = (vault: Vault) =>
  Object.fromEntries(vault.list("client").map(({ id, name }) => [id, name] as const));

async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

type Step =
  | { readonly do: "write" | "erase"; readonly id: string }
  | { readonly do: "lock" | "open" | "setAside" | "reseal" }
  /** Turns of the event loop before the next step. */
  | { readonly do: "turn"; readonly turns: number };
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant("write" as const), id: fc.constantFrom(...IDS) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("erase" as const), id: fc.constantFrom(...IDS) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom("lock" as const, "open" as const, "setAside" as const, "reseal" as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("turn" as const), turns: fc.integer({ min: 1, max: 200 }) }),
    },
  ),
  { minLength: 4, maxLength: 24 },
);

test("in any order of writes, erases, openings and locks, nothing is written after a lock, and every answered write is on disk", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (program) => {
      const parent = await mkdtemp("/tmp/tk-races-");
      const folder = path.join(parent, "vault");
      const keychain = createTestKeychain();
      const vault = make(folder, keychain);
      const wrong: string[] = [];
      try {
        expect((await vault.open()).state).toBe("open");
        /** The records that the vault holds by the answers so far. */
        let expected: Record<string, string> = {};
        let number = 0;
        const running: Promise<unknown>[] = [];
        const start = (step: Step): Promise<unknown> => {
          switch (step.do) {
            case "write": {
              const name = `name ${String((number += 1))}`;
              return vault.write<ClientRecord>(draft(step.id, name)).then((answer) => {
                if (answer.ok) expected[step.id] = name;
                else if (answer.failure.code !== "vault_locked") wrong.push(answer.failure.code);
              });
            }
            case "erase":
              return vault.erase(step.id).then((answer) => {
                if (answer.ok)
                  expected = Object.fromEntries(Object.entries(expected).filter(([id]) => id !== step.id));
                else if (answer.failure.code !== "vault_locked") wrong.push(answer.failure.code);
              });
            case "lock":
              return vault.lock(false);
            case "open":
              return vault.open();
            case "setAside":
              return vault.setAside().then((answer) => {
                if (answer.ok) expected = {};
              });
            case "reseal":
              return vault.reseal({ keychain: true, passphrase: "none" });
            case "turn":
              return pass(step.turns);
          }
        };
        for (const step of program) {
          const work = start(step);
          running.push(work.catch((cause: unknown) => wrong.push(`${step.do}: ${String(cause)}`)));
          if (step.do === "turn") await work;
        }
        await vault.lock(false);
        const atLock = await filesOf(parent);
        const answered = await Promise.allSettled(running);
        expect(answered.every(({ status }) => status === "fulfilled")).toBe(true);
        expect(await filesOf(parent)).toEqual(atLock);
        expect(vault.list("client")).toEqual([]);
        const again = make(folder, keychain);
        expect((await again.open()).state).toBe("open");
        expect(namesIn(again)).toEqual(expected);
        expect(again.unreadable).toEqual([]);
        expect(wrong).toEqual([]);
      } finally {
        await rm(parent, { recursive: true, force: true });
      }
    }),
    // An erase and a write at every moment of a lock, besides random programs.
    {
      numRuns: 60,
      examples: Array.from({ length: 40 }, (_, at): [readonly Step[]] => [
        [
          { do: "write", id: IDS[0] ?? "" },
          { do: "turn", turns: 200 },
          { do: "lock" },
          { do: "turn", turns: at * 10 },
          { do: "erase", id: IDS[0] ?? "" },
          { do: "write", id: IDS[1] ?? "" },
        ],
      ]),
    },
  );
}, 60_000);

test("a lock refuses new writes at once, and waits for the running ones", async () => {
  const folder = await mkdtemp("/tmp/tk-races-");
  try {
    const keychain = createTestKeychain();
    const vault = make(folder, keychain);
    await vault.open();
    const [first = "", second = ""] = IDS;
    const early = vault.write<ClientRecord>(draft(first, "early"));
    const locking = vault.lock(false);
    // At every turn of the event loop another write and erase begin, until the vault is locked.
    let locked = false;
    const late: Promise<{ readonly ok: boolean }>[] = [];
    void locking.then(() => (locked = true));
    for (let turns = 0; !locked && turns < 2_000; turns += 1) {
      late.push(vault.write<ClientRecord>(draft(second, "late")), vault.erase(first));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await locking;
    expect(await early).toMatchObject({ ok: true });
    const before = await filesOf(folder);
    const refused = (await Promise.all(late)).filter((answer) => !answer.ok);
    expect(refused).not.toEqual([]);
    for (const answer of refused) expect(answer).toMatchObject({ failure: { code: "vault_locked" } });
    expect(await filesOf(folder)).toEqual(before);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("an erase that begins in the last moments of a lock fails with vault_locked and deletes nothing", async () => {
  const folder = await mkdtemp("/tmp/tk-races-");
  try {
    const vault = make(folder, createTestKeychain());
    await vault.open();
    const ids = Array.from({ length: 60 }, () => randomUUID());
    for (const id of ids) await vault.write<ClientRecord>(draft(id, "one of many"));
    let locked = false;
    const locking = vault.lock(false).then(() => (locked = true));
    while (!locked && !existsSync(path.join(folder, "closed.json.new"))) await pass(1);
    const erasing: Promise<unknown>[] = [];
    for (const id of ids) {
      erasing.push(vault.erase(id));
      await pass(1);
    }
    await locking;
    const before = await filesOf(folder);
    const answers = await Promise.all(erasing);
    for (const answer of answers) expect(answer).toMatchObject({ failure: { code: "vault_locked" } });
    expect(await filesOf(folder)).toEqual(before);
    expect(await readdir(path.join(folder, "records"))).toHaveLength(ids.length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
