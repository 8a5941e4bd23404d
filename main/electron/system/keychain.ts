/**
 * Electron's safeStorage as the vault's keychain. Electron 45 deprecates the synchronous calls and Electron 33 has no
 * others, so the code checks which calls exist.
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

/** The keychain that safeStorage uses in this process. Reading its name does not access the keychain. */
const backend = (): string =>
  process.platform === "linux" ? safeStorage.getSelectedStorageBackend() : process.platform;

/** Begins each text that Chromium encrypted with its fixed key, which it uses where there is no keychain. */
const FIXED_KEY_PREFIX = Buffer.from("v10");

export function createKeychain(): Keychain {
  const storage: object = safeStorage;
  return {
    async inspect() {
      const current = backend();
      const name = NAMES[current];
      if (name !== undefined) return { state: "usable", keychain: { name, backend: current } };
      // `basic_text` has a fixed key, which protects nothing.
      if (!isBackend(current)) return { state: "missing", backend: current };
      // Queried over D-Bus first, because safeStorage blocks main while an unlock prompt is open.
      const address = sessionBusAddress(process.env);
      const state = await inspectBackend(current, address);
      return state === "missing"
        ? { state, backend: current }
        : { state, keychain: { name: await nameOfBackend(current, address), backend: current } };
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
