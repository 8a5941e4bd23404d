/** The ports of the app, implemented by Electron and Node. */
import { app, BrowserWindow, net } from "electron/main";
import { randomBytes, randomUUID } from "node:crypto";
import { open } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock, Randomness } from "../../core/ports.ts";
import type { Host } from "../app/host.ts";
import { installedBrowsers } from "../desktop/browsers.ts";
import { programAt } from "../desktop/peer-program.ts";
import { createRecordingWatch } from "../desktop/recording-software.ts";
import { createLog, type LogFile } from "../diagnostics/log.ts";
import { createHttpClient } from "../net/http.ts";
import { createFetchPicture } from "../net/picture-http.ts";
import { createProxyLogins } from "../net/proxy-login.ts";
import { startSocketServer } from "../socket/server.ts";
import type { ProfileLock } from "../storage/profile-lock.ts";
import type { FramePort } from "../window/frame/port.ts";
import { answerProxiesOfPages, createElectronTransport, type ProxyLogin } from "./network/http.ts";
import { createStartSandbox } from "./sandbox.ts";
import { openInBrowser } from "./system/browser.ts";
import { systemClipboard } from "./system/clipboard.ts";
import { linksReachUs } from "./system/deep-link.ts";
import { createFileDialogs } from "./system/files.ts";
import { createKeychain } from "./system/keychain.ts";
import type { AppTranslator } from "./system/language.ts";
import { createOpenUserAgent } from "./windows/authorization-window.ts";

/** A file of the built app, relative to the folder of main's bundle. */
export const builtFile = (...parts: string[]): string => path.join(import.meta.dirname, ...parts);
/** The folder with the icons. */
export const resources = app.isPackaged ? process.resourcesPath : builtFile("../../resources");
export const appIcon = path.join(resources, "icon.png");

/** Whether Chromium's sandbox is off; only root may start the app like that. */
export const unsandboxed = app.commandLine.hasSwitch("no-sandbox");

/** Per user and deleted at logout; never /tmp, where another user can create a file of the same name. */
function runtimeFolder(): string {
  const { XDG_RUNTIME_DIR: runtime = "" } = process.env; // empty counts as unset (XDG Base Directory Specification)
  return runtime === ""
    ? path.join(homedir(), ".local/state/tokenkeep/run")
    : path.join(runtime, "tokenkeep");
}

/** Node's timers end at 2^31 ms, and fire at once beyond it. */
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
 * The profile's folder. Called after the arguments were judged, because Electron creates the folder when it is asked for
 * it. Where Electron cannot, it silently uses the default folder, so this reads the switch itself.
 */
export function profileFolder(): string {
  const folder = app.commandLine.getSwitchValue("user-data-dir");
  return path.resolve(folder === "" ? app.getPath("userData") : folder);
}

/** Longer files are no registration. */
const MOST_REGISTRATION_BYTES = 4 * 1024;
/** The file that a distributor adds to the resources of its copy (electron-builder.yml copies the folder). */
async function sharedRegistration(): Promise<string | undefined> {
  try {
    const file = await open(path.join(resources, "registration.json"));
    try {
      const { size } = await file.stat();
      return size > MOST_REGISTRATION_BYTES ? "" : await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

/** The file that remembers size, place and zoom of the window. */
export const windowFile = (folder: string): string => path.join(folder, "window.json");

export function makeHost(
  translator: AppTranslator,
  lock: ProfileLock,
  frame: FramePort,
): Host & { readonly log: LogFile } {
  const folder = profileFolder();
  const proxyLogins = createProxyLogins(clock, random);
  const proxyLogin: ProxyLogin = (proxy, before) => proxyLogins.ask(proxy, before);
  answerProxiesOfPages(proxyLogin);
  const focusedWindow = () => BrowserWindow.getFocusedWindow();
  const transport = createElectronTransport(proxyLogin);
  return {
    clock,
    random,
    http: createHttpClient(transport),
    fetchPicture: createFetchPicture(transport),
    proxyLogins,
    network: { online: () => net.isOnline() },
    keychain: createKeychain(),
    files: createFileDialogs(focusedWindow, translator),
    clipboard: systemClipboard,
    openUserAgent: createOpenUserAgent(appIcon, focusedWindow, translator),
    openInBrowser,
    browsers: () => installedBrowsers(),
    linksReachUs,
    frame,
    translator,
    sharedRegistration,
    startSandbox: createStartSandbox(builtFile("sandbox.js")),
    startSocketServer,
    programAt,
    recordingSoftwareRuns: createRecordingWatch(),
    profileLock: () => lock.look(),
    log: createLog(path.join(folder, "logs")),
    profileFolder: folder,
    runtimeFolder: runtimeFolder(),
    socketWorkerUrl: pathToFileURL(builtFile("socket-worker.js")),
    app: { version: app.getVersion(), electron: process.versions.electron, unsandboxed },
  };
}
