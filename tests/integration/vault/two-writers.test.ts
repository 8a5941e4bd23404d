/**
 * Two computers with one profile folder: two vaults over the same files, and a provider that hands out one-time tokens.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClientRecord, SignInRecord } from "../../../core/accounts/records.ts";
import type { Clock, HttpClient, HttpOutcome, HttpRequest, Log } from "../../../core/ports.ts";
import { originsOf } from "../../../core/providers/provider.ts";
import { createProviders } from "../../../core/providers/registry.ts";
import { sandboxAt } from "../../../core/providers/sandbox.ts";
import { Secret } from "../../../core/secret.ts";
import { createKeeper, type Keeper } from "../../../main/keeper/keeper.ts";
import type { Vault } from "../../../main/vault/types.ts";
import { createVault } from "../../../main/vault/vault.ts";
import { createTestKeychain } from "../../support/keychain.ts";

const HOUR_MS = 3_600_000;
const START_MS = 1_795_000_000_000;
const ID = "00000000-0000-4000-8000-00000000000a";
const CLIENT = "00000000-0000-4000-8000-00000000000c";
const provider = { ...sandboxAt("http://localhost:1"), id: "judge" };
const ignore: Log["info"] = () => undefined;
const random = { bytes: (count: number) => randomBytes(count), uuid: () => randomUUID() };

/** A provider that rotates refresh tokens, and records each that is sent a second time. */
function createServer() {
  let number = 0;
  const server = {
    access: "",
    refresh: "",
    sent: [] as string[],
    sentTwice: [] as string[],
    give(): void {
      number += 1;
      server.access = `access-${String(number)}`;
      server.refresh = `refresh-${String(number)}`;
    },
    answer({ method, body = "", headers }: HttpRequest): HttpOutcome {
      const json = (status: number, value: object): HttpOutcome => ({
        kind: "answered",
        status,
        body: JSON.stringify(value),
      });
      if (method === "GET")
        return headers["authorization"]?.endsWith(` ${server.access}`) === true
          ? json(200, { client_id: "c", user_id: "7", login: "mirelune", scopes: null, expires_in: 14_400 })
          : json(401, { status: 401, message: "invalid access token" });
      if (new URLSearchParams(body).get("refresh_token") !== server.refresh)
        return json(400, { status: 400, message: "Invalid refresh token" });
      server.give();
      return json(200, {
        access_token: server.access,
        refresh_token: server.refresh,
        expires_in: 14_400,
        token_type: "bearer",
      });
    },
    note({ body = "" }: HttpRequest): void {
      const token = new URLSearchParams(body).get("refresh_token");
      if (token === null) return;
      if (server.sent.includes(token)) server.sentTwice.push(token);
      server.sent.push(token);
    },
  };
  server.give();
  return server;
}
interface Computer {
  readonly vault: Vault;
  keeper: Keeper;
  readonly requests: { readonly request: HttpRequest; readonly end: (outcome: HttpOutcome) => void }[];
}

const clientDraft: Omit<ClientRecord, "generation"> = {
  kind: "client",
  id: CLIENT,
  provider: provider.id,
  name: "c",
  client_id: "c",
  builtIn: false,
  createdAtMs: START_MS,
};
/** The sign-in with the tokens that the server issued last. */
const signInOf = (server: ReturnType<typeof createServer>): Omit<SignInRecord, "generation"> => ({
  kind: "sign_in",
  id: ID,
  provider: provider.id,
  pinned: originsOf(provider),
  flow: "authorization_code",
  refreshReuse: "one_time",
  client: CLIENT,
  client_id: "c",
  user_id: "7",
  login: "mirelune",
  displayName: "mirelune",
  access_token: new Secret(server.access),
  refresh_token: new Secret(server.refresh),
  scopes: [],
  issuedAtMs: START_MS,
  expiresAtMs: START_MS + 4 * HOUR_MS,
  createdAtMs: START_MS,
  state: { name: "signed_in" },
});

/** A keeper over a computer's vault, whose requests wait in `requests`. */
function keeperOver(
  { vault, requests }: Pick<Computer, "vault" | "requests">,
  server: ReturnType<typeof createServer>,
  clock: Clock,
): Keeper {
  const http: HttpClient = {
    send(request) {
      server.note(request);
      return new Promise((resolve) => requests.push({ request, end: (outcome) => resolve(outcome) }));
    },
  };
  return createKeeper(
    {
      ...{ records: vault, vaultIsOpen: () => vault.state.state === "open" },
      ...{ providers: createProviders([provider]), http, network: { online: () => true } },
      ...{ history: { note: () => undefined }, log: { info: ignore, warn: ignore, error: ignore } },
      ...{ maySpendOneTime: () => true, clock, random },
    },
    () => undefined,
  );
}

