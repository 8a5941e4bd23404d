/**
 * The settings. They are not secret, so the file lies beside the vault, unsealed, and can be read while it is locked.
 * electron-store reads the file; it is written in electron-store's format, durably and without blocking main.
 */
import path from "node:path";
import { rename } from "node:fs/promises";
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
   * Writes the settings whole; changes run one after the other. `next` as a function starts from the settings of its turn.
   * Fails with `settings_failing`; the old ones stay then.
   */
  change(next: Settings | ((current: Settings) => Settings)): Promise<Result<null>>;
  /** Resolves when the changes so far are written, for a quit. */
  flush(): Promise<void>;
}

export function createSettings(folder: string, clock: Clock, log: Log, changed: () => void): SettingsStore {
  let current: Settings = v.parse(shape, {});
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
        if (read.success) current = read.output;
      } catch (cause) {
        log.error("settings.failing", { cause });
      }
      changed();
    },
    change: (next) =>
      inTurn("settings", async () => {
        const settings = typeof next === "function" ? next(current) : next;
        try {
          if (store === undefined) throw new Error("the settings file cannot be opened");
          await writeDurably(file, JSON.stringify(settings, undefined, "\t"));
        } catch (cause) {
          return failed({ code: "settings_failing" }, cause);
        }
        current = settings;
        changed();
        return ok(null);
      }),
    flush: () => inTurn("settings", () => Promise.resolve()),
  };
}
