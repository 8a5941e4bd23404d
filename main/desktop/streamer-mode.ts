/** Streamer mode: the window masks account names and opens nothing by itself. Switched by hand or by recording software. */
import type { Settings } from "../../contract/settings.ts";
import type { Clock, Log } from "../../core/ports.ts";

const POLL_EVERY_MS = 10_000;

export interface StreamerMode {
  readonly on: boolean;
  /** Applies the settings; in the mode `auto` it polls for recording software. To be called after each change of them. */
  follow(): void;
  stop(): void;
}

/** `recordingSoftwareRuns`: whether a program runs that records or streams the screen. `changed`: called when it starts or ends. */
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

  async function poll(): Promise<void> {
    const now = await parts.recordingSoftwareRuns().catch((cause: unknown) => {
      log.warn("streamer.look", { cause });
      return runs; // unknown, so unchanged
    });
    if (mode !== "auto") return;
    cancel();
    cancel = clock.after(POLL_EVERY_MS, () => void poll());
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
      if (streamer === "auto") void poll();
    },
    stop() {
      mode = undefined;
      cancel();
    },
  };
}
