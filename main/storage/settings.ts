/** What the person has set. Not secret, so it lies beside the vault in the clear, and is there while that is locked. */
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
  /** Reads the file; until then everything has its default. One that cannot be read is put aside, not overwritten. */
  load(): Promise<void>;
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
      clearInvalidConfig: false, // or an unreadable file would be emptied
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
