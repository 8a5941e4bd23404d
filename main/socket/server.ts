/** Main's side of the socket: runs the thread, starts it again if it dies, and passes tables, questions and answers. */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { failed, ok, type Result } from "../../contract/failure.ts";
import { announce, freeEndpoint, ownFolder, withdraw } from "./folder.ts";
import { patched } from "./table.ts";
import type {
  Answer,
  AnswerMessage,
  FromThread,
  OnQuestion,
  QuestionMessage,
  QuestionName,
  SocketOptions,
  SocketServer,
  StartSocketServer,
  ThreadStart,
  TokenTable,
  TokenTablePart,
  ToThread,
} from "./types.ts";

/** A thread that died is started again after this long; the wait doubles with each attempt that fails. */
const RESTART_AFTER_MS = 500;
const LONGEST_RESTART_MS = 30_000;
/** A thread that does not end by itself is terminated after this long. */
const LONGEST_CLOSE_MS = 2_000;
const MEMORY_MIB = 96;

const endpointIn = (folder: string): string =>
  process.platform === "win32"
    ? `\\\\.\\pipe\\tokenkeep-${randomBytes(16).toString("hex")}`
    : path.join(folder, "tokenkeep.sock");

/** Resolves when the thread listens, or with `socket_failing` when it does not. */
function listening(worker: Worker): Promise<Result<null>> {
  return new Promise((resolve) => {
    worker.once("message", (message: FromThread) =>
      resolve(
        message.kind === "listening"
          ? ok(null)
          : failed({ code: "socket_failing" }, message.kind === "failed" ? message.cause : undefined),
      ),
    );
    worker.once("error", (cause) => resolve(failed({ code: "socket_failing" }, cause)));
    worker.once("exit", (code) =>
      resolve(failed({ code: "socket_failing" }, new Error(`the thread ended with ${String(code)}`))),
    );
  });
}

/** The table that counts, sent to the thread that `post` reaches. */
function createTables(post: (message: ToThread) => void, isRunning: () => boolean) {
  let number = 0;
  let latest: TokenTable | undefined;
  const unacknowledged = new Map<number, () => void>();

  /** A newer table replaces the older ones, so their senders are done too. */
  function acknowledge(upTo: number): void {
    for (const [sent, resolve] of unacknowledged) {
      if (sent > upTo) continue;
      unacknowledged.delete(sent);
      resolve();
    }
  }
  const sendLatest = (): void => {
    if (latest !== undefined) post({ kind: "table", number, table: latest });
  };
  /** Makes `table` the one that counts. Resolves when the thread has what `send` posts. */
  const replace = (table: TokenTable, send: () => void): Promise<void> =>
    new Promise((resolve) => {
      number += 1;
      latest = table;
      unacknowledged.set(number, resolve);
      send();
      if (!isRunning()) acknowledge(number); // without a thread nothing is handed out; the next one gets this table
    });
  return {
    acknowledge,
    sendLatest,
    /** The thread is gone: nothing is handed out from an older table. */
    acknowledgeAll: () => acknowledge(number),
    push: (table: TokenTable): Promise<void> => replace(table, sendLatest),
    patch: (part: TokenTablePart): Promise<void> | undefined => {
      const next = latest && patched(latest, part);
      return next && replace(next, () => post({ kind: "part", number, part }));
    },
    /** The grants that end with their connection. */
    onceGrants: (): readonly string[] =>
      (latest?.grants ?? []).filter(({ once }) => once === true).map(({ id }) => id),
  };
}

const answerTo = <Q extends QuestionName>(
  onQuestion: OnQuestion,
  { about, ask }: QuestionMessage<Q>,
  gone: Promise<void>,
): Promise<Answer<Q>> => onQuestion[about](ask, gone).catch(() => ({ ok: false, code: "internal" }));

/**
 * Takes the messages of one thread. Each thread counts its questions from 1, so an answer goes to the thread that asked, and
 * to no later one. The returned function is called when the thread has ended.
 */
