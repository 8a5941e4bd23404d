/** Main's link to the socket: opens it, tries again while that fails, and passes the token table on. */
import type { Failure } from "../../contract/failure.ts";
import type { Clock, Log } from "../../core/ports.ts";
import type { SocketOptions, SocketServer, StartSocketServer } from "../socket/types.ts";

/** The wait after the first failed start; it doubles with each further one. */
const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;

/** What the link passes on to the rest of main once the socket is open. */
export interface SocketAnswers extends Pick<SocketOptions, "onQuestion" | "onUse" | "onLeft"> {
  /** The socket has begun to listen and has no token table yet. Resolves once it has one. */
  readonly onListening: () => Promise<void>;
}

export interface SocketLink {
  /** The path or pipe name that tools connect to; undefined until the socket has opened. */
  readonly endpoint: string | undefined;
  /** Why nothing listens now; undefined while the socket is open, and before the first start. */
  readonly failure: Failure | undefined;
  /** Opens the socket. Never rejects because of the socket: `failure` says why it is closed, and the link tries again. */
  start(answers: SocketAnswers): Promise<void>;
  /** The socket itself: takes the token table. Undefined while it is closed. */
  readonly server: Pick<SocketServer, "push" | "patch"> | undefined;
  /** As `SocketServer.watchUses`; also for a socket that opens later. */
  watchUses(on: boolean): void;
  /** Closes the socket and tries no more. */
  stop(): Promise<void>;
}

/** `changed`: called when `endpoint` or `failure` has changed. */
export function createSocketLink(
  parts: {
    readonly startSocketServer: StartSocketServer;
    /** The folder of the socket and of the file that announces it. */
    readonly runtimeFolder: string;
    readonly socketWorkerUrl: URL;
    readonly clock: Pick<Clock, "after">;
    readonly log: Pick<Log, "info" | "warn">;
  },
  changed: () => void,
): SocketLink {
  const { startSocketServer, runtimeFolder, socketWorkerUrl, clock, log } = parts;
  let server: SocketServer | undefined;
  let failure: Failure | undefined;
  let stopped = false;
  let usesWatched = false;
  let failedStarts = 0;
  let cancelRetry: () => void = () => undefined;

  /** Notes why nothing listens (undefined: the socket is open), for the window and the doctor. */
  function setFailure(next: Failure | undefined, cause?: unknown): void {
    failure = next;
    if (next === undefined) log.info("socket.open", {});
    else log.warn("socket.failed", { code: next.code, cause });
    changed();
  }

  async function start(answers: SocketAnswers): Promise<void> {
    const { onQuestion, onUse, onLeft, onListening } = answers;
    const started = await startSocketServer({
      folder: runtimeFolder,
      workerUrl: socketWorkerUrl,
      onQuestion,
      onUse,
      onLeft,
      onState: setFailure,
    });
    if (stopped) return started.ok ? started.value.close() : undefined;
    if (started.ok) {
      server = started.value;
      if (usesWatched) server.watchUses(true);
      if (failure !== undefined) setFailure(undefined);
      return onListening();
    }
    // The hindrance (a folder that others may open, another program at the same path) may be removed at any time.
    setFailure(started.failure, started.cause);
    const waitMs = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** failedStarts);
    failedStarts += 1;
    cancelRetry = clock.after(waitMs, () => void start(answers));
  }

  return {
    get endpoint() {
      return server?.endpoint;
    },
    get failure() {
      return failure;
    },
    get server() {
      return server;
    },
    start,
    watchUses(on) {
      usesWatched = on;
      server?.watchUses(on);
    },
    async stop() {
      stopped = true;
      cancelRetry();
      await server?.close();
      server = undefined;
    },
  };
}
