/** Tokenkeep's main process: reads top to bottom, with a comment wherever the order of two calls matters. */
import { app, BrowserWindow, dialog, Menu, net, Notification, session } from "electron/main";
import { randomBytes, randomUUID } from "node:crypto";
import { homedir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { merged } from "../../contract/ipc.ts";
import type { Result } from "../../contract/failure.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import {
  argumentSentence,
  judgeArguments,
  linkIn,
  MAX_LINK_BYTES,
  type Arguments,
} from "../app/arguments.ts";
import { installedBrowsers } from "../desktop/browsers.ts";
import { compose, type App } from "../app/compose.ts";
import { refuseCoreDumps } from "../desktop/core-dumps.ts";
import { createHttpClient } from "../net/http.ts";
import { createProxyLogins } from "../net/proxy-login.ts";
import { programAt } from "../desktop/peer-program.ts";
import { absoluteEntries } from "../desktop/programs.ts";
import type { ProfileLock } from "../storage/profile-lock.ts";
import type { Host } from "../app/host.ts";
import { createLog, type LogFile } from "../diagnostics/log.ts";
import { startSocketServer } from "../socket/server.ts";
import { createRecordingWatch } from "../desktop/recording-software.ts";
import { createNotifier, failureNotice, reportFailure, type Notifier } from "../window/notifier.ts";
import type { StartRequest } from "../app/second-start.ts";
import { trayModel } from "../window/tray-model.ts";
import { systemClipboard } from "./system/clipboard.ts";
import { createFileDialogs } from "./system/files.ts";
import { hardenApp } from "./hardening.ts";
import { answerProxiesOfPages, createElectronTransport, type ProxyLogin } from "./network/http.ts";
import { serveCalls } from "./ipc.ts";
import { createKeychain } from "./system/keychain.ts";
import { openInBrowser } from "./system/browser.ts";
import { choosePasswordStore } from "./system/password-store.ts";
import { linksReachUs } from "./system/deep-link.ts";
import { createStartSandbox } from "./sandbox.ts";
import { endWith, listen, takePlace, type Waking } from "./place.ts";
import { createTranslator, type AppTranslator } from "./system/language.ts";
import { showNotifications } from "./system/notifications.ts";
import { followPower } from "./system/power.ts";
import { registerScheme, serveWindow } from "./network/scheme.ts";
import { createTray } from "./system/tray.ts";
import { createOpenUserAgent } from "./windows/authorization-window.ts";
import { createMainWindow, type MainWindow } from "./windows/main-window.ts";

/**
 * A switch that is let through besides those of the list: none. In the package that tests/packaged/smoke.mjs drives it is
 * the debugging port's, put in its place byte for byte (tooling/driven-package.mjs); the same test sees that the package
 * to be released has no such thing.
 */
const TEST_SWITCH: string = "no switch for the tests.";

const isRoot = process.getuid?.() === 0;
const unsandboxed = app.commandLine.hasSwitch("no-sandbox");
const here = (...parts: string[]) => path.join(import.meta.dirname, ...parts);
const resources = app.isPackaged ? process.resourcesPath : here("../../resources");

/** Per user and gone after logout; never /tmp, where names can be taken by others. */
function runtimeFolder(): string {
  const { XDG_RUNTIME_DIR: runtime = "" } = process.env; // empty counts as unset (XDG Base Directory Specification)
  return runtime === ""
    ? path.join(homedir(), ".local/state/tokenkeep/run")
    : path.join(runtime, "tokenkeep");
}

/** Node's timers end at 2^31 ms, and run at once beyond it. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (inMs, run) => {
    const timer = setTimeout(run, Math.min(inMs, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
const random: Randomness = { bytes: (count) => randomBytes(count), uuid: () => randomUUID() };

/**
 * Not before the arguments were judged: Electron makes the folder when it is asked where it is. Where it cannot, it goes on
 * with the default one without a word, so what was asked for is read here.
 */
function profile(): string {
  const asked = app.commandLine.getSwitchValue("user-data-dir");
  return path.resolve(asked === "" ? app.getPath("userData") : asked);
}

