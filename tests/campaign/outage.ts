/**
 * A provider that a test makes fail, and the keeper that lives through the outage: the real keeper, vault, HTTP client and
 * sandbox in one process, over files and loopback. Only time is simulated, so that hours pass in a second.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import { vaultRecord, type SignInRecord, type VaultRecord } from "../../core/accounts/records.ts";
import { requestEveryMs } from "../../core/lifecycle/rate-limit.ts";
import type { HttpClient, HttpRequest, Log } from "../../core/ports.ts";
import { createProviders } from "../../core/providers/registry.ts";
import { sandboxAt } from "../../core/providers/sandbox.ts";
import type { Secret } from "../../core/secret.ts";
import { createHistory } from "../../main/accounts/history.ts";
import { createHttpClient, nodeExchange } from "../../main/net/http.ts";
import { createKeeper } from "../../main/keeper/keeper.ts";
import { createPacedHttp } from "../../main/net/paced-http.ts";
import type { Vault } from "../../main/vault/types.ts";
import { createVault } from "../../main/vault/vault.ts";
import { createAdmin, type Fault } from "../../sandbox/admin.ts";
import { USERS } from "../../sandbox/seeds.ts";
import { digestOf } from "../../sandbox/state.ts";
import type { World } from "../../sandbox/world.ts";
import { sandboxJudge, type Judge } from "../support/judges.ts";
import { createTestKeychain } from "../support/keychain.ts";
import { signInRecords } from "../support/sign-ins.ts";
import { createSimulatedClock } from "../support/simulated-clock.ts";
import { createLuck, SEED } from "./campaign.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** An access token expires within the hour, and is refreshed ten minutes before. */
const ACCESS_TOKEN_LIFE_SEC = 2_400;
/**
 * The time between two sign-ins, so that the outage meets each at another age of its token. All are added before the first
 * one is due.
 */
const APART_MS = 3.5 * MINUTE_MS;
const SLOW_MS = 120;
/** The time limit of a request in real time; no assertion about speed depends on it. */
const TIMEOUT_MS = 30_000;
/** The time limit in real time for a request that the provider never answers. */
const SILENCE_MS = 100;

const ignore: Log["info"] = () => undefined;
const log: Log = { info: ignore, warn: ignore, error: ignore };
const random = { bytes: (count: number) => randomBytes(count), uuid: () => randomUUID() };

export type Where = "token" | "validate" | "provider";
const PATHS: Readonly<Record<Where, readonly string[]>> = {
  token: ["/oauth2/token"],
  validate: ["/oauth2/validate"],
  provider: ["/oauth2/token", "/oauth2/validate", "/oauth2/revoke"],
};

export interface Kept {
  readonly id: string;
  readonly kind: "safe" | "one_time" | "app" | "removed";
}
/** A request as the keeper sent it. */
export interface Sent {
  readonly signIn: string;
  readonly path: string;
  readonly atMs: number;
  /** Whether it was sent before the end of the last Retry-After at this path for this sign-in. */
  readonly early: boolean;
}

export interface Outage extends AsyncDisposable {
  readonly kept: readonly Kept[];
  readonly sent: readonly Sent[];
  readonly judge: Judge;
  nowMs(): number;
  /** Makes the provider misbehave until `end`. */
  begin(kind: Fault["kind"], where: Where, after: boolean): Promise<void>;
  end(): Promise<void>;
  /** Makes the provider forget its app access tokens, as when they end early. */
  endAppTokens(): Promise<void>;
  pass(ms: number): Promise<void>;
  remove(id: string): Promise<void>;
  signIn(id: string): SignInRecord | undefined;
  /** The number of tombstones that are left. */
  untold(): number;
  /** Whether the provider accepts this access token now. */
  isAlive(token: Secret | undefined): boolean;
  /** Whether the provider has replaced this refresh token. */
  isSpent(token: Secret | undefined): boolean;
}

/** Requests and writes under way. */
function createTraffic() {
  const underWay = new Set<Promise<unknown>>();
  const counted = <V>(work: Promise<V>): Promise<V> => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work)).catch(() => undefined);
    return work;
  };
  /** Resolves when no request or write is under way and none follows. */
  const rest = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      while (underWay.size > 0) {
        await Promise.allSettled([...underWay]);
        quiet = 0;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { counted, rest };
}
type Traffic = ReturnType<typeof createTraffic>;

