/**
 * Gets the vault's key out of its envelope, by the keychain or by the passphrase, and puts it into a new one
 * (ADR 0003, ADR 0017).
 */
import { failed, ok, type Failure, type Result } from "../../../contract/failure.ts";
import type { KeychainView } from "../../../contract/views/vault.ts";
import type { Clock, Log, Randomness } from "../../../core/ports.ts";
import type { Secret } from "../../../core/secret.ts";
import type { Keychain } from "../types.ts";
import {
  isKeyOf,
  keyFromText,
  newEnvelope,
  unwrapByPassphrase,
  wrapByPassphrase,
  wrapOf,
  writeEnvelope,
  type Envelope,
  type KeychainWrap,
} from "./envelope.ts";
import { createTries, type Tries } from "./passphrase.ts";
import { KEY_BYTES } from "./seal.ts";
import { createWrapping, KeychainTimeout, type Wrapping } from "./wrapping.ts";

/** The key, and the envelope as it is on disk now. */
export interface Unwrapped {
  readonly key: Buffer;
  readonly envelope: Envelope;
}

export interface VaultKeys {
  readonly wrapping: Wrapping;
  /** Makes a key and its envelope, which is on disk then. Rejects with `KeychainFailure` or the file system's error. */
  create(by: KeychainView | Secret): Promise<Unwrapped>;
  /**
   * Fails with `keychain_stopped`, `keychain_changed`, `keychain_locked`, `keychain_failing`, `envelope_unreadable`.
   * Rejects with `KeychainFailure` when the keychain does not say how it is.
   */
  byKeychain(envelope: Envelope, wrap: KeychainWrap): Promise<Result<Unwrapped>>;
  /**
   * Each wrong passphrase makes the next try slower. Fails with `passphrase_wrong`, `passphrase_wait`,
   * `vault_not_ready` (the envelope has no passphrase), `internal`.
   */
  byPassphrase(envelope: Envelope, passphrase: Secret): Promise<Result<Buffer>>;
  /** Checks the passphrase where the envelope has one. Fails as `byPassphrase`. */
  verify(envelope: Envelope, passphrase: Secret | undefined): Promise<Result<null>>;
  /**
   * Finishes a move to another keychain (`movesTo`) if the app runs with that one now; otherwise, or where that fails,
   * the next unlocking tries again. Resolves with the envelope that is on disk then.
   */
  finishMove(envelope: Envelope, key: Buffer): Promise<Envelope>;
}

interface Parts {
  readonly envelopeFile: string;
  readonly keychain: Keychain;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
}

async function byKeychain(
  parts: Parts,
  wrapping: Wrapping,
  envelope: Envelope,
  wrap: KeychainWrap,
): Promise<Result<Unwrapped>> {
  const { keychain } = parts;
  const found = await wrapping.inTime(keychain.inspect());
  if (found.state === "missing" && found.backend === wrap.backend)
    return failed({ code: "keychain_stopped", was: wrap.name });
  const view = found.state === "missing" ? undefined : found.keychain;
  if (view?.backend !== wrap.backend)
    return failed({ code: "keychain_changed", was: wrap.name, now: view?.name ?? "no keychain" });
  if (found.state === "locked" || found.state === "failing")
    return failed({ code: `keychain_${found.state}` });
  let key: Buffer;
  let stale: boolean;
  try {
    const unwrapped = await wrapping.inTime(keychain.open(Buffer.from(wrap.sealed, "base64")));
    key = keyFromText(unwrapped.text);
    stale = unwrapped.stale;
  } catch (cause) {
    const timedOut = cause instanceof KeychainTimeout;
    return failed({ code: timedOut ? "keychain_failing" : "envelope_unreadable" }, cause);
  }
  // On Linux altered text decrypts without an error; only the envelope's check tells.
  if (!isKeyOf(envelope, key)) return failed({ code: "envelope_unreadable" });
  return ok({
    key,
    envelope: stale ? await renewWrap(parts, wrapping, envelope, wrap, key, view) : envelope,
  });
}

