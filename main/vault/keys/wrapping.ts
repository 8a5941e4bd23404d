/** Wraps the vault key: by the keychain, by a passphrase, or by both. */
import { failed, ok, type Result } from "../../../contract/failure.ts";
import type { KeychainView } from "../../../contract/views/vault.ts";
import type { Clock, Randomness } from "../../../core/ports.ts";
import { keyToText, wrapByPassphrase, wrapOf, type Envelope, type KeychainWrap } from "./envelope.ts";
import type { Keychain, Resealing } from "../types.ts";

/** A keychain that asks its person something may take long; one that takes longer than this hangs. */
const KEYCHAIN_TIMEOUT_MS = 10_000;

/** The keychain is at fault, whatever it said of itself before, and not the disk. */
export class KeychainFailure extends Error {}
export class KeychainTimeout extends KeychainFailure {
  constructor() {
    super("the keychain did not answer in time");
  }
}

export interface Wrapping {
  /** Rejects with `KeychainFailure` when the keychain refuses, or takes too long; nothing waits for ever. */
  readonly inTime: <V>(work: Promise<V>) => Promise<V>;
  readonly wrapByKeychain: (key: Buffer, view: KeychainView) => Promise<KeychainWrap>;
  /** The wraps that are asked for, from those there are; only what is missing is made. */
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
        const there = wrapOf(envelope, "keychain");
        const found = there === undefined ? await inTime(keychain.inspect()) : undefined;
        if (there !== undefined) wraps.push(there);
        else if (found?.state === "usable") wraps.push(await wrapByKeychain(key, found.keychain));
        else return failed({ code: `keychain_${found?.state ?? "missing"}` });
      }
      const there = wrapOf(envelope, "passphrase");
      if (passphrase === "keep") wraps.push(...(there === undefined ? [] : [there]));
      else if (passphrase !== "none")
        wraps.push(await wrapByPassphrase(key, envelope.vault, passphrase, random));
      return wraps.length === 0 ? failed({ code: "passphrase_missing" }) : ok(wraps);
    },
  };
}
