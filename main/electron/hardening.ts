/**
 * Electron's security checklist, for every page of the app: whatever is not asked for on purpose is refused. And what
 * Chromium would ask the network for by itself: nothing is sent that a sign-in, a validation, a refresh or an act of the
 * person does not need.
 */
import { app, session, type Session, type WebContents } from "electron/main";

/** What Chromium does on the network unasked, as far as switches turn it off. Before 'ready'. */
const QUIET = [
  "disable-background-networking",
  "disable-component-update",
  "disable-default-apps",
  "disable-domain-reliability",
  "disable-sync",
  "no-pings",
] as const;

/** No permission, no device, no download, no client certificate, no dictionary. Twice does no harm. */
function refuseEverything(session: Session): void {
  // Chromium's spell checker loads a dictionary from a foreign host for each session, whatever its pages are told.
  session.setSpellCheckerEnabled(false);
  if (process.platform !== "darwin") session.setSpellCheckerLanguages([]); // macOS has its own, which asks nobody
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

/** The one way to a session besides the default one: in memory, without a cache, and refused everything. */
export function makeSession(partition: string): Session {
  const made = session.fromPartition(partition, { cache: false });
  refuseEverything(made);
  return made;
}

/** Before 'ready'. */
export function hardenApp(): void {
  for (const name of QUIET) app.commandLine.appendSwitch(name);
  app.on("session-created", refuseEverything); // also the default one, which Electron makes
  app.on("web-contents-created", (_event, contents) => {
    contents.on("will-attach-webview", (event) => event.preventDefault());
    contents.on("select-bluetooth-device", (event, _devices, answer) => {
      event.preventDefault();
      answer("");
    });
  });
  void app.whenReady().then(() => {
    // Where the system's DNS server is known to offer DNS over HTTPS, Chromium would connect to it beside the system.
    app.configureHostResolver({ secureDnsMode: "off" });
  });
  app.on("select-client-certificate", (event, _contents, _url, _list, answer) => {
    event.preventDefault();
    answer(); // none
  });
}