function serveThread(
  worker: Worker,
  { onQuestion, onUse, onLeft }: SocketOptions,
  onAcknowledged: (number: number) => void,
): () => void {
  /** By the number of a question: tells its answerer that the tool has disconnected. */
  const leavers = new Map<number, () => void>();

  async function answer<Q extends QuestionName>(message: QuestionMessage<Q>): Promise<void> {
    const { number, about } = message;
    const gone = new Promise<void>((resolve) => leavers.set(number, resolve));
    const given = await answerTo(onQuestion, message, gone);
    const reply: AnswerMessage<Q> = { kind: "answer", number, about, answer: given };
    worker.postMessage(reply);
    // A pairing stays until the thread reports that its answer was delivered: the tool may have left just before.
    if (about !== "pair") leavers.delete(number);
  }
  worker.on("message", (message: FromThread) => {
    switch (message.kind) {
      case "acknowledged":
        return onAcknowledged(message.number);
      case "question":
        return void answer(message);
      case "delivered":
        return void leavers.delete(message.number);
      case "gone":
        leavers.get(message.number)?.();
        return void leavers.delete(message.number);
      case "left":
        return onLeft(message.grant);
      case "uses":
        return onUse(message.uses);
      default:
    }
  });
  return () => {
    for (const leave of leavers.values()) leave();
    leavers.clear();
  };
}
/** Starts a thread, and takes its messages; resolves when it listens. Fails with `socket_failing`. */
async function startWorker(
  options: SocketOptions,
  endpoint: string,
  onAcknowledged: (number: number) => void,
  onExit: (worker: Worker) => void,
): Promise<Result<Worker>> {
  const worker = new Worker(options.workerUrl, {
    workerData: { endpoint } satisfies ThreadStart,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MIB },
    env: {}, // it needs nothing of ours
  });
  const ended = serveThread(worker, options, onAcknowledged);
  worker.on("error", () => undefined); // an exit follows
  worker.once("exit", () => {
    ended();
    onExit(worker);
  });
  const started = await listening(worker);
  if (started.ok) return ok(worker);
  await worker.terminate();
  return started;
}

function createThread(options: SocketOptions, endpoint: string) {
  const { folder, onLeft, onState } = options;
  let worker: Worker | undefined;
  let failures = 0;
  let restartTimer: NodeJS.Timeout | undefined;
  let restarting = Promise.resolve();
  let closing = false;
  let usesWatched = false;
  const tables = createTables(
    (message) => worker?.postMessage(message),
    () => worker !== undefined,
  );

  /** Listens in a folder that is ours, at an endpoint that is free, and announces it. Does not reject. */
  const start = (): Promise<Result<null>> =>
    listen().catch((cause: unknown) => failed({ code: "socket_failing" }, cause));
  async function listen(): Promise<Result<null>> {
    const owned = await ownFolder(folder);
    if (!owned.ok) return owned;
    const free = await freeEndpoint(endpoint);
    if (!free.ok) return free;
    const started = await startWorker(options, endpoint, tables.acknowledge, (ended) => {
      if (worker === ended && !closing) died();
    });
    if (!started.ok) return started;
    const made = started.value;
    worker = made;
    try {
      await announce(folder, endpoint);
    } catch (cause) {
      worker = undefined;
      await made.terminate();
      return failed({ code: "socket_failing" }, cause);
    }
    return ok(null);
  }
  function died(): void {
    worker = undefined;
    tables.acknowledgeAll();
    for (const grant of tables.onceGrants()) onLeft(grant); // their connections ended with the thread
    onState({ code: "socket_failing" });
    restartLater();
  }
  function restartLater(): void {
    const waitMs = Math.min(LONGEST_RESTART_MS, RESTART_AFTER_MS * 2 ** failures);
    restartTimer = setTimeout(() => void (restarting = restart()), waitMs);
  }
  /** Repeats itself until it listens or is closed: the hindrance may go away at any time. */
  async function restart(): Promise<void> {
    const again = await start();
    if (closing) return;
    if (again.ok) {
      failures = 0;
      tables.sendLatest();
      if (usesWatched) watchUses(true);
      onState(undefined);
      return;
    }
    failures += 1;
    onState(again.failure, again.cause);
    restartLater();
  }
  function watchUses(on: boolean): void {
    usesWatched = on;
    worker?.postMessage({ kind: "watchUses", on } satisfies ToThread);
  }
  async function stop(): Promise<void> {
    closing = true;
    clearTimeout(restartTimer);
    await restarting;
    const last = worker;
    worker = undefined;
    tables.acknowledgeAll();
    if (last === undefined) return;
    const exited = new Promise<void>((resolve) => void last.once("exit", () => resolve()));
    last.postMessage({ kind: "close" } satisfies ToThread);
    const late = setTimeout(() => void last.terminate(), LONGEST_CLOSE_MS);
    await exited;
    clearTimeout(late);
    if (process.platform !== "win32") await rm(endpoint, { force: true });
  }
  return { start, stop, push: tables.push, patch: tables.patch, watchUses };
}

export const startSocketServer: StartSocketServer = async (options) => {
  const { folder } = options;
  const endpoint = endpointIn(folder);
  const thread = createThread(options, endpoint);
  const started = await thread.start();
  if (!started.ok) {
    await thread.stop();
    return started;
  }
  const server: SocketServer = {
    endpoint,
    push: thread.push,
    patch: thread.patch,
    watchUses: thread.watchUses,
    async close() {
      await thread.stop();
      await withdraw(folder);
    },
  };
  return ok(server);
};
