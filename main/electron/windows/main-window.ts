/** The app's one window: made when it is looked at, destroyed when it is closed. */
import { BrowserWindow, nativeTheme } from "electron/main";
import { createRevival } from "../../window/revival.ts";
import { lockNavigation } from "../hardening.ts";
import { WINDOW_ORIGIN } from "../network/scheme.ts";

/** `--surface` of the design: what shows before the first paint. */
const surface = () => (nativeTheme.shouldUseDarkColors ? "#13191b" : "#f8f9f9");

/** What comes after the first paint does not wait longer than this for it. */
const PAINT_TIMEOUT_MS = 1_000;

export interface MainWindow {
  /** Makes it or brings it to the front. */
  show(): void;
  /** Makes it, or lays it above the others, and leaves the keyboard where it is. */
  present(): void;
  /** Resolves after its first paint, or when that takes too long to wait for. */
  painted(): Promise<void>;
  /** True while the person looks at it. */
  readonly focused: boolean;
  send(channel: string, payload: unknown): void;
  /** True for messages of this window's own top frame on our own origin, and no other. */
  sent(event: Electron.IpcMainInvokeEvent): boolean;
}

/** Chromium's "aborted": a load in place of which another one began. */
const ERR_ABORTED = -3;

/**
 * `devServer`: where the window comes from while it is worked on. `onDied`: it died; it is loaded again, or is gone until
 * it is shown the next time.
 */
export function createMainWindow(
  preload: string,
  icon: string,
  packaged: boolean,
  devServer: string | undefined,
  onDied: (reason: string, again: boolean) => void,
): MainWindow {
  const page = devServer ?? `${WINDOW_ORIGIN}/index.html`;
  const url = packaged ? page : `${page}?unpackaged`; // there it may pretend a language, for tests
  const origin = originOf(url);
  let window: BrowserWindow | undefined;
  const revival = createRevival(() => performance.now());

  /** It has nothing to show. Main has everything it showed, so it is loaded again; not one that dies each time. */
  function died(made: BrowserWindow, reason: string): void {
    if (made.isDestroyed()) return;
    const waitMs = revival.died();
    onDied(reason, waitMs !== undefined);
    if (waitMs === undefined) return made.destroy();
    setTimeout(() => {
      if (!made.isDestroyed()) load(made);
    }, waitMs);
  }
  /** Where it was, if it was anywhere. */
  function load(made: BrowserWindow): void {
    const at = made.webContents.getURL();
    const where = at !== "" && originOf(at) === origin ? at : url;
    void made.loadURL(where).catch(() => undefined); // told by did-fail-load
  }

  function make(show: (made: BrowserWindow) => void): BrowserWindow {
    const made = new BrowserWindow({
      width: 1180,
      height: 800,
      minWidth: 360,
      minHeight: 480,
      show: false,
      title: "Tokenkeep",
      icon,
      backgroundColor: surface(),
      webPreferences: {
        preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    });
    lockNavigation(made.webContents);
    made.once("ready-to-show", () => show(made));
    made.on("closed", () => {
      window = undefined;
    });
    made.webContents.on("render-process-gone", (_event, { reason }) => {
      if (reason !== "clean-exit") died(made, reason);
    });
    made.webContents.on("did-fail-load", (_event, code, text, _url, isMainFrame) => {
      if (isMainFrame && code !== ERR_ABORTED) died(made, text);
    });
    load(made);
    return made;
  }

  return {
    show() {
      if (window === undefined) {
        revival.forgive();
        window = make((made) => made.show());
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    present() {
      if (window === undefined) {
        revival.forgive();
        window = make((made) => made.showInactive());
        return;
      }
      if (window.isMinimized()) window.restore();
      window.showInactive();
      window.moveTop();
      if (!window.isFocused()) window.flashFrame(true);
    },
    painted: () =>
      new Promise((resolve) => {
        setTimeout(resolve, PAINT_TIMEOUT_MS);
        window?.once("ready-to-show", resolve);
      }),
    get focused() {
      return window?.isFocused() === true;
    },
    send: (channel, payload) => window?.webContents.send(channel, payload),
    sent: ({ sender, senderFrame }) =>
      sender === window?.webContents &&
      senderFrame !== null &&
      senderFrame === sender.mainFrame &&
      originOf(senderFrame.url) === origin,
  };
}

/** `URL.origin` is "null" for schemes that Node does not know. */
function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
