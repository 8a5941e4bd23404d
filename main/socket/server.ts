/** Main's side of the socket's thread: starts it, starts it again if it dies, and passes the table and the answers. */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { failed, ok, type Result } from "../../contract/failure.ts";
import { announce, freeEndpoint, ownFolder, withdraw } from "./folder.ts";
import type { FromWorker, Question, ToWorker, WorkerStart } from "./messages.ts";
import { patched } from "./table.ts";
import type {
  Answer,
  TokenTable,
  TokenTablePart,
  OnQuestion,
  QuestionName,
  SocketOptions,
  SocketServer,
  StartSocketServer,
} from "./types.ts";

/** A thread that died is started again after this long; each time it cannot listen, the wait is doubled. */
const RESTART_AFTER_MS = 500;
const LONGEST_RESTART_MS = 30_000;
const MEMORY_MIB = 96;

const endpointIn = (folder: string): string =>
  process.platform === "win32"
    ? `\\\\.\\pipe\\tokenkeep-${randomBytes(16).toString("hex")}`
    : path.join(folder, "tokenkeep.sock");

/** Resolves when the thread listens, or with why it does not. */
function listening(worker: Worker): Promise<Result<null>> {
  return new Promise((resolve) => {
    worker.once("message", (message: FromWorker) =>
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
    async close() {
      await thread.stop();
      await withdraw(folder);
    },
  };
  return ok(server);
};

function answerTo(
  onQuestion: OnQuestion,
  { about, ask }: Question,
  gone: Promise<void>,
): Promise<Answer<QuestionName>> {
  // Each is asked what it answers: the question's type says so, which a union cannot be told.
  const answer = onQuestion[about] as (ask: unknown, gone: Promise<void>) => Promise<Answer<QuestionName>>;
  return answer(ask, gone).catch(() => ({ ok: false, code: "internal" }));
}

function createThread(options: SocketOptions, endpoint: string) {
  const { folder, workerUrl, onQuestion, onUse, onLeft, onState } = options;
  let worker: Worker | undefined;
  let failures = 0;
  let restartTimer: NodeJS.Timeout | undefined;
  let restarting = Promise.resolve();
  let closing = false;
  let number = 0;
  let latest: TokenTable | undefined;
  const unacknowledged = new Map<number, () => void>();

  const post = (message: ToWorker): void => worker?.postMessage(message);
  const pushLatest = (): void => {
    if (latest !== undefined) post({ kind: "table", number, table: latest });
  };
  /** From now on the table is this one. Resolves when the thread has what `tell` posts. */
  const replace = (table: TokenTable, tell: () => void): Promise<void> =>
    new Promise((resolve) => {
      number += 1;
      latest = table;
      unacknowledged.set(number, resolve);
      tell();
      if (worker === undefined) acknowledge(number); // it starts with this table, if it starts
    });

  /** A newer table stands for the older ones. */
  function acknowledge(upTo: number): void {
    for (const [sent, resolve] of unacknowledged) {
      if (sent > upTo) continue;
      unacknowledged.delete(sent);
      resolve();
    }
  }

  /** Each thread counts its questions from 1: an answer goes to the one that asked, and to no later one. */
  function hearFrom(made: Worker): {
    readonly hear: (message: FromWorker) => Promise<void>;
    readonly ended: () => void;
  } {
    /** Who asked has left: by the question's number. */
    const leavers = new Map<number, () => void>();

    async function hear(message: FromWorker): Promise<void> {
      switch (message.kind) {
        case "acknowledged":
          acknowledge(message.number);
          return;
        case "question": {
          const gone = new Promise<void>((resolve) => leavers.set(message.number, resolve));
          const answer = await answerTo(onQuestion, message, gone);
          made.postMessage({ kind: "answer", number: message.number, answer } satisfies ToWorker);
          // An answer to who left just before it is one that nobody had: of a pairing we are told which it was.
          if (message.about !== "pair") leavers.delete(message.number);
          return;
        }
        case "had":
          leavers.delete(message.number);
          return;
        case "gone":
          leavers.get(message.number)?.();
          leavers.delete(message.number);
          return;
        case "left":
          onLeft(message.grant);
          return;
        case "uses":
          onUse(message.uses);
          return;
        default:
      }
    }
    return {
      hear,
      ended() {
        for (const leave of leavers.values()) leave();
        leavers.clear();
      },
    };
  }

  /** Listens, as the first time: in a folder that is ours, at a place that is free, and announced. Does not reject. */
  const start = (): Promise<Result<null>> =>
    listen().catch((cause: unknown) => failed({ code: "socket_failing" }, cause));
  async function listen(): Promise<Result<null>> {
    const owned = await ownFolder(folder);
    if (!owned.ok) return owned;
    const free = await freeEndpoint(endpoint);
    if (!free.ok) return free;
    const made = new Worker(workerUrl, {
      workerData: { endpoint } satisfies WorkerStart,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MIB },
      env: {}, // it needs nothing of ours
    });
    const { hear, ended } = hearFrom(made);
    made.on("message", (message: FromWorker) => void hear(message));
    made.on("error", () => undefined); // an exit follows
    made.once("exit", () => {
      ended();
      if (worker !== made || closing) return;
      worker = undefined;
      acknowledge(number); // a thread that is gone hands out nothing
      for (const { id, once } of latest?.grants ?? []) if (once === true) onLeft(id); // its connections went with it
      onState({ code: "socket_failing" });
      restartLater();
    });
    const started = await listening(made);
    if (!started.ok) {
      await made.terminate();
      return started;
    }
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

  function restartLater(): void {
    const waitMs = Math.min(LONGEST_RESTART_MS, RESTART_AFTER_MS * 2 ** failures);
    restartTimer = setTimeout(() => void (restarting = restart()), waitMs);
  }
  /** Again and again, until it listens or is closed: what hindered it may go away. */
  async function restart(): Promise<void> {
    const again = await start();
    if (closing) return;
    if (again.ok) {
      failures = 0;
      pushLatest();
      onState(undefined);
      return;
    }
    failures += 1;
    onState(again.failure, again.cause);
    restartLater();
  }

  return {
    start,
    push: (table: TokenTable): Promise<void> => replace(table, pushLatest),
    patch: (part: TokenTablePart): Promise<void> | undefined => {
      const next = latest && patched(latest, part);
      return next && replace(next, () => post({ kind: "part", number, part }));
    },
    async stop() {
      closing = true;
      clearTimeout(restartTimer);
      await restarting;
      const last = worker;
      worker = undefined;
      acknowledge(number);
      if (last === undefined) return;
      const gone = new Promise<void>((resolve) => void last.once("exit", () => resolve()));
      last.postMessage({ kind: "close" } satisfies ToWorker);
      const late = setTimeout(() => void last.terminate(), 2_000);
      await gone;
      clearTimeout(late);
      if (process.platform !== "win32") await rm(endpoint, { force: true });
    },
  };
}
