/** Whether the desktop shows tray icons. On Linux many do not, GNOME without an extension among them. */
import { connectSessionBus, within, type SessionBus } from "./session-bus.ts";

const WATCHER = "org.kde.StatusNotifierWatcher"; // the name that every desktop uses
/** Short, because the user waits for the window to close. */
const TIMEOUT_MS = 1_000;

async function query({ call }: SessionBus): Promise<boolean> {
  const registered = await call({
    destination: WATCHER,
    path: "/StatusNotifierWatcher",
    interface: "org.freedesktop.DBus.Properties",
    member: "Get",
    signature: "ss",
    body: [WATCHER, "IsStatusNotifierHostRegistered"],
  });
  // A variant arrives as [type, [value]].
  const value: unknown = Array.isArray(registered) ? (registered as unknown[])[1] : registered;
  const plain: unknown = Array.isArray(value) ? (value as unknown[])[0] : value;
  return plain === true || plain === 1;
}

/** Asks the watcher of tray icons on the session bus. Never rejects. `address`: of the bus; undefined: there is none. */
export async function hasTrayHost(address: string | undefined): Promise<boolean> {
  const bus = await connectSessionBus(address);
  if (bus === undefined) return false;
  try {
    return await within(TIMEOUT_MS, bus, query(bus), false);
  } catch {
    return false; // nobody owns the watcher's name
  } finally {
    bus.close();
  }
}