async function bench() {
  const folder = await mkdtemp("/tmp/tk-two-");
  const key = randomBytes(32);
  const server = createServer();
  let nowMs = START_MS;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs - START_MS, after: () => () => undefined };
  const computer = async (): Promise<Computer> => {
    const log = { info: ignore, warn: ignore, error: ignore };
    const vault = createVault({ folder, keychain: createTestKeychain(key), clock, random, log });
    await vault.open();
    const requests: Computer["requests"] = [];
    return { vault, requests, keeper: keeperOver({ vault, requests }, server, clock) };
  };
  const first = await computer();
  await first.vault.write<ClientRecord>(clientDraft);
  await first.vault.write<SignInRecord>(signInOf(server));
  const second = await computer();
  const computers = [first, second] as const;
  /** Answers the requests of these computers (by default of both) until `work` is done. */
  const answering = async <V>(work: Promise<V>, of: readonly Computer[] = computers): Promise<V> => {
    let done = false;
    void work.finally(() => (done = true)).catch(() => undefined);
    while (!done) {
      for (const { requests } of of)
        for (const { request, end } of requests.splice(0)) end(server.answer(request));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return work;
  };
  for (const { keeper } of computers) {
    await keeper.start();
    await answering(keeper.validate(ID));
  }
  return {
    folder,
    server,
    computers,
    turn: () => new Promise((resolve) => setTimeout(resolve, 1)),
    answering,
    pass: (ms: number) => void (nowMs += ms),
    onDisk: async () => {
      const third = await computer();
      const found = third.vault.get("sign_in", ID);
      await third.vault.lock(false);
      return found;
    },
    async reopen(one: Computer) {
      await answering(one.keeper.pause(), [one]);
      await one.vault.lock(false);
      await one.vault.open();
      one.keeper = keeperOver(one, server, clock);
      await one.keeper.start();
    },
    [Symbol.asyncDispose]: async () => {
      for (const { keeper } of computers) await answering(keeper.pause());
      for (const { vault } of computers) await vault.lock(false);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
type TwoComputers = Awaited<ReturnType<typeof bench>>;

const changed = { ok: false, failure: { code: "record_changed" } };
const refreshed = (two: TwoComputers, which: 0 | 1, asker: "user" | "bulk" = "bulk") =>
  two.answering(two.computers[which].keeper.refresh(ID, asker));

test("after one computer refreshed, the other sends no refresh token, and goes on handing out its access token", async () => {
  await using two = await bench();
  const [, other] = two.computers;
  const before = other.keeper.watches.current(ID)?.access_token?.reveal();
  expect(await refreshed(two, 0)).toMatchObject({ ok: true });
  expect(await refreshed(two, 1)).toMatchObject(changed);
  expect(two.server.sent).toHaveLength(1);
  const given = await other.keeper.tokenFor(ID, 60_000, false, "tool");
  expect(given.ok && given.value.access_token?.reveal()).toBe(before);
  // Nothing is sent on a tool's demand either, not even after the access token has ended.
  two.pass(5 * HOUR_MS);
  const asked = other.keeper.tokenFor(ID, 60_000, true, "tool");
  expect(await two.answering(asked)).toMatchObject(changed);
  expect(two.server.sent).toHaveLength(1);
  expect((await two.onDisk())?.refresh_token?.reveal()).toBe(two.server.refresh);
});

test("a refresh by the user, and a restart, continue with the other computer's record", async () => {
  await using two = await bench();
  await refreshed(two, 0);
  expect(await refreshed(two, 1)).toMatchObject(changed);
  expect(await refreshed(two, 1, "user")).toMatchObject({ ok: true });
  expect(await refreshed(two, 0)).toMatchObject(changed);
  await two.reopen(two.computers[0]);
  expect(await refreshed(two, 0)).toMatchObject({ ok: true });
  expect(two.server.sentTwice).toEqual([]);
});

test("tokens that arrive after another writer changed the record are written, and no refresh follows", async () => {
  await using two = await bench();
  const [first, second] = two.computers;
  const asked = first.keeper.refresh(ID, "bulk");
  while (two.server.sent.length === 0) {
    const probe = first.requests.shift();
    probe?.end(two.server.answer(probe.request));
    await two.turn();
  }
  await two.reopen(second); // finds an open intent, and calls it ambiguous
  expect(second.vault.get("sign_in", ID)?.state.name).toBe("refresh_ambiguous");
  expect(await two.answering(asked)).toMatchObject({ ok: true });
  expect((await two.onDisk())?.refresh_token?.reveal()).toBe(two.server.refresh);
  expect(await refreshed(two, 0)).toMatchObject(changed);
  expect(two.server.sent).toHaveLength(1);
});

test("a validation, a rename and a dead token do not overwrite the other computer's record", async () => {
  await using two = await bench();
  const [, second] = two.computers;
  await refreshed(two, 0);
  const renamed = second.keeper.change(ID, { alias: "bot" });
  expect(await two.answering(renamed)).toMatchObject(changed);
  const checked = second.keeper.validate(ID); // its access token has ended at the provider
  expect(await two.answering(checked)).toMatchObject({ ok: false });
  const disk = await two.onDisk();
  expect(disk?.refresh_token?.reveal()).toBe(two.server.refresh);
  expect(disk?.alias).toBeUndefined();
});

test.each([
  ["a backup that was put back", (two: TwoComputers, backup: string) => cp(backup, path.join(two.folder, "records", `${ID}.json`))], // prettier-ignore
  ["a file that is gone", (two: TwoComputers) => rm(path.join(two.folder, "records", `${ID}.json`))],
  ["a torn file", (two: TwoComputers) => writeFile(path.join(two.folder, "records", `${ID}.json`), "{")],
  [
    "another writer's claim",
    (two: TwoComputers) => writeFile(path.join(two.folder, "records", `${ID}.claim`), ""),
  ],
])("%s counts as another writer", async (_name, act) => {
  await using two = await bench();
  const backup = path.join(two.folder, "backup");
  await cp(path.join(two.folder, "records", `${ID}.json`), backup);
  await two.reopen(two.computers[1]);
  await refreshed(two, 0);
  await act(two, backup);
  expect(await refreshed(two, 0)).toMatchObject(changed);
  expect(two.server.sent).toHaveLength(1);
});

test("a record that the disk does not let be read fails with storage_failing, not record_changed", async () => {
  await using two = await bench();
  const file = path.join(two.folder, "records", `${ID}.json`);
  const text = await readFile(file);
  await rm(file);
  await mkdir(file); // reading it is an error of the disk's, for root too
  expect(await refreshed(two, 0)).toMatchObject({ failure: { code: "storage_failing" } });
  expect(two.server.sent).toEqual([]);
  await rm(file, { recursive: true });
  await writeFile(file, text);
  two.pass(HOUR_MS);
  expect(await refreshed(two, 0)).toMatchObject({ ok: true });
});

test("a killed writer's claim is deleted at the next start, and no claim stays after a write", async () => {
  await using two = await bench();
  await writeFile(path.join(two.folder, "records", `${ID}.claim`), "");
  await two.reopen(two.computers[0]);
  expect(await refreshed(two, 0)).toMatchObject({ ok: true });
  expect((await readdir(path.join(two.folder, "records"))).sort()).toEqual([`${ID}.json`, `${CLIENT}.json`]);
});

type Step =
  | { readonly do: "bulk" | "user" | "tool" | "validate" | "rename" | "reopen"; readonly which: 0 | 1 }
  | { readonly do: "answer"; readonly which: 0 | 1 }
  | { readonly do: "turn"; readonly count: number };
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom("bulk", "bulk", "user", "tool", "validate", "rename"),
        which: fc.constantFrom<0 | 1>(0, 1),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen"), which: fc.constantFrom<0 | 1>(0, 1) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant("answer"), which: fc.constantFrom<0 | 1>(0, 1) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("turn"), count: fc.nat(20) }) },
  ),
  { minLength: 4, maxLength: 14 },
);

test("in any interleaving of two computers no one-time token is sent twice, and the newest is on disk", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      await using two = await bench();
      const begun: Promise<unknown>[] = [];
      for (const step of taken) {
        if (step.do === "turn") {
          for (let turn = 0; turn < step.count; turn += 1)
            await new Promise((resolve) => setImmediate(resolve));
          continue;
        }
        const one = two.computers[step.which];
        if (step.do === "answer") {
          const next = one.requests.shift();
          next?.end(two.server.answer(next.request));
        } else if (step.do === "reopen") await two.reopen(one);
        else if (step.do === "tool") begun.push(one.keeper.tokenFor(ID, 14_400_000, false, "tool"));
        else if (step.do === "validate") begun.push(one.keeper.validate(ID));
        else if (step.do === "rename") begun.push(one.keeper.change(ID, { alias: "bot" }));
        else begun.push(one.keeper.refresh(ID, step.do));
      }
      await two.answering(Promise.all(begun));
      expect(two.server.sentTwice).toEqual([]);
      expect((await two.onDisk())?.refresh_token?.reveal()).toBe(two.server.refresh);
    }),
    { numRuns: Number(process.env["RUNS"] ?? 30), seed: 20_261_130 },
  );
}, 60_000);
