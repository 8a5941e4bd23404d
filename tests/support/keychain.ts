/** A keychain for tests in plain Node: real AES under a key of its own, with the moods that real ones have. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { Secret } from "../../core/secret.ts";
import type { Keychain } from "../../main/vault/types.ts";

export interface TestKeychain extends Keychain {
  /** `forges`: no integrity, as on Linux: altered text opens to something else, without an error. */
  mood: "usable" | "missing" | "locked" | "hangs" | "forges";
  backend: string;
  /** As when the keyring was deleted and made anew. */
  forget(): void;
}

/** `key`: that of an earlier one, to open what it sealed. */
export function createTestKeychain(key: Buffer = randomBytes(32)): TestKeychain {
  const self: TestKeychain = {
    mood: "usable",
    backend: "test",
    forget: () => void (key = randomBytes(32)),
    inspect() {
      if (self.mood === "hangs") return new Promise(() => undefined);
      const keychain = { name: "Test keychain", backend: self.backend };
      if (self.mood === "missing") return Promise.resolve({ state: "missing", backend: "basic_text" });
      return Promise.resolve({ state: self.mood === "locked" ? "locked" : "usable", keychain });
    },
    seal(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const sealed = Buffer.concat([cipher.update(text.reveal()), cipher.final()]);
      return Promise.resolve(Buffer.concat([nonce, cipher.getAuthTag(), sealed]));
    },
    open(sealed) {
      if (self.mood === "forges")
        return Promise.resolve({ text: new Secret(randomBytes(32).toString("base64")), stale: false });
      const bytes = Buffer.from(sealed);
      const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
      cipher.setAuthTag(bytes.subarray(12, 28));
      const text = Buffer.concat([cipher.update(bytes.subarray(28)), cipher.final()]).toString();
      return Promise.resolve({ text: new Secret(text), stale: false });
    },
  };
  return self;
}
