/**
 * A program with the vault and the keeper, which a test can kill at a chosen point or at random. The test talks to it by
 * messages; files, HTTP and time are real.
 */
import fsPromises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { randomBytes, randomUUID } from "node:crypto";
import path from "node:path";
import { vaultRecord, type SignInRecord, type ClientRecord } from "../../core/accounts/records.ts";
import { createProviders } from "../../core/providers/registry.ts";
import { oidcDialect } from "../../core/providers/oidc.ts";
import { sandboxAt } from "../../core/providers/sandbox.ts";
import type { Clock, HttpClient, Log } from "../../core/ports.ts";
import { createHistory } from "../../main/accounts/history.ts";
import { createHttpClient, nodeExchange } from "../../main/net/http.ts";
import { createKeeper } from "../../main/keeper/keeper.ts";
import { createVault } from "../../main/vault/vault.ts";
import * as v from "valibot";
import type { CrashPoint, KeeperAnswer, KeeperOptions, KeeperQuestion } from "./keeper-child.ts";
import { createTestKeychain } from "./keychain.ts";

const options = JSON.parse(process.argv[2] ?? "{}") as KeeperOptions;
let crashAt: CrashPoint | undefined;
const crash = (point: CrashPoint): void => {
  if (crashAt === point) process.kill(process.pid, "SIGKILL");
};

// Counts from the question `crash` on: the first record written in a refresh is its intent, the second its answer.
let writes = 0;
const { open, rename } = fsPromises;
fsPromises.open = async (file, ...parameters) => {
  const handle = await open(file, ...parameters);
  const sync = handle.sync.bind(handle);
  const isRecord = String(file).endsWith(".next.json");
  handle.sync = async () => {
    if (isRecord) writes += 1;
    if (writes === 1) crash("before the intent is durable");
    await sync();
    if (writes === 2) crash(isRecord ? "after the temporary file is synced" : "after the folder is synced");
  };
  return handle;
};
fsPromises.rename = async (from, to) => {
  await rename(from, to);
  if (writes === 2) crash("after rename");
};
syncBuiltinESMExports();

const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(inMs, run) {
    const timer = setTimeout(run, inMs);
    return () => clearTimeout(timer);
  },
};
const random = { bytes: (count: number) => randomBytes(count), uuid: () => randomUUID() };
const ignore: Log["info"] = () => undefined;
const log: Log = { info: ignore, warn: ignore, error: ignore };

const client = createHttpClient(nodeExchange);
const http: HttpClient = {
  async send(request) {
    if (request.method === "POST") crash("after intent, before send");
    const outcome = await client.send({ ...request, timeoutMs: options.timeoutMs ?? request.timeoutMs });
    if (request.method === "POST") crash("answer in memory");
    return outcome;
  },
};
const { origin, dialect, confidentialRefreshReuse } = options.provider;
const oidc = {
  tokenEndpoint: `${origin}/token`,
  revocationEndpoint: `${origin}/token/revocation`,
  validationEndpoint: `${origin}/me`,
  dialect: oidcDialect,
};
const providers = createProviders([
  {
    ...sandboxAt(origin),
    ...(dialect === "oidc" && oidc),
    id: "judge",
    name: "Judge",
    confidentialRefreshReuse,
  },
]);
const vault = createVault({
  folder: path.join(options.folder, "vault"),
  keychain: createTestKeychain(Buffer.from(options.keychain, "hex")),
  clock,
  random,
  log,
});
const history = createHistory(path.join(options.folder, "history"), clock, log);
const network = { online: () => true };
const keeper = createKeeper(
  {
    records: vault,
    vaultIsOpen: () => vault.state.state === "open",
    providers,
    http,
    network,
    history,
    clock,
    random,
    log,
    maySpendOneTime: () => true,
  },
  () => undefined,
);

async function answer(question: KeeperQuestion): Promise<unknown> {
  switch (question.ask) {
    case "start":
      await vault.open();
      await keeper.start();
      return vault.state.state;
    case "put": {
      const record = v.parse(vaultRecord, question.record);
      const put =
        record.kind === "sign_in"
          ? await keeper.store(record, "signed_in")
          : await vault.write<ClientRecord>(record as ClientRecord);
      return put.ok ? "ok" : put.failure.code;
    }
    case "refresh": {
      const done = await keeper.refresh(question.id);
      return done.ok ? "ok" : done.failure.code;
    }
    case "crash":
      crashAt = question.at;
      writes = 0;
      return true;
    case "look": {
      const look = (record: SignInRecord) => ({
        id: record.id,
        state: record.state.name,
        reuse: record.refreshReuse,
        condition: keeper.watches.of(record.id).condition ?? null,
        unsaved: keeper.watches.of(record.id).unsaved !== undefined,
        access: record.access_token?.reveal() ?? null,
        refresh: record.refresh_token?.reveal() ?? null,
      });
      const refused = vault.unreadable;
      return { rows: keeper.watches.all().map(look), unreadable: refused.length, refused };
    }
    case "stop":
      await keeper.pause();
      await vault.lock(false);
      return true;
  }
}
process.on("message", ({ number, question }: { number: number; question: KeeperQuestion }) => {
  void answer(question).then((value) => process.send?.({ number, value } satisfies KeeperAnswer));
});
process.on("disconnect", () => process.exit());