/** The same vault, with its writes counted and passed to `seen`. */
const watched = (vault: Vault, { counted }: Traffic, seen: (record: VaultRecord) => void): Vault =>
  Object.assign(Object.create(vault) as Vault, {
    write: ((draft: VaultRecord) => {
      seen(draft);
      return counted(vault.write(draft));
    }) as Vault["write"],
    erase: (id: string) => counted(vault.erase(id)),
  });

/** The sign-in that a request belongs to, by its token; a request without a token belongs to the app token's sign-in. */
function createOwners() {
  const owners = new Map<string, string>();
  let app = "";
  const learn = (record: VaultRecord): void => {
    if (record.kind === "tombstone") owners.set(record.access_token.reveal(), record.id);
    if (record.kind !== "sign_in") return;
    for (const token of [record.access_token, record.refresh_token])
      if (token !== undefined) owners.set(token.reveal(), record.id);
    if (record.flow === "client_credentials") app = record.id;
  };
  const ownerOf = ({ headers, body = "" }: HttpRequest): string => {
    const form = new URLSearchParams(body);
    const [, bearer] = /^\S+ (\S+)$/.exec(headers["authorization"] ?? "") ?? [];
    const token = bearer ?? form.get("refresh_token") ?? form.get("token");
    return token === null ? app : (owners.get(token) ?? "nobody");
  };
  return { learn, ownerOf };
}

/** Sends as the app does, and records each request, its time, and whether it was sent before the end of a Retry-After. */
function createObservedClient(
  traffic: Traffic,
  nowMs: () => number,
  ownerOf: (request: HttpRequest) => string,
) {
  const client = createHttpClient(nodeExchange);
  const sent: Sent[] = [];
  const notBeforeMs = new Map<string, number>();
  const silent = new Set<string>();
  const http: HttpClient = {
    async send(request) {
      const { pathname: path } = new URL(request.url);
      const signIn = ownerOf(request);
      const both = `${signIn} ${path}`;
      sent.push({ signIn, path, atMs: nowMs(), early: nowMs() < (notBeforeMs.get(both) ?? 0) });
      const timeoutMs = silent.has(path) ? SILENCE_MS : TIMEOUT_MS;
      const outcome = await traffic.counted(client.send({ ...request, timeoutMs }));
      if (outcome.kind === "answered" && outcome.retryAfterMs !== undefined)
        notBeforeMs.set(both, nowMs() + outcome.retryAfterMs);
      return outcome;
    },
  };
  return { http, sent, silent };
}

/** Writes the records of all sign-ins, a few minutes apart. */
async function signInAll(
  judge: Judge,
  write: (record: object) => Promise<unknown>,
  clock: { nowMs(): number; pass(ms: number): Promise<void> },
): Promise<Kept[]> {
  const [confidential, rotating] = judge.seeds;
  if (confidential === undefined || rotating === undefined) throw new Error("no seeds");
  const times = () => ({
    issuedAtMs: clock.nowMs(),
    expiresAtMs: clock.nowMs() + ACCESS_TOKEN_LIFE_SEC * 1000,
    createdAtMs: clock.nowMs(),
  });
  const kept: Kept[] = [];
  const keep = async (kind: Kept["kind"], userId: string): Promise<void> => {
    const seed = kind === "one_time" ? rotating : confidential;
    const { client, signIn } = await signInRecords(judge, seed, userId, judge.origin);
    await write({ ...client, createdAtMs: clock.nowMs() });
    if (kind === "app") {
      const body = new URLSearchParams({ grant_type: "client_credentials", ...seed.client });
      const minted = await fetch(`${judge.origin}/oauth2/token`, { method: "POST", body });
      const { access_token, expires_in } = (await minted.json()) as {
        access_token: string;
        expires_in: number;
      };
      const { refresh_token: _none, ...rest } = signIn;
      const expiresAtMs = clock.nowMs() + expires_in * 1000;
      const own = { flow: "client_credentials", refreshReuse: "safe", user_id: "", scopes: [] };
      await write({ ...rest, ...times(), ...own, access_token, expiresAtMs });
    } else await write({ ...signIn, ...times() });
    kept.push({ id: signIn.id, kind });
    await clock.pass(APART_MS);
  };
  for (const { id } of USERS) {
    await keep("one_time", id);
    await keep("safe", id);
  }
  await keep("app", "700000001");
  await keep("removed", "700000001");
  return kept;
}

