/** The end of the process: what runs is finished first, and bugs are logged. */
import { app } from "electron/main";
import type { App } from "../../app/compose.ts";
import type { LogFile } from "../../diagnostics/log.ts";
import type { WindowMemory } from "../../window/frame/window-memory.ts";
import type { Waking } from "../place.ts";

/** Stops the app before Electron quits: a token response that is lost here may have used up a one-time token. */
export function stopBeforeQuit(tokenkeep: App, log: LogFile, waking: Waking, memory: WindowMemory): void {
  // The end of a session, Ctrl+C, a closed terminal: by default these end the process in the middle of a write.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => app.quit());
  let stopping: Promise<void> | undefined;
  let stopped = false;
  app.on("before-quit", (event) => {
    if (stopped) return;
    event.preventDefault();
    waking.close(); // a later start waits for the profile's lock instead of sending its request here
    stopping ??= tokenkeep // once, although several events may request it
      .stop()
      .catch((cause: unknown) => log.error("stop.bug", { cause }))
      .then(() => memory.flush())
      .then(() => log.close())
      .finally(() => {
        stopped = true;
        app.quit();
      });
  });
}

/** Writes uncaught errors to the log, which redacts them: Electron would show them in a dialog that blocks main. */
export function logBugs(log: LogFile): void {
  process.on("uncaughtException", (cause) => log.error("main.bug", { cause }));
  process.on("unhandledRejection", (cause) => log.error("main.bug", { cause }));
}
