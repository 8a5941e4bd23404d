/**
 * Decides the outcome of a start (ADR 0018): the process becomes the profile's only instance, or it sends its request
 * to the running instance and ends, or it cannot run and shows the reason. Chromium's own lock is not used: it counts
 * as stale when a link in the temporary folder is gone, and it kills a running app that does not answer.
 */
import { app, dialog } from "electron/main";
import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import type { Failure } from "../../contract/failure.ts";
import { en } from "../../text/en.ts";
import { sentence } from "../../text/sentence.ts";
import { createWords } from "../../text/words.ts";
import { takeProfileLock, type Holder, type ProfileLock, type Taken } from "../storage/profile-lock.ts";
import {
  handOn,
  handOnOrTakePlace,
  listenForStarts,
  START_SOCKET,
  type StartRequest,
  type WakeServer,
} from "../app/second-start.ts";
import { createTranslator } from "./system/language.ts";

/** The wait for the answer of a running instance. A busy instance has the request by then and handles it later. */
const ANSWER_MS = 10_000;
/** The wait for an instance that is quitting: it finishes its work first, within 20 s (main/keeper/refresher.ts). */
const PATIENCE_MS = 30_000;
/** The error message closes by itself after this time, because the user may be away. */
const MESSAGE_MS = 10 * 60_000;

const clock = {
  monotonicMs: () => performance.now(),
  after(inMs: number, run: () => void) {
    const timer = setTimeout(run, inMs);
    return () => clearTimeout(timer);
  },
};

type Place =
  /** This process is the profile's only instance. */
  | { readonly kind: "ours"; readonly lock: ProfileLock }
  /** The running instance has accepted the request. */
  | { readonly kind: "handed_on" }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Looks for a running instance where no lock is available: a running instance answers the request. */
async function withoutLock(folder: string, lock: ProfileLock, request: StartRequest): Promise<Place> {
  const answer = await handOn(folder, START_SOCKET, request, ANSWER_MS);
  if (answer === "refused") return { kind: "ours", lock };
  return answer === "taken"
    ? { kind: "handed_on" }
    : { kind: "failed", failure: { code: "profile_silent", folder } };
}

/** Sends the request to the process that holds the lock, or takes its place when that process ends. */
async function besideHolder(
  folder: string,
  holder: Holder | undefined,
  request: StartRequest,
): Promise<Place> {
  if (holder !== undefined && holder.host !== hostname()) {
    // The holder runs on another computer, unless this computer was renamed. Only a local process answers at the
    // socket.
    const { host, pid } = holder;
    const answer = await handOn(folder, holder.wake ?? START_SOCKET, request, ANSWER_MS);
    if (answer === "taken") return { kind: "handed_on" };
    return { kind: "failed", failure: { code: "profile_elsewhere", folder, host, pid } };
  }
  const tryAgain = () => {
    const taken = takeProfileLock(folder);
    return taken.kind === "taken" ? taken : ({ kind: "free", lock: taken } as const);
  };
  const waiting = { answerMs: ANSWER_MS, patienceMs: PATIENCE_MS };
  const outcome = await handOnOrTakePlace(folder, holder, request, tryAgain, clock, waiting);
  switch (outcome.kind) {
    case "taken":
      return { kind: "handed_on" };
    case "free":
      return placeOf(folder, outcome.lock, request);
    default:
      return { kind: "failed", failure: { code: "profile_silent", folder } };
  }
}

function placeOf(folder: string, taken: Taken, request: StartRequest): Promise<Place> {
  switch (taken.kind) {
    case "held":
      return Promise.resolve({ kind: "ours", lock: taken.lock });
    case "unavailable":
      return withoutLock(folder, taken.lock, request);
    case "taken":
      return besideHolder(folder, taken.holder, request);
    case "impossible": {
      const { why, detail } = taken;
      return Promise.resolve({ kind: "failed", failure: { code: "profile_unusable", folder, why, detail } });
    }
  }
}

/**
 * Takes the profile, or sends `request` to the running instance. Call it before anything else reads or writes the
 * profile. In a free profile the lock is taken synchronously.
 */
export const takePlace = (folder: string, request: StartRequest): Promise<Place> =>
  placeOf(folder, takeProfileLock(folder), request);

/** Accepts the requests of later starts from now on, and queues them until `follow` sets their handlers. */
export function listen(folder: string, lock: ProfileLock): Waking {
  /** A page can open hundreds of links before the handlers are set; the first requests are kept. */
  const MOST_WAITING = 32;
  const waiting: StartRequest[] = [];
  let carryOut = (request: StartRequest): void => {
    if (request.want !== "nothing" && waiting.length < MOST_WAITING) waiting.push(request);
  };
  const server = listenForStarts(
    folder,
    (request) => carryOut(request),
    { warn: (event, facts) => console.error(event, facts?.["cause"]) }, // the log does not exist yet
  );
  const { address } = server;
  lock.tell({
    pid: process.pid,
    host: hostname(),
    sinceMs: Date.now(),
    ...(address !== undefined && { wake: address }),
  });
  return {
    ...server,
    follow({ show, link }) {
      let showIsPlanned = false;
      carryOut = (request) => {
        if (request.want === "link") link(request.link);
        if (request.want !== "show" || showIsPlanned) return;
        showIsPlanned = true; // requests that arrive together show the window once
        setImmediate(() => {
          showIsPlanned = false;
          show();
        });
      };
      for (const request of waiting.splice(0)) carryOut(request);
    },
  };
}
/** The server for later starts. */
export interface Waking extends WakeServer {
  /** Sets the handlers, and handles the queued requests. */
  follow(to: { readonly show: () => void; readonly link: (link: string) => void }): void;
}

/** Whether a window can be shown. Without a display, Chromium ends the process. */
const hasDisplay = (): boolean =>
  process.platform !== "linux" ||
  (process.env["DISPLAY"] ?? "") !== "" ||
  (process.env["WAYLAND_DISPLAY"] ?? "") !== "";

/**
 * Shows why the app does not start, on standard error in English and in a window in the user's language, and ends the
 * process with code 1. Chromium writes its files to a temporary folder meanwhile, because the profile is unusable or
 * belongs to another process.
 */
export function endWith(failure: Failure, { want }: StartRequest): void {
  console.error(sentence(failure, createWords("en", en)));
  // No window for a link, because a page can open hundreds of links, or for a hidden start beside a silent instance.
  const showsWindow = want === "show" || (want === "nothing" && failure.code !== "profile_silent");
  if (!showsWindow || !hasDisplay()) return app.exit(1);
  let temporaryFolder: string;
  try {
    temporaryFolder = mkdtempSync(path.join(tmpdir(), "tokenkeep-"));
  } catch {
    return app.exit(1); // Chromium cannot show a window without a folder to write to
  }
  for (const name of ["userData", "sessionData"] as const) app.setPath(name, temporaryFolder);
  app.disableHardwareAcceleration();
  const end = (): void => {
    rmSync(temporaryFolder, { recursive: true, force: true, maxRetries: 3 });
    app.exit(1);
  };
  // The exit code is 1 also when something else ends the app meanwhile, such as Chromium's own signal handlers.
  app.on("before-quit", (event) => {
    event.preventDefault();
    end();
  });
  void app
    .whenReady()
    .then(async () => {
      const { t } = createTranslator();
      await dialog.showMessageBox({
        type: "error",
        title: "Tokenkeep",
        message: sentence(failure, t),
        buttons: [t("app.close")],
        signal: AbortSignal.timeout(MESSAGE_MS),
      });
    })
    .finally(end);
}
