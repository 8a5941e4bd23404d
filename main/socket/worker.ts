/** The socket's own thread: accepts, frames, limits. A busy main or window does not delay it, nor it them. */
import { randomInt } from "node:crypto";
import { chmodSync, readlinkSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { MAX_CONNECTIONS } from "../../contract/socket.ts";
import { createLines, type Lines } from "./framing.ts";
import type { FromWorker, Question, ToWorker, WorkerStart } from "./messages.ts";
import { createPace } from "./pace.ts";
import { createSession, type Session, type SessionHost } from "./session.ts";
import { newsBetween, patched, withToken } from "./table.ts";
import type { Answer, Ask, TokenTable, QuestionName, Refusal, Use } from "./types.ts";

/** A client proves itself within a millisecond, and sends a line at once: one that takes this long is not served. */
const PATIENCE_MS = 10_000;
/** Answers under way on one connection; more are not read until some have gone. */
const AT_ONCE = 64;
/** A reader that lets this much pile up is dropped. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** How long a refused connection is still read, and what is read thrown away: closing at once would lose our answer. */
const LINGER_MS = 1_000;
/** How long the last answers may take to be read by a client that has closed its writing half. */
const LAST_READ_MS = 60_000;
const TELL_USES_EVERY_MS = 5_000;
/** After a question that came to nothing, in seconds: nobody is to be asked until they say yes. */
const AFTER_WITHDRAWAL_SEC = 5;

const { endpoint } = workerData as WorkerStart;
const tell = (message: FromWorker): void => parentPort?.postMessage(message);

let table: TokenTable = { locked: true, grants: [], accounts: [], tokens: [] };
const connections = new Map<Socket, Session>();

/** Everything that changes the table goes through here, so that those who watch hear of it once. */
function replaceTable(next: TokenTable): void {
  const before = table;
  table = next;
  if (!table.locked) cutRevoked();
  const watching = [...connections.values()].filter(({ watches }) => watches);
  if (watching.length === 0) return;
  const news = newsBetween(before, table);
  if (news.lock === undefined && news.changed.length === 0 && news.ended.length === 0) return;
  for (const session of watching) session.tell(news);
}

/** Tools whose grant is gone lose their connection at once; under a lock they keep it and are refused. */
function cutRevoked(): void {
  const granted = new Set(table.grants.map(({ id }) => id));
  for (const session of connections.values())
    if (session.grant !== undefined && !granted.has(session.grant)) session.cut();
}

// Questions to main.
const waiting = new Map<number, (answer: Answer<QuestionName>) => void>();
let questions = 0;
function question(about: Question): {
  readonly number: number;
  readonly answer: Promise<Answer<QuestionName>>;
} {
  questions += 1;
  const number = questions;
  const answer = new Promise<Answer<QuestionName>>((resolve) => waiting.set(number, resolve));
  tell({ kind: "question", number, ...about });
  return { number, answer };
}
const askMain = <Q extends QuestionName>(about: Q, ask: Ask<Q>): Promise<Answer<Q>> =>
  question({ about, ask } as Question).answer;
const tooOften = (retryAfterSec: number): Promise<Refusal> =>
  Promise.resolve({ ok: false, code: "rate_limited", retryAfterSec });

// Each of these may become a request to the provider, or something that a person sees.
const misses = createPace(60, 60);
const reports = createPace(1, 60);
const showings = createPace(1, 10);

/** Callers that want the same token share one question. */
const asked = new Map<string, Promise<Answer<"token">>>();
function miss(grant: string, ask: Ask<"token">): Promise<Answer<"token">> {
  const { signIn, minValidSec, acceptShorter } = ask;
  const key = `${signIn} ${String(minValidSec)} ${String(acceptShorter)}`;
  const shared = asked.get(key);
  if (shared !== undefined) return shared;
  const waitSec = misses.take(grant);
  if (waitSec > 0) return tooOften(waitSec);
  const fresh = askMain("token", ask)
    .then((answer) => {
      // Main's table has it too as a rule; who asks before that comes is not a miss again.
      if (answer.ok && !table.locked) replaceTable(withToken(table, signIn, answer.value));
      return answer;
    })
    .finally(() => asked.delete(key));
  asked.set(key, fresh);
  return fresh;
}

function report(grant: string, ask: Ask<"report">): Promise<Answer<"report">> {
  const waitSec = reports.take(`${grant} ${ask.signIn}`);
  return waitSec > 0 ? tooOften(waitSec) : askMain("report", ask);
}

function show(ask: Ask<"show">): Promise<Answer<"show">> {
  const waitSec = showings.take(ask.grant);
  return waitSec > 0 ? tooOften(waitSec) : askMain("show", ask);
}

// Pairing: one question to the person at a time, whoever asks.
let pairing: { readonly socket: Socket; readonly number: number } | undefined;
let quietUntilMs = 0;
const beQuiet = (forSec: number): void => {
  quietUntilMs = performance.now() + forSec * 1000;
};
function pair(socket: Socket, asked: Ask<"pair">["asked"]): ReturnType<SessionHost["pair"]> {
  if (pairing !== undefined) return { ok: false, code: "pairing_pending" };
  const waitSec = Math.ceil((quietUntilMs - performance.now()) / 1000);
  if (waitSec > 0) return { ok: false, code: "rate_limited", retryAfterSec: waitSec };
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  const inode = inodeOf(socket);
  const { number, answer } = question({
    about: "pair",
    ask: { asked, code, ...(inode !== undefined && { inode }) },
  });
  pairing = { socket, number };
  return {
    code,
    answer: (answer as Promise<Answer<"pair">>).then((said) => {
      if (pairing?.number === number) {
        pairing = undefined;
        tell({ kind: "had", number });
      }
      if (!said.ok && said.retryAfterSec !== undefined) beQuiet(said.retryAfterSec);
      return said;
    }),
  };
}
/** A client that closes its connection, or its half of it, withdraws its pairing: the question ends here, too. */
function withdraw(socket: Socket): void {
  if (pairing?.socket !== socket) return;
  const { number } = pairing;
  pairing = undefined;
  beQuiet(AFTER_WITHDRAWAL_SEC);
  tell({ kind: "gone", number });
  waiting.get(number)?.({ ok: false, code: "rate_limited", retryAfterSec: AFTER_WITHDRAWAL_SEC });
  waiting.delete(number);
}
/** Leads to the program at the other end; Node has no better name for it than the descriptor of the handle. */
function inodeOf(socket: Socket): string | undefined {
  const { fd = -1 } = (socket as { readonly _handle?: { readonly fd?: number } })._handle ?? {};
  if (process.platform !== "linux" || fd < 0) return undefined;
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${String(fd)}`))?.[1];
  } catch {
    return undefined;
  }
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
function used(grant: string, signIn?: string, said?: string): void {
  const key = `${grant} ${signIn ?? ""}`;
  const before = uses.get(key);
  const reason = said ?? before?.reason;
  uses.set(key, {
    grant,
    ...(signIn !== undefined && { signIn }),
    ...(reason !== undefined && { reason }),
    count: (before?.count ?? 0) + 1,
    lastAtMs: Date.now(),
  });
  usesTimer ??= setTimeout(tellUses, TELL_USES_EVERY_MS);
}

/** The session of a connection; `finish` closes it after what was written has gone out. */
const sessionOf = (socket: Socket, finish: () => void): Session =>
  createSession({
    endpoint,
    table: () => table,
    nowMs: () => Date.now(),
    miss,
    report,
    show,
    used,
    pair: (wishes) => pair(socket, wishes),
    revokeSelf: (grant) => askMain("revokeSelf", { grant }),
    write(line) {
      if (socket.destroyed || socket.writableEnded) return;
      socket.write(`${line}\n`);
      if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
    },
    end: finish,
  });

/** Ends the session of a client that does not prove itself, or does not go on with a line, in time. */
function createPatience(socket: Socket, session: Session, lines: Lines) {
  const unproven = setTimeout(() => {
    if (session.grant === undefined && !session.pairing) session.leave("too_slow");
  }, PATIENCE_MS);
  let rest: NodeJS.Timeout | undefined;
  function waitForRest(): void {
    clearTimeout(rest);
    if (!lines.begun) return;
    rest = setTimeout(() => {
      if (socket.isPaused())
        waitForRest(); // it is we who do not read
      else session.leave("too_slow");
    }, PATIENCE_MS);
  }
  return {
    /** A line has ended, or begun. It has ten seconds in all, however many octets come meanwhile. */
    waitForRest,
    /** No more will come. */
    ended: () => clearTimeout(rest),
    stop() {
      clearTimeout(unproven);
      clearTimeout(rest);
    },
  };
}

function accept(socket: Socket): void {
  if (connections.size >= MAX_CONNECTIONS) {
    socket.destroy();
    return;
  }
  const lines = createLines();
  let underWay = 0;
  let leaving = false;
  /** The client has closed its writing half: it gets its answers, then the connection is closed. */
  let halfClosed = false;
  const flow = (): void => {
    if (leaving) return;
    if (halfClosed && underWay === 0) finish(LAST_READ_MS);
    else if (underWay >= AT_ONCE || socket.writableNeedDrain) socket.pause();
    else socket.resume();
  };
  function finish(withinMs: number): void {
    leaving = true;
    socket.end();
    socket.resume();
    const late = setTimeout(() => socket.destroy(), withinMs);
    socket.once("close", () => clearTimeout(late));
  }
  const session = sessionOf(socket, () => finish(LINGER_MS));
  connections.set(socket, session);
  const patience = createPatience(socket, session, lines);
  const take = (line: string): void => {
    underWay += 1;
    void session
      .take(line)
      .catch(() => socket.destroy())
      .finally(() => {
        underWay -= 1;
        flow();
      });
  };
  socket.on("data", (chunk) => {
    if (leaving) return;
    let fresh = !lines.begun;
    const fits = lines.feed(chunk, (line) => {
      fresh = true;
      take(line);
    });
    if (!fits) return session.leave("protocol_error");
    flow();
    if (fresh) patience.waitForRest();
  });
  socket.on("end", () => {
    halfClosed = true;
    patience.ended();
    withdraw(socket); // this may be its end as well as its half: a question to the person is withdrawn by either
    flow();
  });
  socket.on("drain", flow);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    patience.stop();
    connections.delete(socket);
    withdraw(socket);
    const left = table.grants.find(({ id, once }) => once === true && id === session.grant);
    if (left !== undefined) tell({ kind: "left", grant: left.id });
  });
}

const server = createServer({ allowHalfOpen: true }, accept);
server.on("error", ({ message }) => tell({ kind: "failed", cause: message }));
// As many as may be connected may come at once: the system turns away who finds its queue full (unix(7): EAGAIN).
server.listen({ path: endpoint, backlog: MAX_CONNECTIONS }, () => {
  if (process.platform !== "win32") chmodSync(endpoint, 0o600);
  tell({ kind: "listening" });
});

parentPort?.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "table":
      replaceTable(message.table);
      tellUses(); // whoever removes a tool has to know at once which tokens it was handed
      tell({ kind: "acknowledged", number: message.number });
      return;
    case "part":
      replaceTable(patched(table, message.part) ?? table);
      tell({ kind: "acknowledged", number: message.number });
      return;
    case "answer":
      waiting.get(message.number)?.(message.answer);
      waiting.delete(message.number);
      return;
    case "close":
      tellUses();
      for (const socket of connections.keys()) socket.destroy();
      server.close(() => parentPort?.close());
  }
});
