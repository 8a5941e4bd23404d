/** The vault's state: what the window may know of it, and the key and envelope while it is open. */
import type { VaultView } from "../../contract/views/vault.ts";
import type { VaultRecord } from "../../core/accounts/records.ts";
import type { Clock, Log } from "../../core/ports.ts";
import type { ClosingFile } from "./closing-file.ts";
import type { Envelope } from "./keys/envelope.ts";

export interface VaultState {
  readonly view: VaultView;
  /** Present while the vault is open. */
  opened: { readonly key: Buffer; envelope: Envelope } | undefined;
  /** The records that were read first, while the others are read; empty at any other time. */
  early: readonly VaultRecord[];
  /** Changes the view and notifies the listeners, if the new view differs. */
  become(next: VaultView): VaultView;
  /** Calls `listener` after each change of `view`, until the returned function is called. */
  onState(listener: (view: VaultView) => void): () => void;
}

export function createVaultState(log: Log): VaultState {
  const listeners = new Set<(view: VaultView) => void>();
  let view: VaultView = { state: "opening" };
  return {
    get view() {
      return view;
    },
    opened: undefined,
    early: [],
    become(next) {
      const same = JSON.stringify(next) === JSON.stringify(view);
      view = next;
      if (same) return next; // another try of the keychain with the same outcome
      log.info("vault.state", { state: next.state, ...("failure" in next && { code: next.failure.code }) });
      for (const listener of listeners) listener(next);
      return next;
    },
    onState(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const CHECK_IDLE_EVERY_MS = 3_600_000;

/**
 * Refresh tokens of a closed vault lie idle and end one day. Returns a function that begins to watch: once that day
 * is near, the view of a closed or locked vault has `openByMs`.
 */
export function createIdleWatch(
  state: VaultState,
  closingFile: ClosingFile,
  clock: Clock,
  inTurn: (task: () => Promise<void>) => Promise<void>,
): () => void {
  let cancel: () => void = () => undefined;
  const watch = (): void => {
    cancel();
    cancel = clock.after(CHECK_IDLE_EVERY_MS, () => {
      void inTurn(async () => {
        const { view } = state;
        if ((view.state !== "locked" && view.state !== "closed") || "openByMs" in view) return;
        state.become({ ...view, ...closingFile.openBy(await closingFile.read()) });
        watch();
      });
    });
  };
  return watch;
}
