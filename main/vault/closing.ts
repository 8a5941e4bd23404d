/** Closes the vault, pauses its hand-outs, and moves it aside. */
import { rename } from "node:fs/promises";
import path from "node:path";
import { failed, ok, type Result } from "../../contract/failure.ts";
import { syncFolder } from "../storage/durable-file.ts";
import { openVault, openView, type DoorParts } from "./opening.ts";
import { storageFailing } from "./record-store.ts";

/** `held`: the user wants the vault closed, and a restart does not open it. */
export async function closeVault(parts: DoorParts, held: boolean): Promise<void> {
  const { state, records, closingFile, watchIdle, log } = parts;
  const { opened } = state;
  if (opened === undefined) return;
  await records.stop();
  const staysHeld = held || (state.view.state === "open" && state.view.paused);
  await closingFile
    .write(staysHeld, records.all())
    .catch((cause: unknown) => log.warn("vault.closing", { cause }));
  opened.key.fill(0);
  state.opened = undefined;
  records.drop();
  state.become({ state: "locked", windowOnly: false });
  watchIdle();
}

export async function pauseVault(parts: DoorParts, paused: boolean): Promise<Result<null>> {
  const { records, closingFile, log } = parts;
  const { opened, view } = parts.state;
  if (opened === undefined || view.state !== "open") return failed({ code: "vault_locked" });
  try {
    await (paused ? closingFile.write(true, records.all()) : closingFile.erase());
    parts.state.become(openView(parts, opened.envelope, paused));
    return ok(null);
  } catch (cause) {
    return storageFailing(log, cause);
  }
}

/** Moves a vault that cannot be opened aside, whole, and begins an empty one. */
export async function setVaultAside(parts: DoorParts): Promise<Result<{ readonly folder: string }>> {
  const { folder, state, clock, log } = parts;
  if (state.view.state !== "locked" && state.view.state !== "closed")
    return failed({ code: "vault_not_ready" });
  const aside = `${folder}-set-aside-${new Date(clock.nowMs()).toISOString().replace(/[:.]/g, "-")}`;
  try {
    await rename(folder, aside);
  } catch (cause) {
    return storageFailing(log, cause);
  }
  log.warn("vault.set_aside");
  // The folder is moved. That a power cut might undo the move does not make it a failure.
  await syncFolder(path.dirname(folder)).catch((cause: unknown) => log.warn("vault.set_aside", { cause }));
  await openVault(parts);
  return ok({ folder: aside });
}
