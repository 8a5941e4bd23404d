/** The app's main window: created when it is shown, destroyed when it is closed. */
import { BrowserWindow, nativeTheme } from "electron/main";
import { createRevival } from "../../window/revival.ts";
import { lockNavigation } from "../hardening.ts";
import { WINDOW_ORIGIN } from "../network/scheme.ts";

/** The colour before the first paint: `--surface` of the window's styles. */
const surface = () => (nativeTheme.shouldUseDarkColors ? "#13191b" : "#f8f9f9");

/** How long the start of the app waits for the first paint. */
const PAINT_TIMEOUT_MS = 1_000;

export interface MainWindow {
  /** Creates the window or brings it to the front. */
  show(): void;
  /** Creates the window or lays it above the others, and leaves the keyboard focus where it is. */
  present(): void;
  /** Resolves after the first paint, or after a time-out. */
  painted(): Promise<void>;
  /** True while the window has the keyboard focus. */
  readonly focused: boolean;
  /**
   * Called when the renderer crashed or the page did not load. `reloads`: the page is loaded again; otherwise the window is
   * destroyed. One listener.
   */
  onCrash(listener: (reason: string, reloads: boolean) => void): void;
  send(channel: string, payload: unknown): void;
  /** True for messages of this window's top frame at our own origin, and no other. */
  sent(event: Electron.IpcMainInvokeEvent): boolean;
}

export interface MainWindowOptions {
  readonly preload: string;
  readonly icon: string;
  readonly packaged: boolean;
  /** The development server that the window is loaded from; undefined: from the built files. */
  readonly devServer: string | undefined;
}

/** Chromium's "aborted": another load replaced this one. */
const ERR_ABORTED = -3;

export function createMainWindow({ preload, icon, packaged, devServer }: MainWindowOptions): MainWindow {
  const page = devServer ?? `${WINDOW_ORIGIN}/index.html`;
  const url = packaged ? page : `${page}?unpackaged`; // an unpackaged window can use the tests' language
  const origin = originOf(url);
  let window: BrowserWindow | undefined;
  let crashed: (reason: string, reloads: boolean) => void = () => undefined;
  const revival = createRevival(() => performance.now());
  nativeTheme.on("updated", () => window?.setBackgroundColor(surface()));

  /** Loads the window again, since main has all of its state. A window that crashes each time is destroyed. */
  function recover(created: BrowserWindow, reason: string): void {
    if (created.isDestroyed()) return;
    const waitMs = revival.died();
    crashed(reason, waitMs !== undefined);
    if (waitMs === undefined) return created.destroy();
    setTimeout(() => {
      if (!created.isDestroyed()) load(created);
    }, waitMs);
  }
  /** Loads the page that the window showed last, or the first page. */
  function load(created: BrowserWindow): void {
    const last = created.webContents.getURL();
    const target = last !== "" && originOf(last) === origin ? last : url;
    void created.loadURL(target).catch(() => undefined); // did-fail-load handles it
  }
  function create(showFirst: (created: BrowserWindow) => void): void {
    revival.forgive();
    const created = newWindow(preload, icon);
    created.once("ready-to-show", () => showFirst(created));
    created.on("closed", () => {
      window = undefined;
    });
    created.webContents.on("render-process-gone", (_event, { reason }) => {
      if (reason !== "clean-exit") recover(created, reason);
    });
    created.webContents.on("did-fail-load", (_event, code, text, _url, isMainFrame) => {
      if (isMainFrame && code !== ERR_ABORTED) recover(created, text);
    });
    load(created);
    window = created;
  }

  return {
    show() {
      if (window === undefined) return create((created) => created.show());
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    present() {
      if (window === undefined) return create((created) => created.showInactive());
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
    onCrash: (listener) => void (crashed = listener),
    send: (channel, payload) => window?.webContents.send(channel, payload),
    sent: ({ sender, senderFrame }) =>
      sender === window?.webContents &&
      senderFrame !== null &&
      senderFrame === sender.mainFrame &&
      originOf(senderFrame.url) === origin,
  };
}

/** An empty window that does not navigate, with our preload script. */
function newWindow(preload: string, icon: string): BrowserWindow {
  const created = new BrowserWindow({
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
  lockNavigation(created.webContents);
  return created;
}

/** `URL.origin` is "null" for schemes that Node does not know. */
function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
