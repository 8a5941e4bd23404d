/**
 * Records that are torn, emptied, swapped, bit-flipped, from another vault or in a newer format: each is refused, reported
 * and left unchanged, and all other records work. The temporary file of a killed write is adopted, deleted or left.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { KEY_BYTES, open, seal } from "../../main/vault/keys/seal.ts";
import { sandboxJudge, type Judge, type Seed } from "../support/judges.ts";
import { startKeeperChild, type KeeperChild } from "../support/keeper-child.ts";
import { signInRecords } from "../support/sign-ins.ts";
import { createLuck, LONG, report, SEED } from "./campaign.ts";

const SIGN_INS = 70;
const ROUNDS = LONG ? 12 : 1;
/** The user of all sign-ins. The login is the one that a validation returns, so that a validation writes no record. */
const PERSON = { id: "700000001", login: "harborlights_tv" };
const TEST_MS = 300_000;

type Luck = ReturnType<typeof createLuck>;
interface Damage {
  readonly kind: string;
  readonly files: number;
  readonly why: "damaged" | "newer" | "either";
  /** `foreign`: the file of the same id in another vault. */
  do(good: Buffer, luck: Luck, foreign: () => Promise<Buffer>): Buffer | Promise<Buffer>;
}
/** Fifty damaged files, counting both files of each swapped pair. */
const DAMAGES: readonly Damage[] = [
  { kind: "torn", files: 8, why: "damaged", do: (good, luck) => good.subarray(0, 1 + luck(good.length - 1)) },
  { kind: "emptied", files: 4, why: "damaged", do: () => Buffer.alloc(0) },
  { kind: "zeros", files: 4, why: "damaged", do: (good) => Buffer.alloc(good.length) },
  // A flipped bit can turn the format number into that of a newer format.
  { kind: "bit flipped", files: 14, why: "either", do: (good, luck) => flip(good, luck(8 * good.length)) },
  { kind: "spare bit flipped", files: 4, why: "damaged", do: (good) => respelled(good) },
  { kind: "other vault", files: 4, why: "damaged", do: (_good, _luck, foreign) => foreign() },
  {
    kind: "newer format",
    files: 4,
    why: "newer",
    do: (good) => Buffer.from(good.toString().replace('"format":1', '"format":2')),
  },
];
const SWAPPED = 8;
const DAMAGED = DAMAGES.reduce((sum, { files }) => sum + files, SWAPPED);

function flip(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.floor(bit / 8);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << (bit % 8)), at);
  return copy;
}
/** Flips an unused bit of the last base64 character before the padding. */
function respelled(file: Buffer): Buffer {
  const text = file.toString();
  const at = text.lastIndexOf("=") - 1;
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const other = alphabet[alphabet.indexOf(text.charAt(at)) ^ 1] ?? "";
  return Buffer.from(`${text.slice(0, at)}${other}${text.slice(at + 1)}`);
}
function shuffled<T>(items: readonly T[], luck: Luck): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(luck(left.length), 1));
}

