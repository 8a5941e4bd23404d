/** Brings the main window to the front when the user is needed. */
import { dialog } from "electron/main";
import type { App } from "../../app/compose.ts";
import type { AppTranslator } from "../system/language.ts";
import type { MainWindow } from "./main-window.ts";

/** Follows the state: a sign-in to confirm, a navigation request of a tool, and a proxy that requires a login. */
export function bringToFrontWhenNeeded(tokenkeep: App, window: MainWindow): void {
  followSignIns(tokenkeep, window);
  followNavigationRequests(tokenkeep, window);
  followProxyLogins(tokenkeep, window);
  followPairings(tokenkeep, window);
}

/** Shows the window when a sign-in is to be confirmed or has failed: the user may have closed the window meanwhile. */
function followSignIns(tokenkeep: App, window: MainWindow): void {
  let known = new Set<string>();
  tokenkeep.state.onChange(({ authorizations }) => {
    if (authorizations === undefined) return;
    const ids = authorizations
      .filter(({ step }) => step === "confirm" || step === "failed")
      .map(({ id }) => id);
    if (ids.some((id) => !known.has(id))) window.show();
    known = new Set(ids);
  });
}

/** Lays the window above the others when a tool wants the user to do something; the keyboard focus stays where it is. */
function followNavigationRequests(tokenkeep: App, window: MainWindow): void {
  let isStreaming = false;
  tokenkeep.state.onChange(({ wish, streamer = isStreaming }) => {
    isStreaming = streamer;
    if (wish !== undefined && wish !== null && wish.action !== "pairing" && !isStreaming) window.present();
  });
}

/** Lays the window above the others once for each proxy login: without it no request leaves this computer. */
function followProxyLogins(tokenkeep: App, window: MainWindow): void {
  let shownId: string | undefined;
  tokenkeep.state.onChange(({ proxyLogin }) => {
    if (proxyLogin === undefined) return;
    if (proxyLogin !== null && proxyLogin.id !== shownId) window.present();
    shownId = proxyLogin?.id;
  });
}

/**
 * Lays the window above the others once for each tool that wants to pair: its user has just started it and waits. The
 * keyboard focus stays where it is, so that nothing typed for another window answers. While streamer mode is on, the
 * request waits in the window and in the tray, because viewers see the screen.
 */
function followPairings(tokenkeep: App, window: MainWindow): void {
  let isStreaming = false;
  let shownId: string | undefined;
  tokenkeep.state.onChange(({ pairing, streamer = isStreaming }) => {
    isStreaming = streamer;
    if (pairing === undefined) return;
    const isNew = pairing !== null && pairing.id !== shownId;
    shownId = pairing?.id;
    if (isNew && !isStreaming) window.present();
  });
}

/** Shows the window at the tool that waits to be paired. */
export function showPairing(tokenkeep: App, window: MainWindow): void {
  tokenkeep.showPairing();
  window.show();
}

/** Offers to open the window again after its renderer crashed so often that it is not reloaded any more. */
export async function showWindowCrashed(window: MainWindow, translator: AppTranslator): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: "error",
    title: "Tokenkeep",
    message: translator.t("windows.died"),
    detail: translator.t("windows.diedText"),
    buttons: [translator.t("windows.tryAgain"), translator.t("windows.leave")],
    defaultId: 0,
    cancelId: 1,
  });
  if (response === 0) window.show();
}
