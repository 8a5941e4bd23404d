/** The window's calls about the vault: opening, locking, export and import. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { Secret } from "../../core/secret.ts";
import type { FileDialogs } from "../app/host.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { Guard } from "./lock.ts";
import { PASSPHRASE_MIN_LENGTH } from "./passphrase.ts";
import { exportVault, importVault } from "./transfer.ts";
import type { Keychain, Vault } from "./types.ts";

interface Parts {
  readonly vault: Vault;
  readonly guard: Guard;
  readonly keeper: Keeper;
  readonly files: FileDialogs;
  readonly keychain: Keychain;
  readonly clock: Clock;
  readonly random: Randomness;
  /** Opens the vault, if the keychain lets it, and starts what waits for that. */
  readonly open: () => Promise<Result<null>>;
  readonly changed: () => void;
}

export const vaultCalls = (parts: Parts) => ({ ...doorCalls(parts), ...transferCalls(parts) });

/** Calls that open, close and reseal the vault. */
const doorCalls = ({ vault, guard, keychain, open }: Parts) =>
  ({
    "vault.create": ({ passphrase }) => guard.opening(() => vault.create(new Secret(passphrase))),
    "vault.unlock": ({ passphrase }) => guard.unlock(new Secret(passphrase)),
    "vault.retry": () => open(),
    "vault.lock": (what) => guard.lock(what),
    "vault.pause": (paused) => guard.pause(paused),
    "vault.reseal": ({ keychain, passphrase, current }) =>
      guard.reseal({
        keychain,
        passphrase: typeof passphrase === "string" ? passphrase : new Secret(passphrase.new),
        ...(current !== undefined && { current: new Secret(current) }),
      }),
    "vault.otherKeychains": async () => ok(await keychain.others()),
    async "vault.move"({ backend, current }) {
      const others = await keychain.others();
      if (others.every((other) => other.backend !== backend)) return failed({ code: "keychain_missing" });
      const moved = await vault.move(backend, new Secret(current));
      if (moved.ok) keychain.restart();
      return moved;
    },
    "vault.setAside": () => guard.setAside(),
  }) satisfies Partial<Handlers>;

/** Calls that export accounts to a file and import them from one. */
function transferCalls({ vault, guard, keeper, files, clock, random, changed }: Parts) {
  /** The file of the last import, so that a wrong passphrase does not ask for the file again. */
  let importFile: string | undefined;
  return {
    async "vault.export"({ passphrase, current }) {
      if (passphrase.length < PASSPHRASE_MIN_LENGTH)
        return failed({ code: "passphrase_too_short", minLength: PASSPHRASE_MIN_LENGTH });
      const verified = await vault.verify(current === undefined ? undefined : new Secret(current));
      if (!verified.ok) return verified;
      const day = new Date(clock.nowMs()).toISOString().slice(0, 10);
      const file = await files.save(`tokenkeep-${day}.tokenkeep`);
      if (file === undefined) return ok(null);
      // The system's file dialog stays open while the vault or the window locks.
      if (!guard.atHand) return failed({ code: "vault_locked" });
      return exportVault(vault, keeper.watches.all(), file, new Secret(passphrase), { clock, random });
    },
    async "vault.import"({ passphrase, sameFile }) {
      const file = sameFile && importFile !== undefined ? importFile : await files.open("export");
      if (file === undefined) return ok(null);
      importFile = file;
      if (!guard.atHand) return failed({ code: "vault_locked" });
      const answer = await importVault(vault, file, new Secret(passphrase), random, (record) =>
        keeper.adopt(record, "imported"),
      );
      changed();
      void keeper.validateAll(); // takes minutes with thousands of sign-ins; each row shows its own result
      return answer;
    },
  } satisfies Partial<Handlers>;
}
