/** A keychain for tests in plain Node: real AES under a key of its own, and the faults of real keychains. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { KeychainView } from "../../contract/views/vault.ts";
import { Secret } from "../../core/secret.ts";
import type { Keychain } from "../../main/vault/types.ts";

export interface TestKeychain extends Keychain {
  /**
   * `forges`: no integrity, as on Linux: altered text opens to another text, without an error. `refuses`: it reports that
   * it is usable, and then fails to seal.
   */
  mood: "usable" | "missing" | "locked" | "hangs" | "forges" | "refuses";
  otherOnes: readonly KeychainView[];
  /** The number of times that the vault requested a restart of the app. */
  restarts: number;
  backend: string;
  /** Replaces the key, as when a keyring is deleted and created again. */
  forget(): void;
}

/** `key`: the key of an earlier keychain, to open what that one sealed. */
export function createTestKeychain(key: Buffer = randomBytes(32)): TestKeychain {
  const self: TestKeychain = {
    mood: "usable",
    backend: "test",
    otherOnes: [],
    restarts: 0,
    forget: () => void (key = randomBytes(32)),
    inspect() {
      if (self.mood === "hangs") return new Promise(() => undefined);
      const keychain = { name: "Test keychain", backend: self.backend };
      if (self.mood === "missing") return Promise.resolve({ state: "missing", backend: "basic_text" });
      return Promise.resolve({ state: self.mood === "locked" ? "locked" : "usable", keychain });
    },
    async seal(text) {
      await Promise.resolve();
      if (self.mood === "refuses") throw new Error("Encryption is not available");
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const sealed = Buffer.concat([cipher.update(text.reveal()), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
    others: () => Promise.resolve(self.otherOnes),
    restart() {
      self.restarts += 1;
    },
    // Asynchronous like every keychain: an error is a rejection.
    async open(sealed) {
      await Promise.resolve();
      if (self.mood === "forges")
        return { text: new Secret(randomBytes(32).toString("base64")), stale: false };
      const bytes = Buffer.from(sealed);
      const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
      cipher.setAuthTag(bytes.subarray(12, 28));
      const text = Buffer.concat([cipher.update(bytes.subarray(28)), cipher.final()]).toString();
      return { text: new Secret(text), stale: false };
    },
  };
  return self;
}
