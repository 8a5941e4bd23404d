/** One connection: lines in, answers out, and the limits that keep it from delaying or outgrowing the others. */
import type { Duplex } from "node:stream";
import type { Clock } from "../../core/ports.ts";
import { createLines, type Lines } from "./framing.ts";
import type { Session } from "./session.ts";

/**
 * A client needs a millisecond to prove itself, and sends a line in one piece; one that needs this long is not served.
 */
const PATIENCE_MS = 10_000;
/** Requests under way on one connection; no more are read until some are answered. */
const MAX_UNDER_WAY = 64;
/** A client that leaves this much unread is disconnected. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** A refused client is read, and what it sends thrown away, for this long: a close at once would lose our answer. */
const LINGER_MS = 1_000;
/** A client that has closed its writing half has this long to read its last answers. */
const LAST_READ_MS = 60_000;

export interface ConnectionHost {
  /** Makes the session. `end` closes the connection after what was written has gone out. */
  readonly openSession: (write: (line: string) => void, end: () => void) => Session;
  /** The client has closed its writing half, or the whole connection. */
  readonly onHalfClosed: () => void;
  readonly onClosed: () => void;
  readonly clock: Pick<Clock, "after">;
}

/** Serves a connection until it closes. */
export function serveConnection(stream: Duplex, host: ConnectionHost): Session {
  const lines = createLines();
  let underWay = 0;
  let ending = false;
  /** The client has closed its writing half: it gets its answers, then the connection is closed. */
  let halfClosed = false;
  function finish(withinMs: number): void {
    ending = true;
    stream.end();
    stream.resume();
    stream.once(
      "close",
      host.clock.after(withinMs, () => stream.destroy()),
    );
  }
  /** Reads on, pauses or finishes, as the connection stands. */
  const steer = (): void => {
    if (ending) return;
    if (halfClosed && underWay === 0) finish(LAST_READ_MS);
    else if (underWay >= MAX_UNDER_WAY || stream.writableNeedDrain) stream.pause();
    else stream.resume();
  };
  const write = (line: string): void => {
    if (stream.destroyed || stream.writableEnded) return;
    stream.write(`${line}\n`);
    if (stream.writableLength > MAX_UNREAD_BYTES) stream.destroy();
  };
  const session = host.openSession(write, () => finish(LINGER_MS));
  const patience = createPatience(stream, session, lines, host.clock);
  const take = (line: string): void => {
    underWay += 1;
    void session
      .take(line)
      .catch(() => stream.destroy())
      .finally(() => {
        underWay -= 1;
        steer();
      });
  };

  stream.on("data", (chunk: Buffer) => {
    if (ending) return;
    let lineChanged = !lines.begun;
    const fits = lines.feed(chunk, (line) => {
      lineChanged = true;
      take(line);
    });
    if (!fits) return session.leave("protocol_error");
    steer();
    if (lineChanged) patience.waitForRest();
  });
  stream.on("end", () => {
    halfClosed = true;
    patience.noMoreData();
    host.onHalfClosed();
    steer();
  });
  stream.on("drain", steer);
  stream.on("error", () => stream.destroy());
  stream.on("close", () => {
    patience.stop();
    host.onClosed();
  });
  return session;
}

/** Ends the session of a client that does not prove itself, or does not complete a line, in time. */
function createPatience(stream: Duplex, session: Session, lines: Lines, clock: Pick<Clock, "after">) {
  let cancelRest: () => void = () => undefined;
  const cancelProof = clock.after(PATIENCE_MS, () => {
    if (session.grant === undefined && !session.pairing) session.leave("too_slow");
  });
  function waitForRest(): void {
    cancelRest();
    if (!lines.begun) return;
    cancelRest = clock.after(PATIENCE_MS, () => {
      if (stream.isPaused())
        waitForRest(); // reading is paused, so the rest of the line may wait in the socket's buffer
      else session.leave("too_slow");
    });
  }
  return {
    /** Called when a line has ended or begun: it has ten seconds in all, in however many pieces it comes. */
    waitForRest,
    /** The client has closed its writing half: no line will be completed. */
    noMoreData: () => cancelRest(),
    stop() {
      cancelProof();
      cancelRest();
    },
  };
}
