/**
 * The app's main window: created when it is shown, destroyed when it is closed. A window with a form that is half filled
 * in is hidden instead (frame/closing.ts).
 */
import { app, BrowserWindow, nativeTheme } from "electron/main";
import type { WindowCommand } from "../../../contract/ipc.ts";
import { createClosing, type Closing, type Whereabouts } from "../../window/frame/closing.ts";
import { SMALLEST_SIZE } from "../../window/frame/placement.ts";
import type { WindowMemory } from "../../window/frame/window-memory.ts";
import { zoomed, type ZoomChange } from "../../window/frame/zoom.ts";
import { lockNavigation } from "../hardening.ts";
import { bringOnScreen, rememberedPlacement, rememberPlace } from "./window-place.ts";
import { createWindowPage, type PageOptions, type WindowPage } from "./window-page.ts";

/** The colour before the first paint: `--surface` of the window's styles. */
const surface = () => (nativeTheme.shouldUseDarkColors ? "#13191b" : "#f8f9f9");

/** Whether the app is ending: then windows close without a question. */
let quitting = false;
app.on("before-quit", () => (quitting = true));

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
  /** See `WindowPage.onCrash`. */
  readonly onCrash: WindowPage["onCrash"];
  send(channel: string, payload: unknown): void;
  /** Brings the window to the front and asks its page to do this. */
  command(command: WindowCommand): void;
  /** Changes the zoom, and remembers it. */
  zoom(change: ZoomChange): void;
  readonly closing: Pick<Closing, "answer" | "setDrafts" | "forget">;
  is(other: BrowserWindow): boolean;
  /** True for messages of this window's top frame at our own origin, and no other. */
  sent(event: Electron.IpcMainInvokeEvent): boolean;
}

export interface MainWindowOptions extends PageOptions {
  readonly preload: string;
  readonly icon: string;
  readonly memory: WindowMemory;
  /** Where the app is found while its window is closed. */
  readonly whereabouts: () => Promise<Whereabouts>;
}

export function createMainWindow(options: MainWindowOptions): MainWindow {
  const { memory, whereabouts } = options;
  let window: BrowserWindow | undefined;
  nativeTheme.on("updated", () => window?.setBackgroundColor(surface()));
  const send = (channel: string, payload: unknown): void => window?.webContents.send(channel, payload);
  const closing = createClosing({
    memory,
    whereabouts,
    ask(where) {
      if (window !== undefined) bringToFront(window); // it may have been closed while it was minimised
      send("window.closing", where);
    },
    hide: () => window !== undefined && hide(window),
    destroy: () => window?.destroy(),
  });
  const zoom = (change?: ZoomChange): void => {
    if (change !== undefined) memory.note({ zoom: zoomed(memory.current.zoom, change) });
    window?.webContents.setZoomFactor(memory.current.zoom);
  };

  const page = createWindowPage(options, () => closing.setDrafts(false));
  function create(showFirst: (created: BrowserWindow) => void): void {
    closing.setDrafts(false);
    const created = newWindow(options);
    created.once("ready-to-show", () => {
      if (memory.current.maximised) created.maximize();
      showFirst(created);
      rememberPlace(created, memory);
    });
    connect(created, { memory, closing, zoom, send });
    created.on("closed", () => {
      window = undefined;
    });
    page.openIn(created);
    window = created;
  }

  return {
    show() {
      closing.shown();
      if (window === undefined) return create((created) => created.show());
      bringToFront(window);
    },
    present() {
      closing.shown();
      if (window === undefined) return create((created) => created.showInactive());
      if (window.isMinimized()) window.restore();
      bringOnScreen(window);
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
    onCrash: (listener) => page.onCrash(listener),
    send,
    command(command) {
      closing.shown();
      if (window === undefined) return create((created) => created.show());
      bringToFront(window);
      send("window.command", command);
    },
    zoom,
    closing,
    is: (other) => other === window,
    sent: ({ sender, senderFrame }) =>
      sender === window?.webContents &&
      senderFrame !== null &&
      senderFrame === sender.mainFrame &&
      page.isOurs(senderFrame.url),
  };
}

function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  bringOnScreen(window);
  window.show();
  window.focus();
}

function hide(window: BrowserWindow): void {
  if (!window.isFullScreen()) return window.hide();
  window.once("leave-full-screen", () => window.hide()); // macOS would leave a black screen behind
  window.setFullScreen(false);
}

/** Connects what the user does to the window: close, zoom, and the mouse's buttons for back and forward. */
function connect(
  created: BrowserWindow,
  parts: {
    readonly memory: WindowMemory;
    readonly closing: Closing;
    readonly zoom: (change?: ZoomChange) => void;
    readonly send: (channel: string, payload: unknown) => void;
  },
): void {
  const { closing, zoom, send } = parts;
  created.on("close", (event) => {
    if (quitting) return;
    event.preventDefault();
    void closing.requested();
  });
  created.webContents.on("did-navigate", () => zoom()); // a new page begins without zoom
  created.webContents.on("zoom-changed", (_event, direction) => zoom(direction));
  created.on("app-command", (_event, name) => {
    if (name === "browser-backward") send("window.command", "back");
    if (name === "browser-forward") send("window.command", "forward");
  });
}

/** An empty window that does not navigate, with our preload script. Alt shows its menu; macOS has one for all windows. */
function newWindow({ preload, icon, memory }: MainWindowOptions): BrowserWindow {
  const created = new BrowserWindow({
    ...rememberedPlacement(memory),
    minWidth: SMALLEST_SIZE.width,
    minHeight: SMALLEST_SIZE.height,
    autoHideMenuBar: true,
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