function makeHost(translator: AppTranslator, lock: ProfileLock): Host & { readonly log: LogFile } {
  const profileFolder = profile();
  const proxyLogins = createProxyLogins(clock, random);
  const proxyLogin: ProxyLogin = (proxy, before) => proxyLogins.ask(proxy, before);
  answerProxiesOfPages(proxyLogin);
  return {
    clock,
    random,
    http: createHttpClient(createElectronTransport(proxyLogin)),
    proxyLogins,
    network: { online: () => net.isOnline() },
    keychain: createKeychain(),
    files: createFileDialogs(() => BrowserWindow.getFocusedWindow(), translator),
    clipboard: systemClipboard,
    openUserAgent: createOpenUserAgent(
      path.join(resources, "icon.png"),
      () => BrowserWindow.getFocusedWindow(),
      translator,
    ),
    openInBrowser,
    browsers: () => installedBrowsers(),
    linksReachUs,
    translator,
    startSandbox: createStartSandbox(here("sandbox.js")),
    startSocketServer,
    programAt,
    recordingSoftwareRuns: createRecordingWatch(),
    profileLock: () => lock.look(),
    log: createLog(path.join(profileFolder, "logs")),
    profileFolder,
    runtimeFolder: runtimeFolder(),
    socketWorkerUrl: pathToFileURL(here("socket-worker.js")),
    app: { version: app.getVersion(), electron: process.versions.electron, unsandboxed },
  };
}

function showTray(
  keep: App,
  window: MainWindow,
  translator: AppTranslator,
  notifier: Notifier,
  log: LogFile,
): void {
  const { handlers } = keep;
  type Title = "notCopied" | "notLocked" | "notPaused" | "notResumed" | "notValidated";
  /** What the tray asks for has no place for an answer. */
  const orSay = (title: Title, work: Promise<Result<unknown>>): void =>
    void reportFailure(work, (failure, cause) => {
      log.warn("tray.failed", { what: title, code: failure.code, ...(cause !== undefined && { cause }) });
      notifier.show(failureNotice(translator.t(`notices.${title}`), failure, translator.t), () =>
        window.show(),
      );
    });
  const show = createTray(resources, {
    copy: (signIn) => orSay("notCopied", handlers["signIns.copy"]({ id: signIn, form: "token" })),
    open: () => window.show(),
    pairing: () => showPairing(keep, window),
    validateAll: () => orSay("notValidated", handlers["signIns.validateAll"](undefined)),
    lock: () => orSay("notLocked", handlers["vault.lock"]("vault")),
    pause: (paused) => orSay(paused ? "notPaused" : "notResumed", handlers["vault.pause"](paused)),
    quit: () => app.quit(),
  });
  let known = keep.state.snapshot();
  show(trayModel(known, translator.t));
  keep.state.onChange((changes) => {
    known = merged(known, changes); // followed, not asked for: thousands of rows take a while to make
    const { vault, signIns, signInsChanged, settings, streamer, pairing } = changes;
    if ([vault, signIns, signInsChanged, settings, streamer, pairing].some((part) => part !== undefined))
      show(trayModel(known, translator.t));
  });
}

/** A sign-in that needs its person again brings the window to the front: it may have been closed meanwhile. */
function comeBackForAnswers(keep: App, window: MainWindow): void {
  let asked = new Set<string>();
  keep.state.onChange(({ authorizations }) => {
    if (authorizations === undefined) return;
    const asking = authorizations
      .filter(({ step }) => step === "confirm" || step === "failed")
      .map(({ id }) => id);
    if (asking.some((id) => !asked.has(id))) window.show();
    asked = new Set(asking);
  });
}

/** A proxy that asks who is there stops everything: the window comes, once for each question. */
function comeForProxies(keep: App, window: MainWindow): void {
  let asked: string | undefined;
  keep.state.onChange(({ proxyLogin }) => {
    if (proxyLogin === undefined) return;
    if (proxyLogin !== null && proxyLogin.id !== asked) window.present();
    asked = proxyLogin?.id;
  });
}

function showPairing(keep: App, window: MainWindow): void {
  keep.showPairing();
  window.show();
}

