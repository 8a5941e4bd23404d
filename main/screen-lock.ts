/** Linux's screen locks tell of themselves on the session's D-Bus; Electron tells of them on Windows and macOS alone. */
import { connectSessionBus, type SessionBus } from "./session-bus.ts";

/** GNOME, Cinnamon, MATE and Xfce each have a name of their own; KDE and others use the first. */
const LOCKERS = ["freedesktop", "gnome", "cinnamon", "mate", "xfce"].map((name) => `org.${name}.ScreenSaver`);

/**
 * Calls `locked` when the screen is locked. `address`: the session bus's. The answer ends that. Without a bus, or when
 * it goes, there is nothing to be told; `failed` is called then.
 */
export function watchScreenLock(
  address: string | undefined,
  locked: () => void,
  failed: (cause: unknown) => void,
): () => void {
  let over = false;
  let bus: SessionBus | undefined;
  const watch = async (): Promise<void> => {
    bus = await connectSessionBus(address);
    if (bus === undefined) throw new Error("there is no session bus");
    if (over) return bus.close();
    bus.onEnd(() => {
      if (!over) failed(new Error("the session bus ended the connection"));
    });
    bus.onSignal(({ interface: from, member, body }) => {
      if (member === "ActiveChanged" && LOCKERS.includes(from) && body[0] === true) locked();
    });
    for (const locker of LOCKERS)
      await bus.match(`type='signal',interface='${locker}',member='ActiveChanged'`);
  };
  void watch().catch(failed);
  return () => {
    over = true;
    bus?.close();
  };
}
