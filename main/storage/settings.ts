/**
 * The settings. They are not secret, so the file lies beside the vault, unsealed, and can be read while it is locked.
 * electron-store reads the file; it is written in electron-store's format, durably and without blocking main.
 */
import path from "node:path";
import { realpath, rename } from "node:fs/promises";
import type Store from "electron-store";
import * as v from "valibot";
import { failed, ok, type Result } from "../../contract/failure.ts";
import { settings as shape, type Settings } from "../../contract/settings.ts";
import type { Clock, Log } from "../../core/ports.ts";
import { queuePerKey } from "../../core/single-flight.ts";
import { writeDurably } from "./durable-file.ts";
import { loadStore } from "./electron-store.ts";

export interface SettingsStore {
  readonly current: Settings;
  /** Reads the file; until then every setting has its default. A file that cannot be read is renamed, not overwritten. */
  load(): Promise<void>;
  /**
   * Takes the settings whole. They count at once, so that the next change starts from them; resolves when they are written.
   * Fails with `settings_failing`; then the settings that are written count again.
   */
  change(settings: Settings): Promise<Result<null>>;
  /** Resolves when the changes so far are written, for a quit. */
  flush(): Promise<void>;
}

export function createSettings(folder: string, clock: Clock, log: Log, changed: () => void): SettingsStore {
  let current: Settings = v.parse(shape, {});
  let written = current;
  let store: Store | undefined;
  const file = path.join(folder, "settings.json");
  const inTurn = queuePerKey<string>();
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
        if (read.success) current = written = read.output;
      } catch (cause) {
        log.error("settings.failing", { cause });
      }
      changed();
    },
    change(settings) {
      if (store === undefined) return Promise.resolve(failed({ code: "settings_failing" }));
      current = settings;
      changed();
      return inTurn("settings", async () => {
        try {
          // The file may be a link: a rename over it would replace the link, and not the file that it names.
          const target = await realpath(file).catch(() => file);
          await writeDurably(target, JSON.stringify(settings, undefined, "\t"));
        } catch (cause) {
          if (current === settings) {
            current = written;
            changed();
          }
          return failed({ code: "settings_failing" }, cause);
        }
        written = settings;
        return ok(null);
      });
    },
    flush: () => inTurn("settings", () => Promise.resolve()),
  };
}
