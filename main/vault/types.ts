import type { KeychainView, UnreadableView, VaultView } from "../../contract/views/vault.ts";
import type { Result } from "../../contract/failure.ts";
import type { Draft, RecordKind, VaultRecord } from "../../core/accounts/records.ts";
import type { Secret } from "../../core/secret.ts";

/** The operating system's keychain as the vault sees it. `main/electron/system/keychain.ts` makes it from safeStorage. */
export interface Keychain {
  /**
   * Asks, without ever touching or prompting, what there is. Never rejects.
   * `missing`: none, or only Chromium's `basic_text`, which protects nothing. `locked`: there, but needs its password.
   * `failing`: there, and does not answer as it should.
   */
  inspect(): Promise<
    | { readonly state: "usable"; readonly keychain: KeychainView }
    | { readonly state: "missing"; readonly backend: string }
    | { readonly state: "locked" | "failing"; readonly keychain: KeychainView }
  >;
  /** Other keychains of this session that answer and are open. The one in use is fixed while the app runs. Never rejects. */
  others(): Promise<readonly KeychainView[]>;
  /** Ends the app and starts it again: with the keychain that the vault's envelope names. */
  restart(): void;
  /** Rejects when the keychain fails. */
  seal(text: Secret): Promise<Uint8Array>;
  /** `stale`: the keychain's key has changed; seal again. Rejects when it cannot be opened. */
  open(sealed: Uint8Array): Promise<{ readonly text: Secret; readonly stale: boolean }>;
}

/** What the vault is to be opened by. */
export interface Resealing {
  readonly keychain: boolean;
  /** `keep`: the one there is, if there is one. */
  readonly passphrase: "keep" | "none" | Secret;
  /** Asked for when there is a passphrase: the desk may not be its owner's. */
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
   * Takes the record from its file, whoever wrote it; undefined where there is none any more. Fails with
   * `storage_failing` (the file cannot be read; memory keeps the old record), `vault_locked`.
   */
  reread(id: string): Promise<Result<VaultRecord | undefined>>;
  /** Deletes a record's file, durably. Fails with `storage_failing`, `vault_locked`. */
  erase(id: string): Promise<Result<null>>;
}

/** Opens and closes the vault, and changes what opens it. */
export interface VaultDoor {
  readonly state: VaultView;
  /** What was read first while the rest is read: to be shown, and not to be worked with. */
  readonly early: readonly VaultRecord[];
  /** Files that could not be read: left as they are, never overwritten. */
  readonly unreadable: readonly UnreadableView[];
  /** Called after each change of `state`. The answer ends it. */
  onState(listener: (state: VaultView) => void): () => void;
  /** Opens what is there, or makes a new vault when the keychain can seal it. Safe to call again. Never rejects. */
  open(): Promise<VaultView>;
  /** Makes a vault that a passphrase alone seals. Only in `needs_passphrase`. */
  create(passphrase: Secret): Promise<Result<null>>;
  /** Slow on purpose (scrypt), slower after wrong tries; never blocks. `passphrase_wrong` changes nothing. */
  unlock(passphrase: Secret): Promise<Result<null>>;
  /** Whether this is its passphrase; as slow as `unlock`. Where it has none, anybody may go on. */
  verify(passphrase: Secret | undefined): Promise<Result<null>>;
  /** Changes what opens it; the records stay as they are. Fails with `passphrase_missing` when nothing would. */
  reseal(by: Resealing): Promise<Result<null>>;
  /**
   * Takes the keychain's wrap away and notes which backend is to make the next one: after a start with that one, the
   * first unlocking by the passphrase does. Fails with `passphrase_missing`, which would leave nothing to open it with.
   */
  move(backend: string, current: Secret): Promise<Result<null>>;
  /**
   * Refuses writes from now on, waits for those under way, then drops the key and the records. `held`: the person wants it closed, and it stays so
   * over a restart.
   */
  lock(held: boolean): Promise<void>;
  /** Stops hand-outs, or lets them go on; survives a restart. It protects nothing. Fails with `storage_failing`. */
  pause(paused: boolean): Promise<Result<null>>;
  /** Moves a vault that cannot be opened aside, whole, and begins an empty one. The answer is where the old one is. */
  setAside(): Promise<Result<{ readonly folder: string }>>;
}

export interface Vault extends RecordStore, VaultDoor {}
