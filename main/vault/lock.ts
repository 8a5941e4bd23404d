/**
 * Locking, in its three strengths: the vault closes; only the window is locked, and tools go on; or, where there is no
 * passphrase and a lock would protect nothing, hand-outs are paused. ADR 0008.
 */
import { stat } from "node:fs/promises";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Settings } from "../../contract/settings.ts";
import type { Log } from "../../core/ports.ts";
import type { Secret } from "../../core/secret.ts";
import { queuePerKey } from "../../core/single-flight.ts";
import { eraseDurably, writeDurably } from "../storage/durable-file.ts";
import type { WritableLockState } from "./lock-state.ts";
import type { Resealing, VaultDoor } from "./types.ts";

/** How the app notices that the user is away. */
export type Absence = "idle" | "screen_locked" | "suspended";

export interface Lock {
  /** Reads, before the vault opens, whether the window was locked when the app ended: then it still is. */
  load(): Promise<void>;
  /** Runs what may open the vault, in turn with the locks and unlocks; then calls `onOpened`. */
  opening<V>(open: () => Promise<Result<V>>): Promise<Result<V>>;
  /**
   * Locks the window, or the vault. Fails with `passphrase_missing`, or with the failure of `settle`; then the vault
   * stays open.
   */
  lock(what: "window" | "vault"): Promise<Result<null>>;
  /** Unlocks the window and the vault. Fails as `VaultDoor.unlock`. */
  unlock(passphrase: Secret): Promise<Result<null>>;
  pause(paused: boolean): Promise<Result<null>>;
  reseal(by: Resealing): Promise<Result<null>>;
  /** Moves the vault aside, for a forgotten passphrase; the window's lock ends with it. */
  setAside(): Promise<Result<{ readonly folder: string }>>;
  /** Locks what the settings name for this absence, if they name anything. */
  away(absence: Absence): Promise<void>;
}

interface LockParts {
  readonly state: WritableLockState;
  readonly door: VaultDoor;
  readonly settings: () => Settings;
  readonly log: Log;
  /** A file that exists while the window is locked. */
  readonly windowLockedFile: string;
  /** A lock begins, of the window or of the vault: takes our tokens off the clipboard. */
  readonly onLocking: () => void;
  /** Tools get no more tokens: ends the temporary grants and the open pairing request. */
  readonly onHandOutsStopped: () => void;
  /** Finishes running requests before the key is dropped; fails when an answer could not be written. */
  readonly settle: () => Promise<Result<null>>;
  /** The vault is locked: forgets what arrived while it closed. */
  readonly onVaultLocked: () => Promise<void>;
  /** The vault is open: after it opened, or because it stays open after all. */
  readonly onOpened: () => Promise<void>;
  /** Brings the tools' table of tokens up to date; resolves once the socket's thread uses it. */
  readonly syncTable: () => Promise<void>;
  /** The window must show something else now. */
  readonly onChange: () => void;
}

async function forgetWindowLock({ state, windowLockedFile, log }: LockParts): Promise<void> {
  state.setWindowLocked(false);
  await eraseDurably(windowLockedFile).catch((cause: unknown) => log.warn("guard.curtain", { cause }));
}

async function lockWindow({ state, windowLockedFile, onLocking, onChange, log }: LockParts) {
  onLocking();
  state.setWindowLocked(true);
  onChange();
  // The window is locked already; a full disk costs only that it stays locked over a restart.
  await writeDurably(windowLockedFile, "{}").catch((cause: unknown) => log.warn("guard.curtain", { cause }));
  return ok(null);
}

async function lockVault(parts: LockParts): Promise<Result<null>> {
  const { state, door, onLocking, onHandOutsStopped, settle, onVaultLocked, onOpened, syncTable } = parts;
  onLocking();
  state.setClosing(true);
  onHandOutsStopped();
  try {
    await syncTable(); // hand-outs stop at once; running requests are finished afterwards
    const settled = await settle();
    if (settled.ok) {
      await door.lock(true);
      await onVaultLocked();
      await forgetWindowLock(parts);
    }
    state.setClosing(false);
    if (!settled.ok) await onOpened(); // an answer that is only in memory would be lost with the key
    return settled;
  } finally {
    state.setClosing(false);
    await syncTable();
  }
}

async function lockNow(parts: LockParts, what: "window" | "vault"): Promise<Result<null>> {
  if (!parts.state.hasPassphrase) return failed({ code: "passphrase_missing" });
  return what === "window" ? lockWindow(parts) : lockVault(parts);
}

async function setAsideNow(parts: LockParts): Promise<Result<{ readonly folder: string }>> {
  const { state, door, onHandOutsStopped } = parts;
  // Behind a locked window the vault is open and in use: its running requests are finished first.
  const closed = state.windowLocked && state.hasPassphrase ? await lockVault(parts) : ok(null);
  if (!closed.ok) return closed;
  onHandOutsStopped();
  const aside = await door.setAside();
  if (aside.ok) await forgetWindowLock(parts);
  return aside;
}

/** True where the settings lock something for this absence, and it is not locked yet. */
function locksFor(absence: Absence, { state, settings }: LockParts): boolean {
  const { lockOnScreenLock, lockOnSuspend, lockAfterIdleMin, lockWhat } = settings();
  const wanted = {
    screen_locked: lockOnScreenLock,
    suspended: lockOnSuspend,
    idle: lockAfterIdleMin > 0,
  };
  return wanted[absence] && state.hasPassphrase && !(state.windowLocked && lockWhat === "window");
}

export function createLock(parts: LockParts): Lock {
  const { state, door, settings, log, windowLockedFile, onHandOutsStopped, onOpened, syncTable, onChange } =
    parts;
  const turns = queuePerKey<string>();
  const inTurn = <V>(task: () => Promise<V>): Promise<V> => turns("lock", task);
  /** Brings everything up to date with a vault that has just opened. */
  const announceOpened = async (): Promise<void> => {
    await onOpened();
    await syncTable();
    onChange();
  };

  return {
    async load() {
      const locked = await stat(windowLockedFile).then(
        () => true,
        () => false,
      );
      state.setWindowLocked(locked);
    },
    async opening(open) {
      const answer = await inTurn(open);
      if (answer.ok) await onOpened();
      return answer;
    },
    lock: (what) => inTurn(() => lockNow(parts, what)),
    async unlock(passphrase) {
      const answer = await inTurn(async () => {
        const open = door.state.state === "open"; // only the window is locked
        const unlocked = await (open ? door.verify(passphrase) : door.unlock(passphrase));
        if (unlocked.ok) await forgetWindowLock(parts);
        return unlocked;
      });
      if (answer.ok) await announceOpened();
      return answer;
    },
    pause: (paused) =>
      inTurn(async () => {
        const answer = await door.pause(paused);
        if (answer.ok && paused) onHandOutsStopped();
        await syncTable();
        return answer;
      }),
    reseal: (by) => door.reseal(by),
    async setAside() {
      const answer = await inTurn(() => setAsideNow(parts));
      if (answer.ok) await announceOpened(); // the table still holds the tools of the old vault
      return answer;
    },
    async away(absence) {
      if (!locksFor(absence, parts)) return;
      const what = settings().lockWhat;
      const answer = await inTurn(() => lockNow(parts, what));
      log.info("guard.away", { absence, what, ...(!answer.ok && { code: answer.failure.code }) });
    },
  };
}