let folder: string;
let judge: Judge;
const children: KeeperChild[] = [];
beforeEach(async () => {
  folder = await mkdtemp("/tmp/tk-damaged-");
  judge = await sandboxJudge();
});
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
  await judge[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const KEYCHAIN = randomBytes(32).toString("hex");
/** Starts a process that opens the vault. */
async function startVault(name = "own"): Promise<KeeperChild> {
  const { origin, dialect, confidentialRefreshReuse } = judge;
  const child = await startKeeperChild({
    folder: path.join(folder, name),
    keychain: KEYCHAIN,
    provider: { origin, dialect, confidentialRefreshReuse },
  });
  children.push(child);
  await child.start();
  return child;
}
const recordsOf = (vault = "own") => path.join(folder, vault, "vault/records");
const fileOf = (id: string, vault = "own") => path.join(recordsOf(vault), `${id}.json`);

/** Writes sign-ins of all kinds with their clients; returns the records of the sign-ins. */
async function fill(
  child: KeeperChild,
  count: number,
  seeds: readonly Seed[] = judge.seeds,
): Promise<ReadonlyMap<string, object>> {
  const clients = new Map<number, string>();
  const put = new Map<string, object>();
  for (let index = 0; index < count; index += 1) {
    const kind = index % seeds.length;
    const seed = seeds[kind];
    if (seed === undefined) throw new Error("no seed");
    const { client, signIn } = await signInRecords(judge, seed, PERSON.id, judge.origin);
    if (!clients.has(kind)) expect(await child.put(client)).toBe("ok");
    clients.set(kind, clients.get(kind) ?? client.id);
    const record = { ...signIn, login: PERSON.login, client: clients.get(kind) };
    expect(await child.put(record)).toBe("ok");
    put.set(signIn.id, record);
  }
  return put;
}

/** Damages fifty of the files; returns the content of each, and the expected reason of its refusal. */
async function damage(ids: readonly string[], records: ReadonlyMap<string, object>, luck: Luck) {
  const chosen = shuffled(ids, luck);
  const done = new Map<string, { readonly bytes: Buffer; readonly why: Damage["why"] }>();
  const other = await startVault("other");
  const foreign = async (id: string): Promise<Buffer> => {
    expect(await other.put(records.get(id) ?? {})).toBe("ok");
    return readFile(fileOf(id, "other"));
  };
  for (const kind of DAMAGES)
    for (const id of chosen.splice(0, kind.files)) {
      const bytes = await kind.do(await readFile(fileOf(id)), luck, () => foreign(id));
      done.set(id, { why: kind.why, bytes });
    }
  const swapped = chosen.splice(0, SWAPPED);
  for (const [index, id] of swapped.entries())
    done.set(id, { why: "damaged", bytes: await readFile(fileOf(swapped[index ^ 1] ?? "")) });
  await other.stop();
  for (const [id, { bytes }] of done) await writeFile(fileOf(id), bytes);
  return done;
}

test(
  `of ${String(DAMAGED)} damaged records are all refused and left unchanged, and all other records work`,
  async () => {
    const luck = createLuck(SEED);
    let child = await startVault();
    const records = await fill(child, SIGN_INS);
    const ids = [...records.keys()];
    await child.stop();
    const counts = { refused: 0, overwritten: 0, "others refreshed": 0, back: 0 };

    for (let round = 0; round < ROUNDS; round += 1) {
      const good = new Map(
        await Promise.all(ids.map(async (id) => [id, await readFile(fileOf(id))] as const)),
      );
      const damaged = await damage(ids, records, luck);
      expect(damaged.size).toBe(DAMAGED);

      child = await startVault();
      const { rows, refused } = await child.look();
      expect(new Set(refused.map(({ file }) => file))).toEqual(
        new Set([...damaged.keys()].map((id) => `${id}.json`)),
      );
      for (const { file, why } of refused) {
        const expected = damaged.get(file.slice(0, -".json".length))?.why;
        if (expected !== "either") expect(why).toBe(expected);
      }
      const others = ids.filter((id) => !damaged.has(id));
      expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(others));
      expect(await Promise.all(others.map((id) => child.refresh(id)))).toEqual(others.map(() => "ok"));
      for (const id of damaged.keys()) {
        expect(await child.refresh(id)).toBe("account_unknown");
        expect(await child.put(records.get(id) ?? {})).toBe("storage_failing");
      }
      await child.stop();
      for (const [id, { bytes }] of damaged) {
        const left = (await readFile(fileOf(id))).equals(bytes);
        expect(left, `${id} was changed`).toBe(true);
        if (!left) counts.overwritten += 1;
        await writeFile(fileOf(id), good.get(id) ?? "");
      }

      child = await startVault();
      const again = await child.look();
      expect(again.refused).toEqual([]);
      expect(new Set(again.rows.map(({ id }) => id))).toEqual(new Set(ids));
      if (round === ROUNDS - 1)
        expect(await Promise.all(ids.map((id) => child.refresh(id)))).toEqual(ids.map(() => "ok"));
      await child.stop();
      counts.refused += refused.length;
      counts["others refreshed"] += others.length;
      counts.back += damaged.size;
    }
    expect(judge.reuses()).toBe(0);
    report({
      part: "damaged",
      case: `${String(ROUNDS)} × ${String(DAMAGED)} of ${String(SIGN_INS)}`,
      ...counts,
    });
  },
  TEST_MS,
);

/**
 * The files of a refresh that was killed before its last rename. `before`: the record before the refresh; `intent`: the
 * record with the refresh's intent; `next`: the temporary file with the answer. `LEFTOVERS` makes the files on disk at the
 * next start from them, with the expected result.
 */
