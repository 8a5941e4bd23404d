/** The code of the socket's thread without a thread: the test plays main, the clients and the clock. */
import type { randomUUID } from "node:crypto";
import { duplexPair, type Duplex } from "node:stream";
import { createBrokerThread } from "../../../../main/socket/broker-thread.ts";
import type { QuestionName, ToThread } from "../../../../main/socket/types.ts";
import { createSimulatedClock } from "../../../support/simulated-clock.ts";
import { proofLine } from "./socket-bench.ts";

export const ENDPOINT = "/run/user/1000/tokenkeep/tokenkeep.sock";

/** A message to main, with the members that tests read. */
export interface Posted {
  readonly kind: string;
  readonly number?: number;
  readonly about?: QuestionName;
  readonly ask?: object;
}

export interface Line {
  readonly id?: number;
  readonly challenge?: string;
  readonly method?: string;
  readonly params?: { readonly code?: string };
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly data: { readonly code: string; readonly retry_after?: number } };
}

/** Resolves when the streams have passed on what was written. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A client at one end of a connection. */
function clientAt(stream: Duplex, far: Duplex) {
  const lines: Line[] = [];
  let ended = false;
  stream.on("data", (chunk) => {
    for (const line of String(chunk).trimEnd().split("\n")) lines.push(JSON.parse(line) as Line);
  });
  stream.on("end", () => (ended = true));
  const send = async (line: string): Promise<Line | undefined> => {
    stream.write(`${line}\n`);
    await settled();
    return lines.at(-1);
  };
  return {
    lines,
    get ended() {
      return ended;
    },
    /** The thread has destroyed its end. */
    get dropped() {
      return far.destroyed;
    },
    /** Writes a part of a line. */
    write: (text: string) => void stream.write(text),
    /** Writes a line; returns the last line received by then. */
    send,
    ask: (method: string, params?: object) => send(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })),
    prove: (client: ReturnType<typeof randomUUID>, key: string) =>
      send(proofLine(() => ENDPOINT, client, key)(lines[0]?.challenge ?? "")),
    closeHalf: async () => {
      stream.end();
      await settled();
    },
  };
}

export function startThread() {
  const clock = createSimulatedClock(Date.now());
  const posted: Posted[] = [];
  let portClosed = false;
  let receive: (message: ToThread) => void = () => undefined;
  let accept: (stream: Duplex, inode: () => string | undefined) => void = () => undefined;
  createBrokerThread({
    endpoint: ENDPOINT,
    clock,
    port: {
      post: (message) => void posted.push(message),
      onMessage: (listener) => (receive = listener),
      close: () => (portClosed = true),
    },
    listen({ onConnection, onListening }) {
      accept = onConnection;
      onListening();
      return { close: (onClosed) => onClosed() };
    },
  });
  return {
    posted,
    receive: (message: ToThread) => receive(message),
    questions: (about: QuestionName) => posted.filter((message) => message.about === about),
    get portClosed() {
      return portClosed;
    },
    async connect() {
      const [near, far] = duplexPair();
      accept(far, () => "4711");
      const client = clientAt(near, far);
      await settled();
      return client;
    },
    pass: (sec: number) => clock.pass(sec * 1000, settled),
  };
}