/** The window died, and will not be loaded again by itself. */
async function sayWindowDied(window: MainWindow, translator: AppTranslator): Promise<void> {
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

/** What a tool wants the person to do is laid before them; the keyboard stays where it is. */
function presentWishes(keep: App, window: MainWindow): void {
  let streams = false;
  keep.state.onChange(({ wish, streamer = streams }) => {
    streams = streamer;
    if (wish !== undefined && wish !== null && wish.action !== "pairing" && !streams) window.present();
  });
}

/** Quits once what runs is written: an answer that is lost here may have cost a one-time token. */
function stopBeforeQuit(keep: App, log: LogFile, waking: Waking): void {
  // The end of a session, Ctrl+C, a closed terminal: by themselves these would end us in the middle of a write.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => app.quit());
  let stopping: Promise<void> | undefined;
  let stopped = false;
  app.on("before-quit", (event) => {
    if (stopped) return;
    event.preventDefault();
    waking.close(); // who starts us from now on waits for our place
    stopping ??= keep // once, however often we are told
      .stop()
      .catch((cause: unknown) => log.error("stop.bug", { cause }))
      .then(() => log.close())
      .finally(() => {
        stopped = true;
        app.quit();
      });
  });
}

/** A bug that nobody caught goes to the log, which cleans it: Electron would show it in a dialog that main waits for. */
function logBugs(log: LogFile): void {
  process.on("uncaughtException", (cause) => log.error("main.bug", { cause }));
  process.on("unhandledRejection", (cause) => log.error("main.bug", { cause }));
}

function main(lock: ProfileLock, waking: Waking, hidden: boolean): void {
  serveWindow(session.defaultSession, here("../renderer"));
  const devServer = app.isPackaged ? undefined : process.env["ELECTRON_RENDERER_URL"];
  const window = createMainWindow(
    here("../preload/index.cjs"),
    path.join(resources, "icon.png"),
    app.isPackaged,
    devServer,
    (reason, again) => {
      host.log.error("window.died", { reason, again });
      if (!again)
        void sayWindowDied(window, translator).catch((cause: unknown) =>
          host.log.error("window.told", { cause }),
        );
    },
  );
  if (!hidden) window.show(); // first, so that it loads while the rest is put together
  const translator = createTranslator();
  const host = makeHost(translator, lock);
  logBugs(host.log);
  const keep = compose(host);
  serveCalls(keep.handlers, window, host.log); // in the same turn, so before the window asks
  keep.state.onChange((_changes, json) => window.send("state.changed", json));
  keep.state.onChange(({ settings }) => {
    if (settings !== undefined) translator.follow(settings); // before the tray hears of it
  });
  comeBackForAnswers(keep, window);
  presentWishes(keep, window);
  comeForProxies(keep, window);
  void (hidden ? Promise.resolve() : window.painted()).then(() => keep.start());
  const notifier = createNotifier((notice) => new Notification(notice));
  showTray(keep, window, translator, notifier, host.log);
  stopBeforeQuit(keep, host.log, waking);
  followPower(keep, host.log);
  showNotifications(keep, window, translator, notifier, () => showPairing(keep, window));
  // A page can make links as it likes; what is an answer brings the window to the front by what comes of it.
  waking.follow({ show: () => window.show(), link: (link) => keep.takeLink(link) });
  app.on("open-url", (event, link) => {
    event.preventDefault();
    if (Buffer.byteLength(link) <= MAX_LINK_BYTES) keep.takeLink(link);
  });
  app.on("activate", () => window.show());
  app.on("window-all-closed", () => undefined); // the tray stays
}

/**
 * The packaged app takes the switches of its list alone (main/app/arguments.ts). Unpackaged, Electron and its tools add their
 * own; a link is judged there too.
 */
function judge(): Arguments {
  const { argv, env, platform } = process;
  const args = argv.slice(1).filter((argument) => !argument.startsWith(TEST_SWITCH));
  if (app.isPackaged) return judgeArguments(args, env, platform);
  const link = linkIn(argv);
  const judged = judgeArguments(link === undefined ? [] : [link], {}, platform);
  return judged.ok ? { ...judged, hidden: app.commandLine.hasSwitch("hidden") } : judged;
}

async function start(): Promise<void> {
  const judged = judge();
  if (!judged.ok) {
    console.error(argumentSentence(judged));
    return app.exit(2);
  }
  if (unsandboxed && !isRoot) {
    console.error("Tokenkeep runs with Chromium's sandbox on. Start it without --no-sandbox.");
    return app.exit(2); // as for every switch that is not taken
  }
  const { hidden, link } = judged;
  const folder = profile();
  const wish: StartRequest =
    link !== undefined ? { want: "link", link } : { want: hidden ? "nothing" : "show" };
  const place = await takePlace(folder, wish);
  if (place.kind === "failed") return endWith(place.failure, wish);
  if (place.kind === "handed_on") {
    console.error(
      hidden
        ? "Tokenkeep is running already."
        : "Tokenkeep is running already. It was given what this start was for.",
    );
    return app.exit(0);
  }
  if (unsandboxed)
    console.error("Started as root: Chromium's sandbox is off. Use an ordinary user for real accounts.");
  else app.enableSandbox(); // undoes --no-sandbox for child processes, which root cannot start without
  const waking = listen(folder, place.lock);
  void refuseCoreDumps(process.pid);
  registerScheme();
  hardenApp();
  if (process.platform !== "darwin") Menu.setApplicationMenu(null);
  await choosePasswordStore(); // before 'ready', which waits for this module
  void app.whenReady().then(() => main(place.lock, waking, hidden)); // not awaited: 'ready' waits for this module
}

// What Electron runs itself (xdg-open) is looked up by this: without entries that mean the working directory.
process.env["PATH"] = absoluteEntries(process.env["PATH"] ?? "");
await start();
