/** The window's calls that export accounts or the activity to a file, and import accounts from one. */
import { failed, ok } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { Secret } from "../../core/secret.ts";
import type { FileDialogs } from "../desktop/file-dialogs.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { LockState } from "../vault/lock-state.ts";
import { PASSPHRASE_MIN_LENGTH } from "../vault/keys/passphrase.ts";
import { exportVault, importVault } from "../vault/transfer.ts";
import type { Vault } from "../vault/types.ts";
import { writeDurably } from "../storage/durable-file.ts";
import type { Activity } from "./activity.ts";

interface Parts {
  readonly vault: Vault;
  readonly lockState: LockState;
  readonly keeper: Keeper;
  readonly activity: Activity;
  readonly files: FileDialogs;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly changed: () => void;
}

export function transferCalls({ vault, lockState, keeper, activity, files, clock, random, changed }: Parts) {
  const today = (): string => new Date(clock.nowMs()).toISOString().slice(0, 10);
  /** The file of the last import, so that a wrong passphrase does not ask for the file again. */
  let importFile: string | undefined;
  return {
    async "vault.export"({ passphrase, current }) {
      if (passphrase.length < PASSPHRASE_MIN_LENGTH)
        return failed({ code: "passphrase_too_short", minLength: PASSPHRASE_MIN_LENGTH });
      const verified = await vault.verify(current === undefined ? undefined : new Secret(current));
      if (!verified.ok) return verified;
      const file = await files.save(`tokenkeep-${today()}.tokenkeep`, "export");
      if (file === undefined) return ok(null);
      // The system's file dialog stays open while the vault or the window locks.
      if (!lockState.unlocked) return failed({ code: "vault_locked" });
      return exportVault(vault, keeper.watches.all(), file, new Secret(passphrase), { clock, random });
    },
    async "activity.export"() {
      const file = await files.save(`tokenkeep-activity-${today()}.csv`, "activity");
      if (file === undefined) return ok(null);
      if (!lockState.unlocked) return failed({ code: "vault_locked" });
      const { text, entries } = await activity.csv();
      try {
        await writeDurably(file, text);
      } catch (cause) {
        return failed({ code: "export_failing" }, cause);
      }
      return ok({ entries });
    },
    async "vault.import"({ passphrase, sameFile }) {
      const file = sameFile && importFile !== undefined ? importFile : await files.open("export");
      if (file === undefined) return ok(null);
      importFile = file;
      if (!lockState.unlocked) return failed({ code: "vault_locked" });
      const answer = await importVault(vault, file, new Secret(passphrase), random, (record) =>
        keeper.store(record, "imported"),
      );
      changed();
      void keeper.validateAll(); // takes minutes with thousands of sign-ins; each row shows its own result
      return answer;
    },
  } satisfies Partial<Handlers>;
}
