import type { KeychainView, UnreadableView, VaultView } from "../../contract/views/vault.ts";
import type { Result } from "../../contract/failure.ts";
import type { Draft, RecordKind, VaultRecord } from "../../core/accounts/records.ts";
import type { Secret } from "../../core/secret.ts";

/**
 * The operating system's keychain as the vault sees it. `main/electron/system/keychain.ts` makes it from safeStorage.
 */
export interface Keychain {
  /**
   * Finds out how the keychain is, without unlocking it or prompting the user. Never rejects.
   * `missing`: there is none, or only Chromium's `basic_text`, which protects nothing. `locked`: it needs its password.
   * `failing`: it does not answer as it should.
   */
  inspect(): Promise<
    | { readonly state: "usable"; readonly keychain: KeychainView }
    | { readonly state: "missing"; readonly backend: string }
    | { readonly state: "locked" | "failing"; readonly keychain: KeychainView }
  >;
  /** Other usable keychains of this session. The one in use cannot change while the app runs. Never rejects. */
  others(): Promise<readonly KeychainView[]>;
  /** Ends the app and starts it again, with the keychain that the vault's envelope names. */
  restart(): void;
  /** Rejects when the keychain fails. */
  seal(text: Secret): Promise<Uint8Array>;
  /**
   * `stale`: the keychain's own key has changed, and the text must be sealed again. Rejects when it cannot be opened.
   */
  open(sealed: Uint8Array): Promise<{ readonly text: Secret; readonly stale: boolean }>;
}

/** The choice of what opens the vault from now on. */
export interface Resealing {
  readonly keychain: boolean;
  /** `keep`: the passphrase that the vault has, if it has one. */
  readonly passphrase: "keep" | "none" | Secret;
  /** The present passphrase; required where there is one, because somebody else may sit at the computer. */
  readonly current?: Secret;
}

/**
 * The sealed records of an open vault (docs/vault-format.md). Reads come from memory; a write is on disk, its folder
 * synced, before its promise resolves.
 */
export interface RecordStore {
  /** All readable records of a kind; empty unless the vault is open. */
  list<K extends RecordKind>(kind: K): readonly Extract<VaultRecord, { kind: K }>[];
  get<K extends RecordKind>(kind: K, id: string): Extract<VaultRecord, { kind: K }> | undefined;
  /**
   * Writes a record whole, as the next generation; concurrent writes of one record follow each other.
   * `over: "known"`: only where the file still holds what this process read or wrote last (ADR 0004). Fails with
   * `record_changed` where it does not, `storage_failing` (memory and disk keep the old record), `vault_locked`.
   */
  write<R extends VaultRecord>(record: Draft<R> | R, over?: "known" | "anything"): Promise<Result<R>>;
  /**
   * Takes the record from its file, also where another process wrote it; undefined where the file is gone. Fails with
   * `storage_failing` (the file cannot be read; memory keeps the old record), `vault_locked`.
   */
  reread(id: string): Promise<Result<VaultRecord | undefined>>;
  /** Deletes a record's file, durably. Fails with `storage_failing`, `vault_locked`. */
  erase(id: string): Promise<Result<null>>;
}

/** Opens and closes the vault, and changes what opens it. */
export interface VaultDoor {
  readonly state: VaultView;
  /** The records that are read first, while the others are read: for the window's list alone. Empty once it is open. */
  readonly early: readonly VaultRecord[];
  /** Record files that could not be read; they are left as they are and never overwritten. */
  readonly unreadable: readonly UnreadableView[];
  /** Calls `listener` after each change of `state`, until the returned function is called. */
  onState(listener: (state: VaultView) => void): () => void;
  /** Opens what is there, or makes a new vault when the keychain can seal it. Safe to call again. Never rejects. */
  open(): Promise<VaultView>;
  /** Makes a vault that a passphrase alone seals. Only in `needs_passphrase`. */
  create(passphrase: Secret): Promise<Result<null>>;
  /**
   * Slow on purpose (scrypt), slower after wrong tries; never blocks. Fails with `passphrase_wrong`, `passphrase_wait`.
   */
  unlock(passphrase: Secret): Promise<Result<null>>;
  /** Checks the passphrase of an open vault, as slowly as `unlock`; succeeds where the vault has none. */
  verify(passphrase: Secret | undefined): Promise<Result<null>>;
  /** Changes what opens the vault; the records stay as they are. Fails with `passphrase_missing` when nothing would. */
  reseal(by: Resealing): Promise<Result<null>>;
  /**
   * Removes the keychain's wrap and notes the backend of the next keychain: after a start with that backend, the first
   * unlocking by the passphrase adds its wrap. Fails with `passphrase_missing`, because nothing would open the vault.
   */
  move(backend: string, current: Secret): Promise<Result<null>>;
  /**
   * Refuses writes from now on, waits for the running ones, then drops the key and the records. `held`: the user
   * wants the vault closed, and a restart does not open it.
   */
  lock(held: boolean): Promise<void>;
  /** Stops hand-outs, or lets them go on; survives a restart. It protects nothing. Fails with `storage_failing`. */
  pause(paused: boolean): Promise<Result<null>>;
  /** Moves a vault that cannot be opened aside, whole, and begins an empty one. `folder`: where the old one is now. */
  setAside(): Promise<Result<{ readonly folder: string }>>;
}

export interface Vault extends RecordStore, VaultDoor {}
