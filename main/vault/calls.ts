/** The window's calls about the vault: opening it, locking it, changing what opens it. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import { Secret } from "../../core/secret.ts";
import type { Lock } from "./lock.ts";
import type { Keychain, VaultDoor } from "./types.ts";

export const vaultCalls = ({
  door,
  lock,
  keychain,
  open,
}: {
  readonly door: VaultDoor;
  readonly lock: Lock;
  readonly keychain: Keychain;
  /** Opens the vault, if the keychain lets it, and starts what waits for that. */
  readonly open: () => Promise<Result<null>>;
}) =>
  ({
    "vault.create": ({ passphrase }) => lock.opening(() => door.create(new Secret(passphrase))),
    "vault.unlock": ({ passphrase }) => lock.unlock(new Secret(passphrase)),
    "vault.retry": () => open(),
    "vault.lock": (what) => lock.lock(what),
    "vault.pause": (paused) => lock.pause(paused),
    "vault.reseal": ({ keychain, passphrase, current }) =>
      lock.reseal({
        keychain,
        passphrase: typeof passphrase === "string" ? passphrase : new Secret(passphrase.new),
        ...(current !== undefined && { current: new Secret(current) }),
      }),
    "vault.otherKeychains": async () => ok(await keychain.others()),
    async "vault.move"({ backend, current }) {
      const others = await keychain.others();
      if (others.every((other) => other.backend !== backend)) return failed({ code: "keychain_missing" });
      const moved = await door.move(backend, new Secret(current));
      if (moved.ok) keychain.restart();
      return moved;
    },
    "vault.setAside": () => lock.setAside(),
  }) satisfies Partial<Handlers>;
