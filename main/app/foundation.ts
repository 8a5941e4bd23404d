/** What everything else reads: changes, settings, the vault and whether it is locked. */
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
  /** The user's consent counts only where nobody can tell who uses the profile, not where another process has its lock. */
  const maySpendOneTime = (): boolean => {
    const profileLock = host.profileLock();
    return profileLock === "held" || (profileLock === "unavailable" && settings.current.withoutLock);
  };
  const run = { stopping: false };
  return {
    ...{
      changes,
      settings,
      streamer,
      firstRows,
      vaultFolder,
      vault,
      records: vault,
      lockState,
      providers,
      history,
      http,
    },
    ...{ network: host.network, clock, random, log, maySpendOneTime, run },
  };
}
export type Foundation = ReturnType<typeof createFoundation>;
