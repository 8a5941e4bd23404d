/** Wraps the vault key: by the keychain, by a passphrase, or by both. */
import { failed, ok, type Result } from "../../../contract/failure.ts";
import type { KeychainView } from "../../../contract/views/vault.ts";
import type { Clock, Randomness } from "../../../core/ports.ts";
import { keyToText, wrapByPassphrase, wrapOf, type Envelope, type KeychainWrap } from "./envelope.ts";
import type { Keychain, Resealing } from "../types.ts";

/** A keychain that prompts the user may take long; one that takes longer than this hangs. */
const KEYCHAIN_TIMEOUT_MS = 10_000;

/** The keychain failed, even if it reported itself usable before. Not an error of the disk. */
export class KeychainFailure extends Error {}
export class KeychainTimeout extends KeychainFailure {
  constructor() {
    super("the keychain did not answer in time");
  }
}

export interface Wrapping {
  /** Waits for the keychain. Rejects with `KeychainFailure` when it refuses or takes too long. */
  readonly inTime: <V>(work: Promise<V>) => Promise<V>;
  readonly wrapByKeychain: (key: Buffer, view: KeychainView) => Promise<KeychainWrap>;
  /**
   * The wraps that `by` asks for; those that the envelope has are used again. Fails with `keychain_missing`,
   * `keychain_locked`, `keychain_failing`, and `passphrase_missing` when there would be none.
   */
  readonly rewrap: (key: Buffer, envelope: Envelope, by: Resealing) => Promise<Result<Envelope["wraps"]>>;
}

export function createWrapping(keychain: Keychain, clock: Clock, random: Randomness): Wrapping {
  const inTime = <V>(work: Promise<V>): Promise<V> =>
    new Promise((resolve, reject) => {
      const refuse = (cause: unknown) => reject(new KeychainFailure("the keychain failed", { cause }));
      const cancel = clock.after(KEYCHAIN_TIMEOUT_MS, () => reject(new KeychainTimeout()));
      work.then(resolve, refuse).finally(cancel);
    });
  const wrapByKeychain = async (key: Buffer, view: KeychainView): Promise<KeychainWrap> => {
    const sealed = await inTime(keychain.seal(keyToText(key)));
    return { kind: "keychain", ...view, sealed: Buffer.from(sealed).toString("base64") };
  };
  return {
    inTime,
    wrapByKeychain,
    async rewrap(key, envelope, { keychain: byKeychain, passphrase }) {
      const wraps: Envelope["wraps"] = [];
      if (byKeychain) {
        const present = wrapOf(envelope, "keychain");
        const found = present === undefined ? await inTime(keychain.inspect()) : undefined;
        if (present !== undefined) wraps.push(present);
        else if (found?.state === "usable") wraps.push(await wrapByKeychain(key, found.keychain));
        else return failed({ code: `keychain_${found?.state ?? "missing"}` });
      }
      const present = wrapOf(envelope, "passphrase");
      if (passphrase === "keep") wraps.push(...(present === undefined ? [] : [present]));
      else if (passphrase !== "none")
        wraps.push(await wrapByPassphrase(key, envelope.vault, passphrase, random));
      return wraps.length === 0 ? failed({ code: "passphrase_missing" }) : ok(wraps);
    },
  };
}
