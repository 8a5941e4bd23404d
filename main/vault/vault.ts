/**
 * The vault (docs/vault-format.md), joined from its parts: the records (`record-store.ts`), what opens and reseals it
 * (`opening.ts`), and what closes it (`closing.ts`).
 */
import path from "node:path";
import { failed } from "../../contract/failure.ts";
import type { Clock, Log, Randomness } from "../../core/ports.ts";
import { queuePerKey } from "../../core/single-flight.ts";
import { createClosingFile } from "./closing-file.ts";
import { closeVault, pauseVault, setVaultAside } from "./closing.ts";
import { createVaultKeys } from "./keys/vault-key.ts";
import {
  createByPassphrase,
  moveVault,
  openVault,
  resealVault,
  unlockVault,
  type DoorParts,
} from "./opening.ts";
import { createRecordStore } from "./record-store.ts";
import type { Keychain, Vault } from "./types.ts";
import { createIdleWatch, createVaultState } from "./vault-state.ts";

export interface VaultParts {
  readonly folder: string;
  readonly keychain: Keychain;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
  /** Ids of the records that the window shows first; where there are many, they are read before the others. */
  readonly firstOnes?: () => Promise<readonly string[]>;
}

export function createVault(parts: VaultParts): Vault {
  const { folder, keychain, clock, random, log, firstOnes = () => Promise.resolve([]) } = parts;
  const envelopeFile = path.join(folder, "envelope.json");
  const recordsFolder = path.join(folder, "records");
  const turns = queuePerKey<string>();
  /** Everything that opens, closes or reseals the vault runs one after the other. */
  const inTurn = <V>(task: () => Promise<V>): Promise<V> => turns("vault", task);
  const state = createVaultState(log);
  const records = createRecordStore({ recordsFolder, random, log });
  const keys = createVaultKeys({ envelopeFile, keychain, clock, random, log });
  const closingFile = createClosingFile(path.join(folder, "closed.json"), clock);
  const watchIdle = createIdleWatch(state, closingFile, clock, inTurn);
  const door: DoorParts = {
    folder,
    recordsFolder,
    envelopeFile,
    keychain,
    clock,
    log,
    firstOnes,
    state,
    records,
    keys,
    closingFile,
    watchIdle,
  };

  return {
    list: (kind) => records.list(kind),
    get: (kind, id) => records.get(kind, id),
    write: (record, over) => records.write(record, over),
    reread: (id) => records.reread(id),
    erase: (id) => records.erase(id),

    get state() {
      return state.view;
    },
    get early() {
      return state.early;
    },
    get unreadable() {
      return records.unreadable;
    },
    onState: (listener) => state.onState(listener),
    open: () => inTurn(async () => (state.view.state === "open" ? state.view : openVault(door))),
    create: (passphrase) => inTurn(() => createByPassphrase(door, passphrase)),
    unlock: (passphrase) => inTurn(() => unlockVault(door, passphrase)),
    verify: (passphrase) =>
      inTurn(async () =>
        state.opened === undefined
          ? failed({ code: "vault_locked" })
          : keys.verify(state.opened.envelope, passphrase),
      ),
    reseal: (by) => inTurn(() => resealVault(door, by)),
    move: (backend, current) => inTurn(() => moveVault(door, backend, current)),
    lock: (held) => inTurn(() => closeVault(door, held)),
    pause: (paused) => inTurn(() => pauseVault(door, paused)),
    setAside: () => inTurn(() => setVaultAside(door)),
  };
}
