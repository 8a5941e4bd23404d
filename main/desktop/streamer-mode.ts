/** Streamer mode: names of accounts are masked, and nothing comes up by itself. By hand, or while a studio program runs. */
import type { Settings } from "../../contract/settings.ts";
import type { Clock, Log } from "../../core/ports.ts";

const LOOK_EVERY_MS = 10_000;

export interface StreamerMode {
  readonly on: boolean;
  /** Looks now, and then now and again; call when the settings change, too. */
  follow(): void;
  stop(): void;
}

/** `recordingSoftwareRuns`: whether a program that shows the screen to others runs now. */
export function createStreamerMode(
  parts: {
    readonly settings: () => Settings;
    readonly recordingSoftwareRuns: () => Promise<boolean>;
    readonly clock: Clock;
    readonly log: Log;
  },
  changed: () => void,
): StreamerMode {
  const { settings, clock, log } = parts;
  let runs = false;
  let mode: Settings["streamer"] | undefined;
  let cancel: () => void = () => undefined;

  async function look(): Promise<void> {
    const now = await parts.recordingSoftwareRuns().catch((cause: unknown) => {
      log.warn("streamer.look", { cause });
      return runs; // not known: as it was
    });
    if (mode !== "auto") return;
    cancel();
    cancel = clock.after(LOOK_EVERY_MS, () => void look());
    if (now === runs) return;
    runs = now;
    changed();
  }
  return {
    get on() {
      const { streamer } = settings();
      return streamer === "on" || (streamer === "auto" && runs);
    },
    follow() {
      const { streamer } = settings();
      if (streamer === mode) return;
      mode = streamer;
      cancel();
      if (streamer === "auto") void look();
    },
    stop() {
      mode = undefined;
      cancel();
    },
  };
}
