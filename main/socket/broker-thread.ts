/** What runs in the socket's thread: connections, their sessions, and the token table that they are answered from. */
import type { Duplex } from "node:stream";
import { MAX_CONNECTIONS, type TokenGetResult } from "../../contract/socket.ts";
import type { Clock } from "../../core/ports.ts";
import { serveConnection } from "./connection.ts";
import { createLimitedQuestions, createPairingQueue, createQuestions, type Post } from "./questions.ts";
import { createSession, type NotedUse, type Session } from "./session.ts";
import { changesBetween, patched, withToken } from "./table.ts";
import type { QuestionName, ToThread, TokenTable, Use } from "./types.ts";

const REPORT_USES_EVERY_MS = 5_000;
/** While the window shows the uses. Those that come meanwhile are reported together. */
const REPORT_WATCHED_USES_EVERY_MS = 500;

/** The thread's end of the channel to main. */
export interface BrokerPort {
  readonly post: Post;
  readonly onMessage: (listener: (message: ToThread) => void) => void;
  readonly close: () => void;
}
/** Accepts connections until it is closed; `onClosed` is called once the last one has ended. */
export type Listen = (on: {
  /** `inode`: of our end of the connection; undefined where the system does not give it. */
  readonly onConnection: (stream: Duplex, inode: () => string | undefined) => void;
  readonly onListening: () => void;
  readonly onFailed: (cause: string) => void;
}) => { readonly close: (onClosed: () => void) => void };

export interface BrokerThreadParts {
  /** The path or pipe name that clients sign. */
  readonly endpoint: string;
  readonly port: BrokerPort;
  readonly listen: Listen;
  readonly clock: Clock;
}

/** The table that counts now. Each change of it is told to the sessions once. */
function createCurrentTable(connections: ReadonlyMap<Duplex, Session>) {
  let table: TokenTable = { locked: true, grants: [], accounts: [], tokens: [] };
  function replace(next: TokenTable): void {
    const before = table;
    table = next;
    if (!table.locked) cutRevoked();
    const watching = [...connections.values()].filter(({ watches }) => watches);
    if (watching.length === 0) return;
    const changes = changesBetween(before, table);
    const { lock, changed, ended, edited } = changes;
    if (lock === undefined && changed.length === 0 && ended.length === 0 && edited === undefined) return;
    for (const session of watching) session.notify(changes);
  }
  /** Ends the connections whose grant is gone. Under a lock no grant is known, so connections stay and are refused. */
  function cutRevoked(): void {
    const granted = new Set(table.grants.map(({ id }) => id));
    for (const session of connections.values())
      if (session.grant !== undefined && !granted.has(session.grant)) session.cut();
  }
  return {
    get current() {
      return table;
    },
    replace,
    /** Main's next table will hold this token too; until then, further requests are answered with it. */
    addToken: (signIn: string, token: TokenGetResult): void => {
      if (!table.locked) replace(withToken(table, signIn, token));
    },
  };
}

/** Counts uses of grants, and reports them to main now and then. */
function createUseCounts(post: Post, clock: Pick<Clock, "after" | "nowMs">) {
  const uses = new Map<string, Use>();
  /** By the same key: the scopes that were asked for. A set for each tool and sign-in, so repeated requests add nothing. */
  const asked = new Map<string, Set<string>>();
  let cancelReport: (() => void) | undefined;
  let everyMs = REPORT_USES_EVERY_MS;
  function report(): void {
    cancelReport?.();
    cancelReport = undefined;
    if (uses.size === 0) return;
    post({
      kind: "uses",
      uses: [...uses].map(([key, use]) => {
        const scopes = asked.get(key);
        return scopes === undefined ? use : { ...use, scopes: [...scopes] };
      }),
    });
    uses.clear();
    asked.clear();
  }
  return {
    report,
    note: (grant: string, { signIn, scopes = [], reason: newReason }: NotedUse = {}): void => {
      const key = `${grant} ${signIn ?? ""}`;
      if (signIn !== undefined && scopes.length > 0) {
        const known = asked.get(key) ?? new Set<string>();
        for (const scope of scopes) known.add(scope);
        asked.set(key, known);
      }
      const before = uses.get(key);
      const reason = newReason ?? before?.reason;
      uses.set(key, {
        grant,
        ...(signIn !== undefined && { signIn }),
        ...(reason !== undefined && { reason }),
        count: (before?.count ?? 0) + 1,
        lastAtMs: clock.nowMs(),
      });
      cancelReport ??= clock.after(everyMs, report);
    },
    /** True: the window shows the uses from now on. What was counted before is reported at once. */
    watch(on: boolean): void {
      everyMs = on ? REPORT_WATCHED_USES_EVERY_MS : REPORT_USES_EVERY_MS;
      if (on) report();
    },
  };
}

/** Listens, and serves tools from the tables that arrive at the port, until a `close` arrives there. */
export function createBrokerThread({ endpoint, port, listen, clock }: BrokerThreadParts): void {
  const connections = new Map<Duplex, Session>();
  const post: Post = (message) => port.post(message);
  const tables = createCurrentTable(connections);
  const questions = createQuestions(post);
  const pairings = createPairingQueue(questions, post, clock);
  const uses = createUseCounts(post, clock);
  const limited = createLimitedQuestions(questions, clock, tables.addToken);

  function accept(stream: Duplex, inode: () => string | undefined): void {
    if (connections.size >= MAX_CONNECTIONS) {
      stream.destroy();
      return;
    }
    const session = serveConnection(stream, {
      clock,
      openSession: (write, end) =>
        createSession({
          ...limited,
          endpoint,
          table: () => tables.current,
          nowMs: () => clock.nowMs(),
          noteUse: uses.note,
          pair: (asked) => pairings.pair(stream, asked, inode),
          revokeSelf: (grant) => questions.ask("revokeSelf", { grant }).answer,
          write,
          end,
        }),
      // Nothing tells a closed writing half from a closed connection: either withdraws a question to the user.
      onHalfClosed: () => pairings.withdraw(stream),
      onClosed() {
        connections.delete(stream);
        pairings.withdraw(stream);
        const ended = tables.current.grants.find(({ id, once }) => once === true && id === session.grant);
        if (ended !== undefined) post({ kind: "left", grant: ended.id });
      },
    });
    connections.set(stream, session);
  }

  const listener = listen({
    onConnection: accept,
    onListening: () => post({ kind: "listening" }),
    onFailed: (cause) => post({ kind: "failed", cause }),
  });
  port.onMessage((message: ToThread) => {
    switch (message.kind) {
      case "table":
        tables.replace(message.table);
        uses.report(); // before the acknowledgement: a removal with its tokens needs to know all that were handed out
        post({ kind: "acknowledged", number: message.number });
        return;
      case "part":
        tables.replace(patched(tables.current, message.part) ?? tables.current);
        post({ kind: "acknowledged", number: message.number });
        return;
      case "answer":
        questions.take<QuestionName>(message);
        return;
      case "watchUses":
        uses.watch(message.on);
        return;
      case "close":
        uses.report();
        for (const stream of connections.keys()) stream.destroy();
        listener.close(port.close);
    }
  });
}
