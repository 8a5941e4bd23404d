/**
 * Opens and creates the vault, and changes what opens it. What cannot be opened is left exactly as it is: no new key is
 * ever made over old records.
 */
import { mkdir, readdir } from "node:fs/promises";
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { VaultView } from "../../contract/views/vault.ts";
import type { Clock, Log } from "../../core/ports.ts";
import type { Secret } from "../../core/secret.ts";
import type { ClosingFile } from "./closing-file.ts";
import { readEnvelope, sealedBy, wrapOf, writeEnvelope, type Envelope } from "./keys/envelope.ts";
import { tooShort } from "./keys/passphrase.ts";
import type { Unwrapped, VaultKeys } from "./keys/vault-key.ts";
import { KeychainFailure } from "./keys/wrapping.ts";
import { storageFailing, type ClosableRecordStore } from "./record-store.ts";
import type { Keychain, Resealing } from "./types.ts";
import type { VaultState } from "./vault-state.ts";

/** The state that opening and closing share. Their functions run one after the other (`vault.ts`). */
export interface DoorParts {
  readonly folder: string;
  readonly recordsFolder: string;
  readonly envelopeFile: string;
  readonly keychain: Keychain;
  readonly clock: Clock;
  readonly log: Log;
  /** Ids of the records that the window shows first; where there are many, they are read before the others. */
  readonly firstOnes: () => Promise<readonly string[]>;
  readonly state: VaultState;
  readonly records: ClosableRecordStore;
  readonly keys: VaultKeys;
  readonly closingFile: ClosingFile;
  /** Begins to watch for refresh tokens that lie idle too long. */
  readonly watchIdle: () => void;
}

export const openView = ({ records }: DoorParts, envelope: Envelope, paused: boolean): VaultView => ({
  state: "open",
  sealedBy: sealedBy(envelope),
  paused,
  unreadable: records.unreadable,
});

/** The keychain does not open the vault; a passphrase, if the envelope has one, still does. */
async function becomeClosed(
  { state, closingFile, log }: DoorParts,
  failure: Failure,
  cause?: unknown,
  envelope?: Envelope,
): Promise<VaultView> {
  if (cause !== undefined) log.warn("vault.closed", { code: failure.code, cause });
  const passphrase = envelope !== undefined && wrapOf(envelope, "passphrase") !== undefined;
  const openBy = closingFile.openBy(await closingFile.read());
  return state.become({ state: "closed", failure, passphrase, ...openBy });
}

/** Reads the records and makes the vault open. Rejects with the file system's error; the state is as before then. */
async function openWith(parts: DoorParts, { key, envelope }: Unwrapped, paused: boolean): Promise<VaultView> {
  const { state, records, closingFile, firstOnes, log } = parts;
  const before = state.view;
  try {
    await records.load({ key, vault: envelope.vault }, await firstOnes(), (first, of) => {
      state.early = first;
      state.become({ state: "opening", reading: { of, sealedBy: sealedBy(envelope) } });
    });
  } catch (error) {
    state.become(before);
    throw error;
  } finally {
    state.early = [];
  }
  state.opened = { key, envelope };
  // An open vault makes the closing file outdated: left there, it would hold a later start closed, or warn in vain.
  if (!paused) await closingFile.erase().catch((cause: unknown) => log.warn("vault.closing", { cause }));
  return state.become(openView(parts, envelope, paused));
}

/** There is no envelope yet: makes one, sealed by the keychain. */
async function openNew(parts: DoorParts): Promise<VaultView> {
  const { recordsFolder, keychain, keys, state, log } = parts;
  // Records without their envelope are somebody's accounts: their key may come back from a backup.
  if ((await readdir(recordsFolder)).some((name) => name.includes(".json")))
    return becomeClosed(parts, { code: "envelope_unreadable" });
  // The keychain protects nothing yet: while it does not serve, a passphrase may take its place.
  const withoutKeychain = (code: "keychain_missing" | "keychain_locked" | "keychain_failing") =>
    state.become({ state: "needs_passphrase", failure: { code } });
  try {
    const found = await keys.wrapping.inTime(keychain.inspect());
    if (found.state !== "usable") return withoutKeychain(`keychain_${found.state}`);
    return await openWith(parts, await keys.create(found.keychain), false);
  } catch (cause) {
    if (!(cause instanceof KeychainFailure)) throw cause;
    log.warn("vault.keychain", { cause });
    return withoutKeychain("keychain_failing");
  }
}

