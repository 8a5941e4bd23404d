/** The costs that do not grow with the number of requests or of sign-ins. */
import { randomBytes, randomUUID } from "node:crypto";
import { watch } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { VaultRecord } from "../../../core/accounts/records.ts";
import type { Log } from "../../../core/ports.ts";
import { createProviders } from "../../../core/providers/registry.ts";
import { createHistory } from "../../../main/accounts/history.ts";
import { createHttpClient, nodeExchange } from "../../../main/net/http.ts";
import { createKeeper } from "../../../main/keeper/keeper.ts";
import { createVault } from "../../../main/vault/vault.ts";
import { startCrowdKeeper } from "./support/crowd-keeper.ts";
import { crowd, crowdId } from "../../support/crowd.ts";
import { startCrowdServer } from "../../support/crowd-server.mjs";
import { signIn, startBench } from "../../support/host.ts";
import { createTestKeychain } from "../../support/keychain.ts";
import { connectTool, parseConnection } from "../../support/socket-client.mjs";

const LIFE_SEC = 14_124;
const LIFE_MS = LIFE_SEC * 1000;
const HOUR_MS = 3_600_000;

test("a thousand requests on fifty connections for an expired token share one refresh, and all are answered", async () => {
  await using bench = await startBench();
  // The socket's thread uses the real clock, so the app's clock starts in the past and reaches the present.
  await bench.pass(-LIFE_SEC - 60);
  await signIn(bench);
  await bench.app.handlers["tools.create"]({ name: "bot" });
  const connection = parseConnection(bench.clipboard.text);
  const tools = await Promise.all(Array.from({ length: 50 }, () => connectTool(connection)));
  await bench.pass(LIFE_SEC + 60);
  const refreshes = async () => (await bench.seen()).filter((one) => one.grant_type === "refresh_token");
  expect(await refreshes()).toHaveLength(0);
  const answers = await Promise.all(
    tools.map(async ({ ask }) => {
      const got: { access_token: string; expires_at: number }[] = [];
      for (let time = 0; time < 20; time += 1) got.push((await ask("token.get")) as (typeof got)[number]);
      return got;
    }),
  );
  for (const { close } of tools) close();
  expect(await refreshes()).toHaveLength(1);
  expect(answers.flat()).toHaveLength(1_000);
  expect(new Set(answers.flat().map(({ access_token }) => access_token)).size).toBe(1);
  expect(answers.flat()[0]?.expires_at).toBeGreaterThan(Date.now() / 1000 + LIFE_SEC - 60);
});

/** Every file below a folder, with its content. */
async function contents(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.map(async (file) => [path.relative(folder, file), await readFile(file, "base64")] as const),
    ),
  );
}

test.each([3, 300])(
  "one refresh among %i sign-ins writes the file of its record and no other",
  async (count) => {
    const profile = await mkdtemp("/tmp/tk-many-");
    const server = await startCrowdServer({ lifeMs: LIFE_MS });
    const ignore: Log["info"] = () => undefined;
    const log: Log = { info: ignore, warn: ignore, error: ignore };
    const clock = {
      nowMs: () => Date.now(),
      monotonicMs: () => performance.now(),
      after: () => () => undefined, // nothing happens without a call
    };
    const random = { bytes: (size: number) => randomBytes(size), uuid: () => randomUUID() };
    const folder = path.join(profile, "vault");
    const vault = createVault({ folder, keychain: createTestKeychain(), clock, random, log });
    await vault.open();
    const { client, signIns } = crowd(count, server.origin, { nowMs: Date.now(), lifeMs: LIFE_MS });
    for (const record of [client, ...signIns])
      expect(await vault.write<VaultRecord>(record)).toMatchObject({ ok: true });
    const providers = createProviders();
    providers.sandboxRunsAt(server.origin);
    const http = createHttpClient(nodeExchange);
    const history = createHistory(path.join(profile, "history"), clock, log);
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
    await keeper.start();
    const before = await contents(folder);
    const touched = new Set<string>();
    const watcher = watch(path.join(folder, "records"), (_event, name) => touched.add(String(name)));
    const id = crowdId(1);
    expect(await keeper.refresh(id)).toMatchObject({ ok: true });
    await keeper.pause();
    const after = await contents(folder);
    watcher.close();
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect([...after].filter(([name, text]) => before.get(name) !== text).map(([name]) => name)).toEqual([
      `records/${id}.json`,
    ]);
    // No other file was written and restored either: a write first goes to a file beside the record.
    expect([...touched].filter((name) => !name.startsWith(id))).toEqual([]);
    expect(touched.size).toBeGreaterThan(0);
    await vault.lock(false);
    await server.close();
    await rm(profile, { recursive: true, force: true });
  },
);

test(
  "ten thousand sign-ins are validated evenly, also after the machine slept",
  { timeout: 180_000 },
  async () => {
    await using many = await startCrowdKeeper(10_000, 10 * HOUR_MS);
    await many.pass(HOUR_MS + 600_000);
    const minutes = many.minutes("validate");
    const total = minutes.reduce((sum, requests) => sum + requests, 0);
    expect(total).toBeGreaterThan(11_000); // no sign-in waits for more than the hour
    expect(Math.max(...minutes)).toBeLessThanOrEqual((1.5 * total) / minutes.length);
    many.forget();
    await many.sleep(HOUR_MS / 2);
    await many.pass(600_000);
    expect(Math.max(...many.minutes("validate"))).toBeLessThanOrEqual((1.5 * total) / minutes.length);
  },
);

test(
  "ten thousand tokens that expire together are refreshed one after the other",
  { timeout: 180_000 },
  async () => {
    await using many = await startCrowdKeeper(10_000, LIFE_MS);
    await many.sleep(LIFE_MS + 60_000);
    many.forget();
    await many.pass(3 * 60_000);
    const minutes = many.minutes("refresh");
    expect(Math.max(...minutes)).toBeLessThanOrEqual(900);
    expect(Math.min(...minutes)).toBeGreaterThanOrEqual(600); // all refreshes fit into the margin
  },
);
