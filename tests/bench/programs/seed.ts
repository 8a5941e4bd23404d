/**
 * Runs inside Electron: fills a vault with sign-ins through the app's vault code and the session's keyring, so that its
 * files are as the app itself writes them.
 */
import { app } from "electron/main";
import { randomBytes, randomUUID } from "node:crypto";
import fs from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import type { Draft, GrantRecord, VaultRecord } from "../../../core/accounts/records.ts";
import type { Log } from "../../../core/ports.ts";
import { Secret } from "../../../core/secret.ts";
import { createKeychain } from "../../../main/electron/system/keychain.ts";
import { createVault } from "../../../main/vault/vault.ts";
import { crowd } from "../../support/crowd.ts";

const { count, origin, lifeMs, endsInMs, usedMs, endingEvery, appName } = JSON.parse(
  process.env["SEED"] ?? "{}",
) as {
  count: number;
  origin: string;
  lifeMs: number;
  endsInMs: number;
  usedMs: number;
  endingEvery: number;
  appName: string;
};
app.setName(appName); // names the key's entry in the keyring
const folder = path.join(app.getPath("userData"), "vault");

/** Files are not synced: ten thousand syncs take minutes, and these files need not survive a power cut. */
async function withoutSync(): Promise<void> {
  fs.fsyncSync = () => undefined;
  const handle = await open(app.getPath("userData"));
  Object.assign(Object.getPrototypeOf(handle) as object, { sync: () => Promise.resolve() });
  await handle.close();
}

async function fill(): Promise<void> {
  const ignore: Log["info"] = () => undefined;
  const vault = createVault({
    folder,
    keychain: createKeychain(),
    clock: {
      nowMs: () => Date.now(),
      monotonicMs: () => performance.now(),
      after: () => () => undefined,
    },
    random: { bytes: (size) => randomBytes(size), uuid: () => randomUUID() },
    log: { info: ignore, warn: console.error, error: console.error },
  });
  const view = await vault.open();
  if (view.state !== "open") throw new Error(`the vault is not open: ${JSON.stringify(view)}`);
  const { client, signIns } = crowd(count, origin, {
    nowMs: Date.now() + endsInMs - lifeMs,
    lifeMs,
    usedMs,
    endingEvery,
  });
  const [id, key] = [randomUUID(), randomBytes(32).toString("base64url")];
  const grant: Draft<GrantRecord> = {
    kind: "grant",
    id,
    name: "Crowd's tool",
    key: new Secret(key),
    createdAtMs: Date.now(),
  };
  for (const record of [client, grant, ...signIns]) {
    const written = await vault.write<VaultRecord>(record);
    if (!written.ok) throw new Error(written.failure.code);
  }
  await vault.lock(false);
  console.log(`SEEDED ${JSON.stringify({ client: id, key })}`);
}
void app.whenReady().then(async () => {
  try {
    await withoutSync();
    await fill();
    app.exit(0);
  } catch (error) {
    console.error(error);
    app.exit(1);
  }
});
