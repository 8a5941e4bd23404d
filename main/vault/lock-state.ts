/**
 * What the lock decides and everybody reads: whether the window is locked, whether tokens may leave, whether the vault
 * is about to close. `lock.ts` changes it.
 */
import type { VaultView } from "../../contract/views/vault.ts";
import type { VaultDoor } from "./types.ts";

export interface LockState {
  /** The vault as the window may see it: a locked window sees a locked vault. */
  view(): VaultView;
  /** True while the window shows nothing and takes no call but the one that unlocks it. */
  readonly windowLocked: boolean;
  /** True while both the vault and the window are open: accounts may be shown and tokens copied. */
  readonly unlocked: boolean;
  /** True while the vault is open, whether the window is locked or not. */
  readonly vaultOpen: boolean;
  /** True while the vault is locked, as opposed to a vault that cannot be opened. */
  readonly vaultLocked: boolean;
  /** True while nothing about accounts may be shown. The rows that are read first are shown while the vault opens. */
  readonly hidden: boolean;
  /** True while tools and the clipboard may get tokens. */
  readonly handsOut: boolean;
  /** True while the vault closes: nothing may begin that the lock would have to wait for. */
  readonly closing: boolean;
  /** True while the vault is open and a passphrase opens it; without one a lock would protect nothing. */
  readonly hasPassphrase: boolean;
}

/** The same state for `lock.ts`, the only writer. */
export interface WritableLockState extends LockState {
  /** Remembers that the window is locked, or is not; counts only where the vault has a passphrase. */
  setWindowLocked(locked: boolean): void;
  setClosing(closing: boolean): void;
}

export function createLockState(door: Pick<VaultDoor, "state">): WritableLockState {
  let windowLock = false;
  let closing = false;
  const hasPassphrase = (): boolean => door.state.state === "open" && door.state.sealedBy.passphrase;
  // While the vault opens, nobody knows whether it has a passphrase: the records that are read first stay hidden.
  const windowLocked = (): boolean => windowLock && (door.state.state === "opening" || hasPassphrase());
  return {
    view() {
      if (!windowLocked()) return door.state;
      // `door.state` is not returned: its progress of reading would show how many accounts there are.
      return door.state.state === "opening" ? { state: "opening" } : { state: "locked", windowOnly: true };
    },
    get windowLocked() {
      return windowLocked();
    },
    get unlocked() {
      return door.state.state === "open" && !windowLocked();
    },
    get vaultOpen() {
      return door.state.state === "open";
    },
    get vaultLocked() {
      return door.state.state === "locked";
    },
    get hidden() {
      return windowLocked() || (door.state.state !== "open" && door.state.state !== "opening");
    },
    get handsOut() {
      return door.state.state === "open" && !door.state.paused && !closing;
    },
    get closing() {
      return closing;
    },
    get hasPassphrase() {
      return hasPassphrase();
    },
    setWindowLocked(locked) {
      windowLock = locked;
    },
    setClosing(now) {
      closing = now;
    },
  };
}
