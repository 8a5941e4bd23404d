/**
 * safeStorage as the vault's keychain. Electron 45 deprecates the synchronous calls and 33 has no others, so both are
 * reached by their shape.
 */
import { app, safeStorage } from "electron/main";
import { Secret } from "../../../core/secret.ts";
import { sessionBusAddress } from "../../desktop/session-bus.ts";
import { inspectBackend, isBackend, nameOfBackend, otherKeychains } from "../../vault/keys/keychains.ts";
import type { Keychain } from "../../vault/types.ts";

interface Modern {
  encryptStringAsync(text: string): Promise<Buffer>;
  decryptStringAsync(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }>;
}
interface Legacy {
  encryptString(text: string): Buffer;
  decryptString(sealed: Buffer): string;
}
const modern = (storage: object): storage is Modern => "encryptStringAsync" in storage;

const NAMES: Readonly<Record<string, string>> = { darwin: "macOS Keychain", win32: "Windows" };

/** Which keychain safeStorage uses in this process; known without touching it. */
const backend = (): string =>
  process.platform === "linux" ? safeStorage.getSelectedStorageBackend() : process.platform;

/** Text sealed under the fixed key that Chromium has for a session without a keychain begins with this. */
const FIXED_KEY_PREFIX = Buffer.from("v10");

export function createKeychain(): Keychain {
  const storage: object = safeStorage;
  return {
    async inspect() {
      const found = backend();
      const name = NAMES[found];
      if (name !== undefined) return { state: "usable", keychain: { name, backend: found } };
      // `basic_text` has a fixed key: it hides, and protects nothing.
      if (!isBackend(found)) return { state: "missing", backend: found };
      // Asked first, because safeStorage would wait for an unlock prompt, and main with it.
      const address = sessionBusAddress(process.env);
      const state = await inspectBackend(found, address);
      return state === "missing"
        ? { state, backend: found }
        : { state, keychain: { name: await nameOfBackend(found, address), backend: found } };
    },
    others: () =>
      process.platform === "linux"
        ? otherKeychains(backend(), sessionBusAddress(process.env))
        : Promise.resolve([]),
    restart() {
      app.relaunch();
      app.quit();
    },
    async seal(text) {
      const sealed = modern(storage)
        ? await storage.encryptStringAsync(text.reveal())
        : (storage as Legacy).encryptString(text.reveal());
      if (process.platform === "linux" && sealed.subarray(0, 3).equals(FIXED_KEY_PREFIX))
        throw new Error("the keychain did not answer, and Chromium used its fixed key");
      return sealed;
    },
    async open(sealed) {
      const bytes = Buffer.from(sealed);
      if (!modern(storage))
        return { text: new Secret((storage as Legacy).decryptString(bytes)), stale: false };
      const { result, shouldReEncrypt } = await storage.decryptStringAsync(bytes);
      return { text: new Secret(result), stale: shouldReEncrypt };
    },
  };
}
