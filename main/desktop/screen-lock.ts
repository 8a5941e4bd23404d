/** Linux's screen locks tell of themselves on the session's D-Bus; Electron tells of them on Windows and macOS alone. */
import { setTimeout as delay } from "node:timers/promises";
import { connectSessionBus, DBUS, within, type SessionBus } from "./session-bus.ts";

/** GNOME, Cinnamon, MATE and Xfce each have a name of their own; KDE and others use the first. */
const LOCKERS = ["freedesktop", "gnome", "cinnamon", "mate", "xfce"].map((name) => `org.${name}.ScreenSaver`);

/** A bus that ended is usually back at once; one that never was there is looked for once in a while. */
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
const ANSWER_WITHIN_MS = 3_000;

/** Whether one of the screen locks is on now. Asks those that run, and starts none. */
async function isLocked(bus: SessionBus): Promise<boolean> {
  for (const locker of LOCKERS) {
    const active = bus
      .call({ ...DBUS, member: "NameHasOwner", signature: "s", body: [locker] })
      .then((runs) =>
        runs === true || runs === 1
          ? bus.call({
              destination: locker,
              path: `/${locker.replaceAll(".", "/")}`,
              interface: locker,
              member: "GetActive",
            })
          : false,
      )
      .catch(() => false);
    const answer = await within<unknown>(ANSWER_WITHIN_MS, bus, active, false);
    if (answer === true || answer === 1) return true;
  }
  return false;
}

/**
 * Calls `locked` when the screen is locked, until the answer is called. A bus that is not there, or ends, is connected
 * to again, and a lock that came meanwhile is told of then. `address`: the session bus's, asked for at each connection.
 * `failed`: called once for each time that there is nothing to be told by.
 */
export function watchScreenLock(
  address: () => string | undefined,
  locked: () => void,
  failed: (cause: unknown) => void,
): () => void {
  const over = new AbortController();
  let current: SessionBus | undefined;

  /** Resolves when the bus has ended; rejects when it could not be watched. */
  async function watch(again: boolean, watching: () => void): Promise<void> {
    const bus = await connectSessionBus(address());
    if (bus === undefined) throw new Error("there is no session bus");
    if (over.signal.aborted) return bus.close();
    current = bus;
    const ended = new Promise<void>((resolve) => bus.onEnd(resolve));
    try {
      bus.onSignal(({ interface: from, member, body }) => {
        if (member === "ActiveChanged" && LOCKERS.includes(from) && body[0] === true) locked();
      });
      for (const locker of LOCKERS) {
        const matched = bus.match(`type='signal',interface='${locker}',member='ActiveChanged'`);
        const heard = matched.then(() => true);
        if (!(await within(ANSWER_WITHIN_MS, bus, heard, false)))
          throw new Error("the session bus does not answer");
      }
      watching();
      if (again && (await isLocked(bus))) locked();
      await ended;
    } finally {
      current = undefined;
      bus.close();
    }
  }

  async function keepWatching(): Promise<void> {
    let waitMs = FIRST_RETRY_MS;
    let told = false;
    for (let again = false; !over.signal.aborted; again = true) {
      const cause: unknown = await watch(again, () => {
        waitMs = FIRST_RETRY_MS;
        told = false;
      }).then(
        () => new Error("the session bus ended the connection"),
        (error: unknown) => error,
      );
      if (over.signal.aborted) return;
      if (!told) failed(cause);
      told = true;
      await delay(waitMs, undefined, { ref: false, signal: over.signal }).catch(() => undefined);
      waitMs = Math.min(LONGEST_RETRY_MS, waitMs * 2);
    }
  }
  void keepWatching();
  return () => {
    over.abort();
    current?.close();
  };
}
