/** Sleep, screen lock and absence, as the system tells them. */
import { powerMonitor } from "electron/main";
import type { Log } from "../../../core/ports.ts";
import type { App } from "../../app/compose.ts";
import { watchScreenLock } from "../../desktop/screen-lock.ts";
import { sessionBusAddress } from "../../desktop/session-bus.ts";

/** Idleness has no event, so it is looked at, and only while a setting wants it. */
const LOOK_EVERY_MS = 15_000;

export function followPower(keep: App, log: Log): void {
  powerMonitor.on("suspend", () => keep.suspend());
  powerMonitor.on("resume", () => keep.resume());
  const locked = (): void => keep.away("screen_locked");
  powerMonitor.on("lock-screen", locked); // never fires on Linux
  let endWatch: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const idleMs = keep.idleMs();
    if (idleMs !== undefined && powerMonitor.getSystemIdleTime() * 1000 >= idleMs) keep.away("idle");
  };
  keep.state.onChange(({ settings }) => {
    if (settings === undefined) return;
    clearInterval(timer);
    timer = keep.idleMs() === undefined ? undefined : setInterval(look, LOOK_EVERY_MS);
    if (process.platform !== "linux") return;
    if (!settings.lockOnScreenLock) {
      endWatch?.();
      endWatch = undefined;
    } else
      endWatch ??= watchScreenLock(
        () => sessionBusAddress(process.env),
        locked,
        (cause) => log.warn("screen_lock.unwatched", { cause }),
      );
  });
}
