/** Electron's security checklist, for every page of the app: whatever is not asked for on purpose is refused. */
import { app, type Session, type WebContents } from "electron/main";

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
