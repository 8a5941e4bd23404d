/**
 * Applies Electron's security checklist to every page: permissions, devices, downloads and navigation are refused. Also
 * turns off what Chromium sends by itself, so that only sign-ins, validations, refreshes and actions of the user cause
 * requests.
 */
import { app, session, type Session, type WebContents } from "electron/main";

/** Switches that turn off Chromium's own requests. */
const OWN_REQUESTS_OFF = [
  "disable-background-networking",
  "disable-component-update",
  "disable-default-apps",
  "disable-domain-reliability",
  "disable-sync",
  "no-pings",
] as const;

/** Refuses permissions, devices and downloads, and turns off the spell checker. Repeated calls do no harm. */
function refuseEverything(session: Session): void {
  // Chromium's spell checker downloads a dictionary for each session, even if its pages do not use it.
  session.setSpellCheckerEnabled(false);
  if (process.platform !== "darwin") session.setSpellCheckerLanguages([]); // macOS uses the system's dictionary
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on("will-download", (event) => event.preventDefault());
  for (const name of ["select-hid-device", "select-serial-port", "select-usb-device"] as const) {
    // The listeners of these three events differ only in the type of the offered devices.
    (session as NodeJS.EventEmitter).on(
      name,
      (event: { preventDefault(): void }, _details: unknown, answer: (id?: string) => void) => {
        event.preventDefault();
        answer();
      },
    );
  }
}

/**
 * Keeps the app's own pages from navigating and from opening windows. authorization-window.ts handles providers' pages.
 */
export function lockNavigation(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
  contents.on("will-navigate", (event) => event.preventDefault());
  contents.on("will-frame-navigate", (event) => event.preventDefault());
  contents.on("will-redirect", (event) => event.preventDefault());
}

/** Creates an in-memory session without a cache. Every session except the default session is created here. */
export function makeSession(partition: string): Session {
  const made = session.fromPartition(partition, { cache: false });
  refuseEverything(made);
  return made;
}

/** Hardens all sessions and pages. Call it before 'ready'. */
export function hardenApp(): void {
  for (const name of OWN_REQUESTS_OFF) app.commandLine.appendSwitch(name);
  app.on("session-created", refuseEverything); // the default session, which Electron creates, is included
  app.on("web-contents-created", (_event, contents) => {
    contents.on("will-attach-webview", (event) => event.preventDefault());
    contents.on("select-bluetooth-device", (event, _devices, answer) => {
      event.preventDefault();
      answer("");
    });
  });
  void app.whenReady().then(() => {
    // By default Chromium uses DNS over HTTPS when it knows that the system's DNS server supports it.
    app.configureHostResolver({ secureDnsMode: "off" });
  });
  app.on("select-client-certificate", (event, _contents, _url, _list, answer) => {
    event.preventDefault();
    answer(); // no certificate
  });
}
