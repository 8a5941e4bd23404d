/** The socket's own thread: accepts, frames, limits. A busy main or window does not delay it, nor it them. */
import { createServer, type Socket } from "node:net";
import { chmodSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { MAX_CONNECTIONS } from "../../contract/socket.ts";
import { createLines } from "./framing.ts";
import type { FromWorker, MissAnswer, ToWorker, WorkerStart } from "./messages.ts";
import { createSession, type Session } from "./session.ts";
import { withToken } from "./table.ts";
import type { HandOut, Miss, Use } from "./types.ts";

/** To prove oneself takes a millisecond; who takes longer has something else in mind. */
const AUTH_TIMEOUT_MS = 10_000;
/** Answers under way on one connection; more are not read until some have gone. */
const AT_ONCE = 64;
/** A reader that lets this much pile up is dropped. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** How long a refused connection is still read, and what is read thrown away: closing at once would lose our answer. */
const LINGER_MS = 1_000;
const TELL_USES_EVERY_MS = 5_000;
/** Questions to main per grant and minute: each may become a request to the provider. */
const MISSES_PER_MINUTE = 60;

const { endpoint } = workerData as WorkerStart;
const tell = (message: FromWorker): void => parentPort?.postMessage(message);

let table: HandOut = { locked: true, grants: [], accounts: [], tokens: [] };
const connections = new Map<Socket, Session>();

// Misses: callers that want the same share one question.
const waiting = new Map<
  number,
  { readonly signIn: string; readonly resolve: (answer: MissAnswer) => void }
>();
const asked = new Map<string, Promise<MissAnswer>>();
const budget = new Map<string, { left: number; untilMs: number }>();
let questions = 0;

function mayAsk(grant: string): boolean {
  const now = performance.now(); // the wall clock may be set back
  const entry = budget.get(grant);
  const current =
    entry === undefined || entry.untilMs <= now ? { left: MISSES_PER_MINUTE, untilMs: now + 60_000 } : entry;
  budget.set(grant, current);
  current.left -= 1;
  return current.left >= 0;
}

function miss(grant: string, { signIn, minValidSec, rest }: Miss): Promise<MissAnswer> {
  const key = `${signIn} ${String(minValidSec)} ${String(rest)}`;
  const shared = asked.get(key);
  if (shared !== undefined) return shared;
  if (!mayAsk(grant)) return Promise.resolve({ ok: false, code: "rate_limited" });
  questions += 1;
  const number = questions;
  const question = new Promise<MissAnswer>((resolve) => waiting.set(number, { signIn, resolve })).finally(
    () => asked.delete(key),
  );
  asked.set(key, question);
  tell({ kind: "miss", number, signIn, minValidSec, rest });
  return question;
}

// Uses: counted here, told now and then.
const uses = new Map<string, Use>();
let usesTimer: NodeJS.Timeout | undefined;
function tellUses(): void {
  clearTimeout(usesTimer);
  usesTimer = undefined;
  if (uses.size === 0) return;
  tell({ kind: "uses", uses: [...uses.values()] });
  uses.clear();
}
function used(grant: string, signIn?: string): void {
  const key = `${grant} ${signIn ?? ""}`;
  const count = (uses.get(key)?.count ?? 0) + 1;
  uses.set(key, { grant, ...(signIn !== undefined && { signIn }), count, lastAtMs: Date.now() });
  usesTimer ??= setTimeout(tellUses, TELL_USES_EVERY_MS);
}

function accept(socket: Socket): void {
  if (connections.size >= MAX_CONNECTIONS) {
    socket.destroy();
    return;
  }
  const lines = createLines();
  let underWay = 0;
  let leaving = false;
  const flow = (): void => {
    if (leaving) return;
    if (underWay >= AT_ONCE || socket.writableNeedDrain) socket.pause();
    else socket.resume();
  };
  const session = createSession({
    endpoint,
    table: () => table,
    nowMs: () => Date.now(),
    miss,
    used,
    write(line) {
      if (socket.destroyed) return;
      socket.write(`${line}\n`);
      if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
    },
    end() {
      leaving = true;
      socket.end();
      socket.resume();
      setTimeout(() => socket.destroy(), LINGER_MS);
    },
  });
  connections.set(socket, session);
  const unproven = setTimeout(() => {
    if (session.grant === undefined) socket.destroy();
  }, AUTH_TIMEOUT_MS);
  socket.on("data", (chunk) => {
    if (leaving) return;
    const whole = lines.feed(chunk, (line) => {
      underWay += 1;
      void session
        .take(line)
        .catch(() => socket.destroy())
        .finally(() => {
          underWay -= 1;
          flow();
        });
    });
    if (whole) flow();
    else void session.take("").catch(() => socket.destroy()); // no JSON: answered with `protocol_error`, then closed
  });
  socket.on("drain", flow);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    clearTimeout(unproven);
    connections.delete(socket);
  });
}

/** Tools whose grant is gone lose their connection at once; under a lock they keep it and are refused. */
function cutRevoked(): void {
  if (table.locked) return;
  const granted = new Set(table.grants.map(({ id }) => id));
  for (const [socket, { grant }] of connections)
    if (grant !== undefined && !granted.has(grant)) socket.destroy();
}

const server = createServer({ allowHalfOpen: false }, accept);
server.on("error", ({ message }) => tell({ kind: "failed", cause: message }));
server.listen(endpoint, () => {
  if (process.platform !== "win32") chmodSync(endpoint, 0o600);
  tell({ kind: "listening" });
});

parentPort?.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "table":
      table = message.table;
      cutRevoked();
      tell({ kind: "acknowledged", number: message.number });
      return;
    case "answer": {
      const question = waiting.get(message.number);
      waiting.delete(message.number);
      // Main's next table has it too; who asks before that is not a miss again.
      if (question !== undefined && message.ok) table = withToken(table, question.signIn, message.token);
      question?.resolve(message);
      return;
    }
    case "close":
      tellUses();
      for (const socket of connections.keys()) socket.destroy();
      server.close(() => parentPort?.close());
  }
});
