/** Tokenkeep's main process: reads top to bottom, with a comment wherever the order of two calls matters. */
import { app, BrowserWindow, Menu, net, Notification, session } from "electron/main";
import { randomBytes, randomUUID } from "node:crypto";
import { homedir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { merged } from "../../contract/ipc.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { sentence } from "../../text/sentence.ts";
import { installedBrowsers } from "../browsers.ts";
import { compose, type App } from "../compose.ts";
import { refuseCoreDumps } from "../core-dumps.ts";
import { createHttpClient } from "../http.ts";
import { createProxyLogins } from "../proxy-login.ts";
import { programAt } from "../peer.ts";
import type { Host } from "../host.ts";
import { createLog, type LogFile } from "../log.ts";
import { startSocketServer } from "../socket/server.ts";
import { createStudioWatch } from "../studio.ts";
import { trayModel } from "../views/tray-model.ts";
import { systemClipboard } from "./clipboard.ts";
import { createFileDialogs } from "./files.ts";
import { hardenApp, refuseEverything } from "./hardening.ts";
import { answerProxiesOfPages, createElectronTransport, type ProxyLogin } from "./http.ts";
import { serveCalls } from "./ipc.ts";
import { createKeychain } from "./keychain.ts";
import { openInBrowser } from "./browser.ts";
import { linkIn, linksReachUs } from "./deep-link.ts";
import { createStartSandbox } from "./sandbox.ts";
import { isTheOne } from "./single-instance.ts";
import { createSpeech, type Speech } from "./language.ts";
import { showNotifications } from "./notifications.ts";
import { followPower } from "./power.ts";
import { registerScheme, serveWindow } from "./scheme.ts";
import { createTray } from "./tray.ts";
import { createOpenUserAgent } from "./windows/authorization-window.ts";
import { createMainWindow, type MainWindow } from "./windows/main-window.ts";

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

const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (inMs, run) => {
    const timer = setTimeout(run, inMs);
    return () => clearTimeout(timer);
  },
};
const random: Randomness = { bytes: (count) => randomBytes(count), uuid: () => randomUUID() };

function makeHost(speech: Speech): Host & { readonly log: LogFile } {
  const profileFolder = app.getPath("userData");
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
    files: createFileDialogs(() => BrowserWindow.getFocusedWindow(), speech),
    clipboard: systemClipboard,
    openUserAgent: createOpenUserAgent(
      path.join(resources, "icon.png"),
      () => BrowserWindow.getFocusedWindow(),
      speech,
    ),
    openInBrowser,
    browsers: () => installedBrowsers(),
    linksReachUs,
    speech,
    startSandbox: createStartSandbox(here("sandbox.js")),
    startSocketServer,
    programAt,
    studioRuns: createStudioWatch(),
    log: createLog(path.join(profileFolder, "logs")),
    profileFolder,
    runtimeFolder: runtimeFolder(),
    socketWorkerUrl: pathToFileURL(here("socket-worker.js")),
    app: { version: app.getVersion(), electron: process.versions.electron, unsandboxed },
  };
}

function showTray(keep: App, window: MainWindow, speech: Speech): void {
  const show = createTray(resources, {
    copy: (signIn) =>
      void keep.handlers["signIns.copy"]({ id: signIn, form: "token" }).then((answer) => {
        if (!answer.ok)
          new Notification({
            title: speech.t("notices.notCopied"),
            body: sentence(answer.failure, speech.t),
          }).show();
      }),
    open: () => window.show(),
    pairing: () => showPairing(keep, window),
    validateAll: () => void keep.handlers["signIns.validateAll"](undefined),
    lock: () => void keep.handlers["vault.lock"]("vault"),
    pause: (paused) => void keep.handlers["vault.pause"](paused),
    quit: () => app.quit(),
  });
  let known = keep.state.snapshot();
  show(trayModel(known, speech.t));
  keep.state.onChange((changes) => {
    known = merged(known, changes); // followed, not asked for: thousands of rows take a while to make
    const { vault, signIns, signInsChanged, settings, streamer, pairing } = changes;
    if ([vault, signIns, signInsChanged, settings, streamer, pairing].some((part) => part !== undefined))
      show(trayModel(known, speech.t));
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

/** What a tool wants the person to do is laid before them; the keyboard stays where it is. */
function presentWishes(keep: App, window: MainWindow): void {
  let streams = false;
  keep.state.onChange(({ wish, streamer = streams }) => {
    streams = streamer;
    if (wish !== undefined && wish !== null && wish.action !== "pairing" && !streams) window.present();
  });
}

/** Quits once what runs is written: an answer that is lost here may have cost a one-time token. */
function stopBeforeQuit(keep: App, log: LogFile): void {
  // The end of a session, Ctrl+C, a closed terminal: by themselves these would end us in the middle of a write.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => app.quit());
  let stopping: Promise<void> | undefined;
  let stopped = false;
  app.on("before-quit", (event) => {
    if (stopped) return;
    event.preventDefault();
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

function main(): void {
  serveWindow(session.defaultSession, here("../renderer"));
  refuseEverything(session.defaultSession);
  const devServer = app.isPackaged ? undefined : process.env["ELECTRON_RENDERER_URL"];
  const window = createMainWindow(
    here("../preload/index.cjs"),
    path.join(resources, "icon.png"),
    app.isPackaged,
    devServer,
  );
  const hidden = app.commandLine.hasSwitch("hidden");
  if (!hidden) window.show(); // first, so that it loads while the rest is put together
  const speech = createSpeech();
  const host = makeHost(speech);
  logBugs(host.log);
  const keep = compose(host);
  serveCalls(keep.handlers, window, host.log); // in the same turn, so before the window asks
  keep.state.onChange((_changes, json) => window.send("state.changed", json));
  keep.state.onChange(({ settings }) => {
    if (settings !== undefined) speech.follow(settings); // before the tray hears of it
  });
  comeBackForAnswers(keep, window);
  presentWishes(keep, window);
  comeForProxies(keep, window);
  void (hidden ? Promise.resolve() : window.painted()).then(() => keep.start());
  showTray(keep, window, speech);
  stopBeforeQuit(keep, host.log);
  followPower(keep, host.log);
  showNotifications(keep, window, speech, () => showPairing(keep, window));
  app.on("second-instance", (_event, argv) => {
    const link = linkIn(argv);
    // A page can make links as it likes; what is an answer brings the window to the front by what comes of it.
    if (link === undefined) window.show();
    else keep.takeLink(link);
  });
  app.on("open-url", (event, link) => {
    event.preventDefault();
    keep.takeLink(link);
  });
  app.on("activate", () => window.show());
  app.on("window-all-closed", () => undefined); // the tray stays
}

if (unsandboxed && !isRoot) {
  console.error("Tokenkeep runs with Chromium's sandbox on. Start it without --no-sandbox.");
  app.exit(1);
} else if (!isTheOne()) {
  console.error("Tokenkeep is running already. Its window was brought to the front.");
  app.exit(0);
} else {
  if (unsandboxed)
    console.error("Started as root: Chromium's sandbox is off. Use an ordinary user for real accounts.");
  else app.enableSandbox(); // undoes --no-sandbox for child processes, which root cannot start without
  void refuseCoreDumps(process.pid);
  registerScheme();
  hardenApp();
  if (process.platform !== "darwin") Menu.setApplicationMenu(null);
  void app.whenReady().then(main); // never awaited at the top level: 'ready' waits for this module
}
