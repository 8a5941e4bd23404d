/** Electron's security checklist, for every page of the app: whatever is not asked for on purpose is refused. */
import { app, type Session, type WebContents } from "electron/main";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** No permission, no device, no download, no client certificate. */
export function refuseEverything(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on("will-download", (event) => event.preventDefault());
  for (const name of ["select-hid-device", "select-serial-port", "select-usb-device"] as const) {
    // One listener shape for three events that differ in what they would offer.
    (session as NodeJS.EventEmitter).on(
      name,
      (event: { preventDefault(): void }, _details: unknown, answer: (id?: string) => void) => {
        event.preventDefault();
        answer();
      },
    );
  }
}

/** Our own pages never navigate, open windows, or hold a webview. Pages of providers have their own rules. */
export function lockNavigation(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
  contents.on("will-navigate", (event) => event.preventDefault());
  contents.on("will-frame-navigate", (event) => event.preventDefault());
  contents.on("will-redirect", (event) => event.preventDefault());
}

export function hardenApp(): void {
  app.on("web-contents-created", (_event, contents) => {
    contents.on("will-attach-webview", (event) => event.preventDefault());
    contents.on("select-bluetooth-device", (event, _devices, answer) => {
      event.preventDefault();
      answer("");
    });
  });
  app.on("select-client-certificate", (event, _contents, _url, _list, answer) => {
    event.preventDefault();
    answer(); // none
  });
}

/** The children of a process of ours, by its main thread. */
const childrenOf = (pid: number): readonly number[] =>
  readdirSync(`/proc/${String(pid)}/task`).flatMap((thread) =>
    readFileSync(`/proc/${String(pid)}/task/${thread}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
const family = (pid: number): readonly number[] => [pid, ...childrenOf(pid).flatMap(family)];

/**
 * Our memory holds tokens, and a core dump would put it on the disk. Some distributions allow them; there, nobody of
 * ours may write one. Later processes come from those that are here now and inherit it. Where `prlimit` (util-linux) is
 * missing, the session's own limit stays. Electron's crash reporter is never started.
 */
export function refuseCoreDumps(): void {
  if (process.platform !== "linux") return;
  try {
    if (/^Max core file size\s+0\s/m.test(readFileSync("/proc/self/limits", "utf8"))) return;
    const lower = 'for pid; do prlimit --pid "$pid" --core=0:0; done';
    execFile("/bin/sh", ["-c", lower, "sh", ...family(process.pid).map(String)], () => undefined);
  } catch {
    // no /proc, or a child that has just ended
  }
}
