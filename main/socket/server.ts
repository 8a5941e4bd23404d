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
  HandOut,
  HandOutPart,
  OnQuestion,
  QuestionName,
  SocketOptions,
  SocketServer,
  StartSocketServer,
} from "./types.ts";

const RESTART_AFTER_MS = 500;
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
  });
}

export const startSocketServer: StartSocketServer = async (options) => {
  const { folder } = options;
  const owned = await ownFolder(folder);
  if (!owned.ok) return owned;
  const endpoint = endpointIn(folder);
  const free = await freeEndpoint(endpoint);
  if (!free.ok) return free;
  const thread = createThread(options, endpoint);
  const started = await thread.start();
  if (!started.ok) {
    await thread.stop();
    return started;
  }
  try {
    await announce(folder, endpoint);
  } catch (cause) {
    await thread.stop();
    return failed({ code: "socket_failing" }, cause);
  }
  const server: SocketServer = {
    endpoint,
    push: thread.push,
    patch: thread.patch,
    async close() {
      await withdraw(folder);
      await thread.stop();
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

function createThread({ workerUrl, onQuestion, onUse, onLeft }: SocketOptions, endpoint: string) {
  let worker: Worker | undefined;
  let closing = false;
  let number = 0;
  let latest: HandOut | undefined;
  const unacknowledged = new Map<number, () => void>();

  const post = (message: ToWorker): void => worker?.postMessage(message);
  const pushLatest = (): void => {
    if (latest !== undefined) post({ kind: "table", number, table: latest });
  };
  /** From now on the table is this one. Resolves when the thread has what `tell` posts. */
  const replace = (table: HandOut, tell: () => void): Promise<void> =>
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

  async function start(): Promise<Result<null>> {
    const made = new Worker(workerUrl, {
      workerData: { endpoint } satisfies WorkerStart,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MIB },
      env: {}, // it needs nothing of ours
    });
    worker = made;
    const { hear, ended } = hearFrom(made);
    made.on("message", (message: FromWorker) => void hear(message));
    made.on("error", () => undefined); // an exit follows
    made.once("exit", () => {
      ended();
      if (worker !== made || closing) return;
      worker = undefined;
      acknowledge(number); // who is gone hands out nothing
      for (const { id, once } of latest?.grants ?? []) if (once === true) onLeft(id); // its connections went with it
      setTimeout(() => void restart(), RESTART_AFTER_MS);
    });
    return listening(made);
  }

  async function restart(): Promise<void> {
    if (closing) return;
    await rm(endpoint, { force: true });
    await start();
    pushLatest();
  }

  return {
    start,
    push: (table: HandOut): Promise<void> => replace(table, pushLatest),
    patch: (part: HandOutPart): Promise<void> | undefined => {
      const next = latest && patched(latest, part);
      return next && replace(next, () => post({ kind: "part", number, part }));
    },
    async stop() {
      closing = true;
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
