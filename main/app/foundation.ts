/**
 * Builds the parts that all other parts read: the hub of changes, the settings, the vault and its lock state, and so
 * on.
 */
import path from "node:path";
import { requestEveryMs, requestsToRefresh } from "../../core/lifecycle/rate-limit.ts";
import { createProviders } from "../../core/providers/registry.ts";
import { createHistory } from "../accounts/history.ts";
import { createStreamerMode } from "../desktop/streamer-mode.ts";
import { createPacedHttp } from "../net/paced-http.ts";
import { createSettings } from "../storage/settings.ts";
import { createLockState } from "../vault/lock-state.ts";
import { createVault } from "../vault/vault.ts";
import { createFirstRows } from "../window/first-rows.ts";
import { createChanges } from "./changes.ts";
import type { Host } from "./host.ts";

export function createFoundation(host: Host) {
  const { clock, random, log, profileFolder } = host;
  const changes = createChanges();
  const settings = createSettings(profileFolder, clock, log, () => changes.settings());
  const streamer = createStreamerMode(
    { settings: () => settings.current, recordingSoftwareRuns: host.recordingSoftwareRuns, clock, log },
    () => changes.display(),
  );
  const firstRows = createFirstRows(path.join(profileFolder, "first-rows.json"), log);
  const vaultFolder = path.join(profileFolder, "vault");
  const vault = createVault({
    folder: vaultFolder,
    keychain: host.keychain,
    clock,
    random,
    log,
    firstOnes: () => firstRows.load(),
  });
  const lockState = createLockState(vault);
  const providers = createProviders(host.providers);
  const history = createHistory(path.join(profileFolder, "history"), clock, log);
  const http = createPacedHttp(host.http, clock, (origin) =>
    requestEveryMs(requestsToRefresh(vault.list("sign_in"), origin)),
  );
  /**
   * Whether one-time refresh tokens may be sent. Where no lock of the profile can be had, the user may allow it; where
   * another process holds the lock, nobody can.
   */
  const maySpendOneTime = (): boolean => {
    const profileLock = host.profileLock();
    return profileLock === "held" || (profileLock === "unavailable" && settings.current.withoutLock);
  };
  /** Whether a quit has begun: then no work starts, and no secret goes to the clipboard. */
  const shutdown = { begun: false };
  return {
    network: host.network,
    clock,
    random,
    log,
    changes,
    settings,
    streamer,
    firstRows,
    vaultFolder,
    vault,
    records: vault, // the vault again, for parts that read and write records only
    lockState,
    providers,
    history,
    http,
    maySpendOneTime,
    shutdown,
  };
}
export type Foundation = ReturnType<typeof createFoundation>;
