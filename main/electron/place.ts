/**
 * What becomes of a start: it becomes the profile's only instance, or it sends its request to the running instance and
 * ends, or it cannot run and says why (ADR 0018). Chromium's own lock is not used: it counts as stale when a link in
 * the temporary folder is gone, and it kills a running app that does not answer.
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

/** A running app answers at once unless it is busy; it has the request by then, so we do not wait longer. */
const ANSWER_MS = 10_000;
/** An instance that is quitting finishes its work first, for 20 s at most (main/keeper/refresher.ts). */
const PATIENCE_MS = 30_000;
/** The message closes by itself in case nobody sees it. */
const MESSAGE_MS = 10 * 60_000;

const clock = {
  monotonicMs: () => performance.now(),
  after(inMs: number, run: () => void) {
    const timer = setTimeout(run, inMs);
    return () => clearTimeout(timer);
  },
};

type Place =
  | { readonly kind: "ours"; readonly lock: ProfileLock }
  /** The running instance has taken the request. */
  | { readonly kind: "handed_on" }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Without a lock, another instance may still be running, and may answer. */
async function withoutLock(folder: string, lock: ProfileLock, wish: StartRequest): Promise<Place> {
  const handed = await handOn(folder, START_SOCKET, wish, ANSWER_MS);
  if (handed === "refused") return { kind: "ours", lock };
  return handed === "taken"
    ? { kind: "handed_on" }
    : { kind: "failed", failure: { code: "profile_silent", folder } };
}

async function besideHolder(folder: string, holder: Holder | undefined, wish: StartRequest): Promise<Place> {
  if (holder !== undefined && holder.host !== hostname()) {
    // It is another computer, unless ours has another name by now: a local socket answers on one computer alone.
    const { host, pid } = holder;
    const handed = await handOn(folder, holder.wake ?? START_SOCKET, wish, ANSWER_MS);
    if (handed === "taken") return { kind: "handed_on" };
    return { kind: "failed", failure: { code: "profile_elsewhere", folder, host, pid } };
  }
  const tryAgain = () => {
    const again = takeProfileLock(folder);
    return again.kind === "taken" ? again : ({ kind: "free", lock: again } as const);
  };
  const waiting = { answerMs: ANSWER_MS, patienceMs: PATIENCE_MS };
  const outcome = await handOnOrTakePlace(folder, holder, wish, tryAgain, clock, waiting);
  switch (outcome.kind) {
    case "taken":
      return { kind: "handed_on" };
    case "free":
      return placeOf(folder, outcome.lock, wish);
    default:
      return { kind: "failed", failure: { code: "profile_silent", folder } };
  }
}

function placeOf(folder: string, taken: Taken, wish: StartRequest): Promise<Place> {
  switch (taken.kind) {
    case "held":
      return Promise.resolve({ kind: "ours", lock: taken.lock });
    case "unavailable":
      return withoutLock(folder, taken.lock, wish);
    case "taken":
      return besideHolder(folder, taken.holder, wish);
    case "impossible": {
      const { why, detail } = taken;
      return Promise.resolve({ kind: "failed", failure: { code: "profile_unusable", folder, why, detail } });
    }
  }
}

/** Before anything else is read or written in the profile. In one turn where the place is free. */
export const takePlace = (folder: string, wish: StartRequest): Promise<Place> =>
  placeOf(folder, takeProfileLock(folder), wish);

/** Accepts the requests of later starts from now on, and keeps them until `follow` names who handles them. */
export function listen(folder: string, lock: ProfileLock): Waking {
  /** Links may come by the hundred before there is anybody to take them; what comes first has been waited for. */
  const MOST_WAITING = 32;
  const waiting: StartRequest[] = [];
  let carryOut = (wish: StartRequest): void => {
    if (wish.want !== "nothing" && waiting.length < MOST_WAITING) waiting.push(wish);
  };
  const server = listenForStarts(
    folder,
    (wish) => carryOut(wish),
    { warn: (event, facts) => console.error(event, facts?.["cause"]) }, // there is no log yet
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
      let shows = false;
      carryOut = (wish) => {
        if (wish.want === "link") link(wish.link);
        if (wish.want !== "show" || shows) return;
        shows = true; // of a hundred that come together, one brings the window to the front
        setImmediate(() => {
          shows = false;
          show();
        });
      };
      for (const wish of waiting.splice(0)) carryOut(wish);
    },
  };
}
export interface Waking extends WakeServer {
  follow(to: { readonly show: () => void; readonly link: (link: string) => void }): void;
}

/** Chromium ends a program that has no display to connect to. */
const hasDisplay = (): boolean =>
  process.platform !== "linux" ||
  (process.env["DISPLAY"] ?? "") !== "" ||
  (process.env["WAYLAND_DISPLAY"] ?? "") !== "";

/**
 * Says why the app does not start, on standard error in English and in a window in the user's language, and ends with
 * code 1. What Chromium keeps meanwhile goes to a temporary folder, since the profile cannot be used or is another's.
 */
export function endWith(failure: Failure, { want }: StartRequest): void {
  console.error(sentence(failure, createWords("en", en)));
  // A page can have links opened by the hundred, and nobody waits for a start that was to be hidden.
  const seen = want === "show" || (want === "nothing" && failure.code !== "profile_silent");
  if (!seen || !hasDisplay()) return app.exit(1);
  let aside: string;
  try {
    aside = mkdtempSync(path.join(tmpdir(), "tokenkeep-"));
  } catch {
    return app.exit(1); // nor is there room for a window
  }
  for (const name of ["userData", "sessionData"] as const) app.setPath(name, aside);
  app.disableHardwareAcceleration();
  const end = (): void => {
    rmSync(aside, { recursive: true, force: true, maxRetries: 3 });
    app.exit(1);
  };
  // However it is ended meanwhile, Chromium's own handlers of signals included, the code tells that it did not start.
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