async function tryOpen(parts: DoorParts): Promise<VaultView> {
  const { recordsFolder, envelopeFile, keys, state, closingFile } = parts;
  await mkdir(recordsFolder, { recursive: true, mode: 0o700 });
  const read = await readEnvelope(envelopeFile);
  if (!read.ok) return becomeClosed(parts, read.failure, read.cause);
  const envelope = read.value;
  if (envelope === undefined) return openNew(parts);
  const wrap = wrapOf(envelope, "keychain");
  const closing = await closingFile.read();
  const held = closing?.held === true;
  // A vault that the user locked is not opened by a restart. One without a passphrase opens, and stays paused.
  if (wrap === undefined || (held && wrapOf(envelope, "passphrase") !== undefined))
    return state.become({ state: "locked", windowOnly: false, ...closingFile.openBy(closing) });
  const unwrapped = await keys.byKeychain(envelope, wrap);
  if (!unwrapped.ok) return becomeClosed(parts, unwrapped.failure, unwrapped.cause, envelope);
  return openWith(parts, unwrapped.value, held);
}

/** Opens what is there, or makes a new vault. Never rejects: whatever fails is a state. */
export async function openVault(parts: DoorParts): Promise<VaultView> {
  try {
    const view = await tryOpen(parts);
    if (view.state !== "open") parts.watchIdle();
    return view;
  } catch (cause) {
    const code = cause instanceof KeychainFailure ? "keychain_failing" : "storage_failing";
    return becomeClosed(parts, { code }, cause);
  }
}

/** Makes a vault that a passphrase alone seals. */
export async function createByPassphrase(parts: DoorParts, passphrase: Secret): Promise<Result<null>> {
  const { state, keys, log } = parts;
  if (state.view.state !== "needs_passphrase") return failed({ code: "vault_not_ready" });
  const short = tooShort(passphrase);
  if (short !== undefined) return failed(short);
  try {
    await openWith(parts, await keys.create(passphrase), false);
    return ok(null);
  } catch (cause) {
    return storageFailing(log, cause);
  }
}

export async function unlockVault(parts: DoorParts, passphrase: Secret): Promise<Result<null>> {
  const { state, envelopeFile, keys, log } = parts;
  if (state.view.state === "open") return ok(null);
  const envelope = await readEnvelope(envelopeFile);
  if (!envelope.ok) return envelope;
  if (envelope.value === undefined) return failed({ code: "vault_not_ready" });
  try {
    const key = await keys.byPassphrase(envelope.value, passphrase);
    if (!key.ok) return key;
    const moved = await keys.finishMove(envelope.value, key.value);
    await openWith(parts, { key: key.value, envelope: moved }, false);
    return ok(null);
  } catch (cause) {
    return storageFailing(log, cause);
  }
}

/** Other wraps of the same key. Rejects with the file system's error; the old envelope stays then. */
async function replaceWraps(
  parts: DoorParts,
  opened: NonNullable<VaultState["opened"]>,
  paused: boolean,
  next: Pick<Envelope, "wraps" | "movesTo">,
): Promise<Result<null>> {
  const { movesTo: _before, ...rest } = opened.envelope;
  const envelope: Envelope = { ...rest, ...next };
  await writeEnvelope(parts.envelopeFile, envelope);
  opened.envelope = envelope;
  parts.state.become(openView(parts, envelope, paused));
  return ok(null);
}

export async function resealVault(parts: DoorParts, by: Resealing): Promise<Result<null>> {
  const { keys, log } = parts;
  const { opened, view } = parts.state;
  if (opened === undefined || view.state !== "open") return failed({ code: "vault_locked" });
  if (by.passphrase !== "keep" && by.passphrase !== "none") {
    const short = tooShort(by.passphrase);
    if (short !== undefined) return failed(short);
  }
  const verified = await keys.verify(opened.envelope, by.current);
  if (!verified.ok) return verified;
  try {
    const wraps = await keys.wrapping.rewrap(opened.key, opened.envelope, by);
    return wraps.ok ? await replaceWraps(parts, opened, view.paused, { wraps: wraps.value }) : wraps;
  } catch (cause) {
    return cause instanceof KeychainFailure
      ? failed({ code: "keychain_failing" }, cause)
      : storageFailing(log, cause);
  }
}

export async function moveVault(parts: DoorParts, backend: string, current: Secret): Promise<Result<null>> {
  const { keys, log } = parts;
  const { opened, view } = parts.state;
  if (opened === undefined || view.state !== "open") return failed({ code: "vault_locked" });
  const wrap = wrapOf(opened.envelope, "passphrase");
  if (wrap === undefined) return failed({ code: "passphrase_missing" });
  const verified = await keys.verify(opened.envelope, current);
  if (!verified.ok) return verified;
  return replaceWraps(parts, opened, view.paused, { wraps: [wrap], movesTo: backend }).catch(
    (cause: unknown) => storageFailing(log, cause),
  );
}
