/** Tells the app of sleep, screen lock and idleness. */
import { powerMonitor } from "electron/main";
import type { Log } from "../../../core/ports.ts";
import type { App } from "../../app/compose.ts";
import { watchScreenLock } from "../../desktop/screen-lock.ts";
import { sessionBusAddress } from "../../desktop/session-bus.ts";

/** Idleness has no event, so it is polled while the setting is on. */
const POLL_EVERY_MS = 15_000;

export function followPower(tokenkeep: App, log: Log): void {
  powerMonitor.on("suspend", () => tokenkeep.suspend());
  powerMonitor.on("resume", () => tokenkeep.resume());
  const locked = (): void => tokenkeep.away("screen_locked");
  powerMonitor.on("lock-screen", locked); // never fires on Linux
  let endWatch: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const checkIdle = (): void => {
    const idleMs = tokenkeep.idleMs();
    if (idleMs !== undefined && powerMonitor.getSystemIdleTime() * 1000 >= idleMs) tokenkeep.away("idle");
  };
  tokenkeep.state.onChange(({ settings }) => {
    if (settings === undefined) return;
    clearInterval(timer);
    timer = tokenkeep.idleMs() === undefined ? undefined : setInterval(checkIdle, POLL_EVERY_MS);
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
