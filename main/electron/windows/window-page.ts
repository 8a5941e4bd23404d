/** The page of the main window: where it is loaded from, and what happens when it crashes. */
import type { BrowserWindow } from "electron/main";
import { createRevival } from "../../window/revival.ts";
import { WINDOW_ORIGIN } from "../network/scheme.ts";

export interface PageOptions {
  readonly packaged: boolean;
  /** The development server that the window is loaded from; undefined: from the built files. */
  readonly devServer: string | undefined;
}

export interface WindowPage {
  /** Loads the page into a new window, and again after a crash. */
  openIn(window: BrowserWindow): void;
  /** Whether this URL has the origin of our page. */
  isOurs(url: string): boolean;
  /**
   * Called when the renderer crashed or the page did not load. `reloads`: the page is loaded again; otherwise the window is
   * destroyed. One listener.
   */
  onCrash(listener: (reason: string, reloads: boolean) => void): void;
}

/** Chromium's "aborted": another load replaced this one. */
const ERR_ABORTED = -3;

/** `lost`: what was typed into the page is gone. The window may be destroyed for that. */
export function createWindowPage({ packaged, devServer }: PageOptions, lost: () => void): WindowPage {
  const page = devServer ?? `${WINDOW_ORIGIN}/index.html`;
  const url = packaged ? page : `${page}?unpackaged`; // an unpackaged window can use the tests' language
  const origin = originOf(url);
  const revival = createRevival(() => performance.now());
  let crashed: (reason: string, reloads: boolean) => void = () => undefined;

  /** Loads the page that the window showed last, or the first page. */
  function load(window: BrowserWindow): void {
    const last = window.webContents.getURL();
    const target = last !== "" && originOf(last) === origin ? last : url;
    void window.loadURL(target).catch(() => undefined); // did-fail-load handles it
  }
  /** Loads the window again, since main has all of its state. A window that crashes each time is destroyed. */
  function recover(window: BrowserWindow, reason: string): void {
    if (window.isDestroyed()) return;
    const waitMs = revival.died();
    crashed(reason, waitMs !== undefined);
    lost();
    if (window.isDestroyed()) return;
    if (waitMs === undefined) return window.destroy();
    setTimeout(() => {
      if (!window.isDestroyed()) load(window);
    }, waitMs);
  }
  return {
    openIn(window) {
      revival.forgive();
      window.webContents.on("render-process-gone", (_event, { reason }) => {
        if (reason !== "clean-exit") recover(window, reason);
      });
      window.webContents.on("did-fail-load", (_event, code, text, _url, isMainFrame) => {
        if (isMainFrame && code !== ERR_ABORTED) recover(window, text);
      });
      load(window);
    },
    isOurs: (other) => originOf(other) === origin,
    onCrash: (listener) => void (crashed = listener),
  };
}

/** `URL.origin` is "null" for schemes that Node does not know. */
function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