interface Remains {
  readonly before: Buffer;
  readonly intent: Buffer;
  readonly next: Buffer;
}
const LEFTOVERS: readonly {
  readonly kind: string;
  readonly record: (of: Remains) => Buffer | undefined;
  readonly leftover: (of: Remains) => Buffer;
  readonly becomes: "adopted" | "deleted" | "both stay";
  readonly state: "signed_in" | "refresh_ambiguous" | undefined;
}[] = [
  { kind: "the answer to an open intent", record: ({ intent }) => intent, leftover: ({ next }) => next, becomes: "adopted", state: "signed_in" },
  { kind: "no record", record: () => undefined, leftover: ({ next }) => next, becomes: "adopted", state: "signed_in" },
  { kind: "torn", record: ({ intent }) => intent, leftover: ({ next }) => next.subarray(0, next.length / 2), becomes: "deleted", state: "refresh_ambiguous" },
  { kind: "spare bit flipped", record: ({ intent }) => intent, leftover: ({ next }) => respelled(next), becomes: "deleted", state: "refresh_ambiguous" },
  { kind: "older than the intent", record: ({ intent }) => intent, leftover: ({ before }) => before, becomes: "deleted", state: "refresh_ambiguous" },
  { kind: "stale", record: ({ next }) => next, leftover: ({ next }) => next, becomes: "deleted", state: "signed_in" },
  { kind: "beside a damaged record", record: ({ intent }) => flip(intent, 999), leftover: ({ next }) => next, becomes: "both stay", state: undefined },
]; // prettier-ignore

test(
  "the temporary file of a killed write is adopted if it may be the only copy, left if its record is damaged, else deleted",
  async () => {
    let child = await startVault();
    const oneTime = judge.seeds.filter(({ refreshReuse }) => refreshReuse === "one_time");
    const ids = [...(await fill(child, LEFTOVERS.length, oneTime)).keys()];
    await child.stop();
    const scenes: { readonly id: string; readonly temporary: string; readonly remains: Remains }[] = [];
    for (const id of ids) {
      const before = await readFile(fileOf(id));
      child = await startVault();
      const names = await readdir(recordsOf());
      await child.crash("after the temporary file is synced");
      expect(await child.refresh(id)).toBe("died");
      const all = (await readdir(recordsOf())).filter((name) => !names.includes(name));
      expect(all).toContain(`${id}.claim`); // the claim of the killed write; the next start deletes it
      const added = all.filter((name) => !name.endsWith(".claim"));
      expect(added).toHaveLength(1);
      const temporary = path.join(recordsOf(), added[0] ?? "");
      const remains = { before, intent: await readFile(fileOf(id)), next: await readFile(temporary) };
      scenes.push({ id, temporary, remains });
      await rm(temporary); // otherwise the next start would adopt or delete this file
    }
    const laid = LEFTOVERS.flatMap(({ record, leftover, ...want }, index) =>
      scenes.slice(index, index + 1).map(({ id, temporary, remains }) => {
        return { id, temporary, record: record(remains), leftover: leftover(remains), ...want };
      }),
    );
    for (const { id, temporary, record, leftover } of laid) {
      if (record === undefined) await rm(fileOf(id));
      else await writeFile(fileOf(id), record);
      await writeFile(temporary, leftover);
    }

    child = await startVault();
    const { rows, refused } = await child.look();
    for (const { id, kind, temporary, record, leftover, becomes, state } of laid) {
      expect(rows.find((row) => row.id === id)?.state, kind).toBe(state);
      const left = await readFile(temporary).catch(() => undefined);
      if (becomes === "both stay") {
        expect(left?.equals(leftover), kind).toBe(true);
        expect((await readFile(fileOf(id))).equals(record ?? leftover), kind).toBe(true);
        expect(refused.map(({ file }) => file)).toEqual([`${id}.json`]);
      } else expect(left === undefined, kind).toBe(true);
      const renewed = state === "signed_in" ? "ok" : state === undefined ? "account_unknown" : state;
      expect(await child.refresh(id), kind).toBe(renewed);
      report({ part: "leftovers", case: kind, becomes, refresh: renewed });
    }
    await child.stop();
    expect(judge.reuses()).toBe(0);
  },
  TEST_MS,
);

test("a sealed text does not open after any single bit is flipped, or after a character is added", () => {
  const key = randomBytes(KEY_BYTES);
  for (const length of [0, 1, 2, 3, 64]) {
    const sealed = seal(key, "context", randomBytes(length), randomBytes(12));
    expect(open(key, "context", sealed)).toHaveLength(length);
    const bytes = Buffer.from(sealed);
    for (let bit = 0; bit < 8 * bytes.length; bit += 1)
      expect(open(key, "context", flip(bytes, bit).toString()), `bit ${String(bit)}`).toBeUndefined();
    for (const added of [" ", "\n", "=", "A", "-"])
      expect(open(key, "context", sealed + added)).toBeUndefined();
  }
});