/** The provider's faults, and its own knowledge of tokens. `worldOf`: the sandbox's state; undefined before its first request. */
function createProviderAdmin(origin: string, nowMs: () => number, worldOf: () => World | undefined) {
  const state = (): World["state"] => {
    const world = worldOf();
    if (world === undefined) throw new Error("the provider has had no request yet");
    return world.state;
  };
  const post = async (what: string, form: Record<string, string> = {}): Promise<void> => {
    const body = new URLSearchParams(form);
    const { ok } = await fetch(`${origin}/admin/${what}`, { method: "POST", body });
    if (!ok) throw new Error(`admin: ${what}`);
  };
  return {
    async begin(kind: Fault["kind"], where: Where, after: boolean): Promise<void> {
      for (const path of PATHS[where]) {
        const fault: Fault = { path, kind, after, times: Number.MAX_SAFE_INTEGER };
        await post("faults", { fault: JSON.stringify(fault) });
      }
    },
    end: () => post("faults/clear"),
    endAppTokens: () => post("end-access", { user_id: "" }),
    isAlive: (token: Secret | undefined): boolean =>
      token !== undefined &&
      state().access.some(
        ({ digest, expiresAtMs }) => digest === digestOf(token.reveal()) && expiresAtMs > nowMs(),
      ),
    isSpent: (token: Secret | undefined): boolean =>
      token !== undefined &&
      !state().refresh.some(({ digest, spent }) => digest === digestOf(token.reveal()) && !spent),
  };
}

export async function startOutage(): Promise<Outage> {
  const folder = await mkdtemp("/tmp/tk-outage-");
  const clock = createSimulatedClock(Date.UTC(2026, 10, 25));
  const traffic = createTraffic();
  const nowMs = () => clock.nowMs();
  const pass = (ms: number) => clock.pass(ms, traffic.rest);
  const admin = createAdmin({ slowMs: SLOW_MS });
  let world: World | undefined;
  const judge = await sandboxJudge(admin, {
    accessTokenLifeSec: ACCESS_TOKEN_LIFE_SEC,
    nowMs,
    middleware: (current, ...rest) => admin.middleware((world = current), ...rest),
  });
  const provider = createProviderAdmin(judge.origin, nowMs, () => world);

  const luck = createLuck(SEED);
  const owners = createOwners();
  const { http: observed, sent, silent } = createObservedClient(traffic, nowMs, owners.ownerOf);
  const http = createPacedHttp(observed, clock, () => requestEveryMs(0));
  const disk = createVault({
    folder: path.join(folder, "vault"),
    keychain: createTestKeychain(),
    clock,
    random,
    log,
  });
  const vault = watched(disk, traffic, owners.learn);
  const history = createHistory(path.join(folder, "history"), clock, log);
  const keeper = createKeeper(
    {
      records: vault,
      vaultIsOpen: () => disk.state.state === "open",
      providers: createProviders([{ ...sandboxAt(judge.origin), id: "judge", name: "Judge" }]),
      http,
      network: { online: () => true },
      history,
      clock,
      random: { ...random, bytes: (count) => Uint8Array.from({ length: count }, () => luck(256)) }, // the jitter
      log,
      maySpendOneTime: () => true,
    },
    () => undefined,
  );
  const opened = await vault.open();
  if (opened.state !== "open") throw new Error(`the vault is ${opened.state}`);
  const write = (record: object) => vault.write<VaultRecord>(v.parse(vaultRecord, record));
  const kept = await signInAll(judge, write, { nowMs, pass });
  await keeper.start();
  await pass(HOUR_MS / 2); // so that the hourly validations fall into the middle of the outage

  return {
    kept,
    sent,
    judge,
    nowMs,
    pass,
    begin(kind, where, after) {
      if (kind === "silence") for (const at of PATHS[where]) silent.add(at);
      return provider.begin(kind, where, after);
    },
    end() {
      silent.clear();
      return provider.end();
    },
    endAppTokens: provider.endAppTokens,
    isAlive: provider.isAlive,
    isSpent: provider.isSpent,
    async remove(id) {
      await keeper.remove(id);
    },
    signIn: (id) => keeper.watches.current(id),
    untold: () => vault.list("tombstone").length,
    async [Symbol.asyncDispose]() {
      await keeper.pause();
      await vault.lock(false);
      await history.flush();
      await judge[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
