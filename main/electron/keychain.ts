/**
 * safeStorage as the vault's keychain. Electron 45 deprecates the synchronous calls and 33 has no others, so both are
 * reached by their shape.
 */
import { safeStorage } from "electron/main";
import { Secret } from "../../core/secret.ts";
import { inspectSecretService } from "../vault/secret-service.ts";
import type { Keychain } from "../vault/types.ts";

interface Modern {
  encryptStringAsync(text: string): Promise<Buffer>;
  decryptStringAsync(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }>;
}
interface Legacy {
  encryptString(text: string): Buffer;
  decryptString(sealed: Buffer): string;
}
const modern = (storage: object): storage is Modern => "encryptStringAsync" in storage;

const NAMES: Readonly<Record<string, string>> = {
  gnome_libsecret: "GNOME Keyring",
  kwallet: "KWallet",
  kwallet5: "KWallet",
  kwallet6: "KWallet",
  darwin: "macOS Keychain",
  win32: "Windows",
};

/** Which keychain safeStorage will use; known without touching it. */
const backend = (): string =>
  process.platform === "linux" ? safeStorage.getSelectedStorageBackend() : process.platform;

export function createKeychain(): Keychain {
  const storage: object = safeStorage;
  return {
    async inspect() {
      const found = backend();
      const name = NAMES[found];
      // `basic_text` has a fixed key: it hides, and protects nothing.
      if (name === undefined) return { state: "missing", backend: found };
      const keychain = { name, backend: found };
      if (found !== "gnome_libsecret") return { state: "usable", keychain };
      // Asked first, because safeStorage would wait for an unlock prompt, and main with it.
      const service = await inspectSecretService(process.env["DBUS_SESSION_BUS_ADDRESS"]);
      switch (service) {
        case "unlocked":
          return { state: "usable", keychain };
        case "locked":
        case "failing":
          return { state: service, keychain };
        case "absent":
        case "no_collection":
          return { state: "missing", backend: found };
      }
    },
    async seal(text) {
      return modern(storage)
        ? storage.encryptStringAsync(text.reveal())
        : (storage as Legacy).encryptString(text.reveal());
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
