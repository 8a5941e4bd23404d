/** Watches the screen lock on Linux, by signals on the session bus. Electron has such events on Windows and macOS only. */
import { setTimeout as delay } from "node:timers/promises";
import { connectSessionBus, DBUS, within, type SessionBus } from "./session-bus.ts";

/** The D-Bus names: GNOME, Cinnamon, MATE and Xfce each have their own; KDE and others use the first. */
const LOCKERS = ["freedesktop", "gnome", "cinnamon", "mate", "xfce"].map((name) => `org.${name}.ScreenSaver`);

/** A bus that ended usually returns at once; the waits double up to the longest. */
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
const ANSWER_WITHIN_MS = 3_000;

/** Whether the screen is locked now. Queries the screen locks that run, and starts none. */
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
 * Calls `locked` when the screen is locked, until the returned function is called. Connects again to a bus that ends or does
 * not exist; a screen that was locked meanwhile is reported then. `address`: the address of the session bus, read at each
 * connection. `failed`: called once for each period without a bus.
 */
export function watchScreenLock(
  address: () => string | undefined,
  locked: () => void,
  failed: (cause: unknown) => void,
): () => void {
  const stopped = new AbortController();
  let current: SessionBus | undefined;

  /** Resolves when the bus ends; rejects when it cannot be watched. `again`: this is not the first connection. */
  async function watch(again: boolean, watching: () => void): Promise<void> {
    const bus = await connectSessionBus(address());
    if (bus === undefined) throw new Error("there is no session bus");
    if (stopped.signal.aborted) return bus.close();
    current = bus;
    const ended = new Promise<void>((resolve) => bus.onEnd(resolve));
    try {
      bus.onSignal(({ interface: from, member, body }) => {
        if (member === "ActiveChanged" && LOCKERS.includes(from) && body[0] === true) locked();
      });
      for (const locker of LOCKERS) {
        const matched = bus.match(`type='signal',interface='${locker}',member='ActiveChanged'`);
        const confirmed = matched.then(() => true);
        if (!(await within(ANSWER_WITHIN_MS, bus, confirmed, false)))
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
    let reported = false;
    for (let again = false; !stopped.signal.aborted; again = true) {
      const cause: unknown = await watch(again, () => {
        waitMs = FIRST_RETRY_MS;
        reported = false;
      }).then(
        () => new Error("the session bus ended the connection"),
        (error: unknown) => error,
      );
      if (stopped.signal.aborted) return;
      if (!reported) failed(cause);
      reported = true;
      await delay(waitMs, undefined, { ref: false, signal: stopped.signal }).catch(() => undefined);
      waitMs = Math.min(LONGEST_RETRY_MS, waitMs * 2);
    }
  }
  void keepWatching();
  return () => {
    stopped.abort();
    current?.close();
  };
}
