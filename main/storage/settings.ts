/** The settings. They are not secret, so the file lies beside the vault, unsealed, and can be read while it is locked. */
import path from "node:path";
import { rename } from "node:fs/promises";
import type Store from "electron-store";
import * as v from "valibot";
import { failed, ok, type Result } from "../../contract/failure.ts";
import { settings as shape, type Settings } from "../../contract/settings.ts";
import type { Clock, Log } from "../../core/ports.ts";
import { loadStore } from "./electron-store.ts";

export interface SettingsStore {
  readonly current: Settings;
  /** Reads the file; until then every setting has its default. A file that cannot be read is renamed, not overwritten. */
  load(): Promise<void>;
  /** Writes the settings whole. Fails with `settings_failing`; the old ones stay then. */
  change(settings: Settings): Result<null>;
}

export function createSettings(folder: string, clock: Clock, log: Log, changed: () => void): SettingsStore {
  let current: Settings = v.parse(shape, {});
  let store: Store | undefined;
  const open = async (): Promise<Store> => {
    const ElectronStore = await loadStore();
    return new ElectronStore<Record<string, unknown>>({
      cwd: folder,
      name: "settings",
      configFileMode: 0o600,
      clearInvalidConfig: false, // true would empty a file that cannot be read
    });
  };
  async function putAside(cause: unknown): Promise<Store> {
    const file = path.join(folder, "settings.json");
    log.warn("settings.unreadable", { file, cause });
    await rename(file, path.join(folder, `settings.unreadable-${String(clock.nowMs())}.json`));
    return open();
  }
  return {
    get current() {
      return current;
    },
    async load() {
      try {
        store = await open().catch(putAside);
        const read = v.safeParse(shape, store.store);
        if (read.success) current = read.output;
      } catch (cause) {
        log.error("settings.failing", { cause });
      }
      changed();
    },
    /** Writes the settings whole. Fails with `settings_failing`; the old ones stay then. */
    change(settings) {
      try {
        if (store === undefined) throw new Error("the settings file cannot be opened");
        store.store = { ...settings };
      } catch (cause) {
        return failed({ code: "settings_failing" }, cause);
      }
      current = settings;
      changed();
      return ok(null);
    },
  };
}
