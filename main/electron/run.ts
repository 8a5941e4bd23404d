/** Runs the app after 'ready': makes the main window, composes the app, and connects it with the system. */
import { app, nativeTheme, Notification, session } from "electron/main";
import { MAX_LINK_BYTES } from "../app/arguments.ts";
import { compose, type App } from "../app/compose.ts";
import type { ProfileLock } from "../storage/profile-lock.ts";
import { createWindowMemory, type RememberedWindow } from "../window/frame/window-memory.ts";
import { createNotifier } from "../window/notifier.ts";
import { appIcon, builtFile, makeHost, profileFolder, resources, windowFile } from "./host.ts";
import { serveCalls } from "./ipc.ts";
import { serveWindow } from "./network/scheme.ts";
import type { Waking } from "./place.ts";
import { createTranslator } from "./system/language.ts";
import { logBugs, stopBeforeQuit } from "./system/life-cycle.ts";
import { showNotifications } from "./system/notifications.ts";
import { followPower } from "./system/power.ts";
import { showTray } from "./system/tray-actions.ts";
import { whereabouts } from "./system/whereabouts.ts";
import { offerContextMenus } from "./windows/context-menu.ts";
import { bringToFrontWhenNeeded, showPairing, showWindowCrashed } from "./windows/attention.ts";
import { createMainWindow } from "./windows/main-window.ts";
import { showMenu } from "./windows/menu.ts";

/**
 * `hidden`: without showing the window. `waking`: the requests of later starts. `remembered`: how the window was left.
 */
export function run(lock: ProfileLock, waking: Waking, hidden: boolean, remembered: RememberedWindow): void {
  let picture: App["picture"] = () => Promise.resolve(undefined); // until the app is composed
  serveWindow(session.defaultSession, builtFile("../renderer"), (signIn) => picture(signIn));
  const memory = createWindowMemory(windowFile(profileFolder()), remembered);
  const window = createMainWindow({
    preload: builtFile("../preload/index.cjs"),
    icon: appIcon,
    packaged: app.isPackaged,
    devServer: app.isPackaged ? undefined : process.env["ELECTRON_RENDERER_URL"],
    memory,
    whereabouts,
  });
  if (!hidden) window.show(); // first, so that it loads while the app is composed
  const translator = createTranslator();
  const host = makeHost(translator, lock, {
    quit: () => app.quit(),
    answerClosing: (answer) => window.closing.answer(answer),
    setDrafts: (has) => window.closing.setDrafts(has),
  });
  logBugs(host.log);
  memory.onFailure((cause) => host.log.warn("window.not_remembered", { cause }));
  window.onCrash((reason, reloads) => {
    host.log.error("window.died", { reason, again: reloads });
    if (!reloads)
      void showWindowCrashed(window, translator).catch((cause: unknown) =>
        host.log.error("window.told", { cause }),
      );
  });
  const tokenkeep = compose(host);
  picture = (signIn) => tokenkeep.picture(signIn);
  serveCalls(tokenkeep.handlers, window, host.log); // before this turn ends, so before the window calls
  tokenkeep.state.onChange((_changes, json) => window.send("state.changed", json));
  tokenkeep.state.onChange(({ settings }) => {
    if (settings === undefined) return;
    translator.follow(settings); // before the tray's listener, which uses the translator
    nativeTheme.themeSource = settings.theme; // of every window, the providers' pages among them
  });
  tokenkeep.state.onChange(({ vault }) => {
    if (vault !== undefined && vault.state !== "open") window.closing.forget();
  });
  showMenu(tokenkeep, window, translator);
  offerContextMenus(translator);
  bringToFrontWhenNeeded(tokenkeep, window);
  void (hidden ? Promise.resolve() : window.painted()).then(() => tokenkeep.start());
  const notifier = createNotifier((notice) => new Notification(notice));
  showTray(tokenkeep, window, resources, translator, notifier, host.log);
  stopBeforeQuit(tokenkeep, host.log, waking, memory);
  followPower(tokenkeep, host.log);
  showNotifications(tokenkeep, window, translator, notifier, () => showPairing(tokenkeep, window));
  // A link alone does not show the window, because any page can make links. An accepted response does.
  waking.follow({ show: () => window.show(), link: (link) => tokenkeep.takeLink(link) });
  app.on("open-url", (event, link) => {
    event.preventDefault();
    if (Buffer.byteLength(link) <= MAX_LINK_BYTES) tokenkeep.takeLink(link);
  });
  app.on("activate", () => window.show());
  app.on("window-all-closed", () => undefined); // the app stays in the tray
}
