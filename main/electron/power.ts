/** Sleep, screen lock and absence, as the system tells them. */
import { powerMonitor } from "electron/main";
import type { App } from "../compose.ts";

/** Idleness has no event, so it is looked at, and only while a setting wants it. */
const LOOK_EVERY_MS = 15_000;

export function followPower(keep: App): void {
  powerMonitor.on("suspend", () => keep.suspend());
  powerMonitor.on("resume", () => keep.resume());
  powerMonitor.on("lock-screen", () => keep.away("screen_locked"));
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const { idleMs } = keep;
    if (idleMs !== undefined && powerMonitor.getSystemIdleTime() * 1000 >= idleMs) keep.away("idle");
  };
  keep.state.onChange(({ settings }) => {
    if (settings === undefined) return;
    clearInterval(timer);
    timer = keep.idleMs === undefined ? undefined : setInterval(look, LOOK_EVERY_MS);
  });
}