/** The keychain has a new key and asks for its wrap to be made again. Where that fails, the next start tries again. */
async function renewWrap(
  { envelopeFile, log }: Parts,
  wrapping: Wrapping,
  envelope: Envelope,
  wrap: KeychainWrap,
  key: Buffer,
  view: KeychainView,
): Promise<Envelope> {
  try {
    const renewed = await wrapping.wrapByKeychain(key, view);
    const wraps = envelope.wraps.map((old) => (old === wrap ? renewed : old));
    const next: Envelope = { ...envelope, wraps };
    await writeEnvelope(envelopeFile, next);
    return next;
  } catch (cause) {
    log.warn("vault.not_resealed", { cause });
    return envelope;
  }
}

async function byPassphrase(
  { log }: Parts,
  tries: Tries,
  envelope: Envelope,
  passphrase: Secret,
): Promise<Result<Buffer>> {
  const wrap = wrapOf(envelope, "passphrase");
  if (wrap === undefined) return failed({ code: "vault_not_ready" });
  const waitSec = tries.waitSec();
  if (waitSec > 0) return failed({ code: "passphrase_wait", waitSec });
  let key: Buffer | undefined;
  try {
    key = await unwrapByPassphrase(wrap, envelope.vault, passphrase);
  } catch (cause) {
    return failed({ code: "internal" }, cause); // for example no memory for the derivation: not a fault of the disk
  }
  if (key === undefined || !isKeyOf(envelope, key)) {
    tries.wrong();
    log.warn("vault.wrong_passphrase");
    return failed({ code: "passphrase_wrong" });
  }
  tries.right();
  return ok(key);
}

async function finishMove(
  { envelopeFile, keychain, log }: Parts,
  wrapping: Wrapping,
  envelope: Envelope,
  key: Buffer,
): Promise<Envelope> {
  const { movesTo, ...rest } = envelope;
  if (movesTo === undefined) return envelope;
  try {
    const found = await wrapping.inTime(keychain.inspect());
    if (found.state !== "usable" || found.keychain.backend !== movesTo) return envelope;
    const wrap = await wrapping.wrapByKeychain(key, found.keychain);
    const moved: Envelope = { ...rest, wraps: [wrap, ...rest.wraps] };
    await writeEnvelope(envelopeFile, moved);
    return moved;
  } catch (cause) {
    log.warn("vault.not_moved", { cause });
    return envelope;
  }
}

export function createVaultKeys(parts: Parts): VaultKeys {
  const { envelopeFile, keychain, clock, random } = parts;
  const wrapping = createWrapping(keychain, clock, random);
  const tries = createTries(clock);
  return {
    wrapping,
    async create(by) {
      const key = Buffer.from(random.bytes(KEY_BYTES));
      const vault = random.uuid();
      const wrap = await ("backend" in by
        ? wrapping.wrapByKeychain(key, by)
        : wrapByPassphrase(key, vault, by, random));
      const envelope = newEnvelope(key, vault, wrap, clock.nowMs());
      await writeEnvelope(envelopeFile, envelope);
      return { key, envelope };
    },
    byKeychain: (envelope, wrap) => byKeychain(parts, wrapping, envelope, wrap),
    byPassphrase: (envelope, passphrase) => byPassphrase(parts, tries, envelope, passphrase),
    async verify(envelope, passphrase) {
      if (wrapOf(envelope, "passphrase") === undefined) return ok(null);
      const wrong: Failure = { code: "passphrase_wrong" };
      if (passphrase === undefined) return failed(wrong);
      const key = await byPassphrase(parts, tries, envelope, passphrase);
      return key.ok ? ok(null) : key;
    },
    finishMove: (envelope, key) => finishMove(parts, wrapping, envelope, key),
  };
}
