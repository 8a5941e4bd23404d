// @ts-nocheck: the types of @homebridge/dbus-native miss sessionBus
/**
 * A StatusNotifierWatcher on the session bus: lets a test read and click an Electron tray icon on
 * a display that has no panel. Start it before the application.
 *   const watcher = await startTrayWatcher();
 *   const item = await watcher.nextItem();
 *   await item.click("Quit");
 */
import dbus from "@homebridge/dbus-native";

const NAME = "org.kde.StatusNotifierWatcher";
const PROPERTIES = "org.freedesktop.DBus.Properties";

/** The icon at `destination` on the bus: its texts, the entries of its menu, and `send`, which clicks one of them. */
async function describe(call, destination) {
  const body = await call({
    destination,
    path: "/StatusNotifierItem",
    interface: PROPERTIES,
    member: "GetAll",
    signature: "s",
    body: ["org.kde.StatusNotifierItem"],
  });
  const properties = Object.fromEntries(body.map(([key, [, [value]]]) => [key, value]));
  const menu = { destination, path: properties.Menu, interface: "com.canonical.dbusmenu" };
  const [, root] = await call({ ...menu, member: "GetLayout", signature: "iias", body: [0, -1, []] });
  const entries = [];
  const walk = ([id, attributes, children]) => {
    const { label } = Object.fromEntries(attributes.map(([key, [, [value]]]) => [key, value]));
    // One underscore marks an access key; two stand for an underscore.
    if (label !== undefined) entries.push({ id, label: label.replaceAll("__", "_") });
    for (const [, [child]] of children) walk(child);
  };
  walk(root);
  return {
    tooltip: properties.ToolTip?.[2],
    status: properties.Status,
    entries,
    send: (id) => call({ ...menu, member: "Event", signature: "isvu", body: [id, "clicked", ["i", 0], 0] }),
  };
}

/**
 * Clicks an entry as soon as the menu has it; returns the icon as it was then. The menu is read again each time,
 * because ids change with every menu.
 */
async function click(call, service, label, timeout) {
  for (const end = Date.now() + timeout; ;) {
    const { send, ...item } = await describe(call, service);
    const at = item.entries.find((entry) => entry.label === label);
    if (at !== undefined) {
      await send(at.id);
      return item;
    }
    if (Date.now() > end) throw new Error(`the tray's menu has no ${label}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function startTrayWatcher({ timeout = 60_000 } = {}) {
  const bus = dbus.sessionBus();
  const call = (message) =>
    new Promise((ok, no) =>
      bus.invoke(message, (error, ...values) =>
        error ? no(new Error(String(error))) : ok(values.length > 1 ? values : values[0]),
      ),
    );

  const registered = [];
  const waiting = [];
  await new Promise((ok, no) => bus.requestName(NAME, 0, (error) => (error ? no(error) : ok())));
  bus.exportInterface(
    {
      RegisterStatusNotifierItem(service) {
        const next = waiting.shift();
        if (next) next(service);
        else registered.push(service);
      },
      RegisterStatusNotifierHost() {},
      IsStatusNotifierHostRegistered: true,
      ProtocolVersion: 0,
      RegisteredStatusNotifierItems: [],
      emit() {},
    },
    "/StatusNotifierWatcher",
    {
      name: NAME,
      methods: { RegisterStatusNotifierItem: ["s", ""], RegisterStatusNotifierHost: ["s", ""] },
      signals: { StatusNotifierItemRegistered: ["s"] },
      properties: {
        IsStatusNotifierHostRegistered: "b",
        ProtocolVersion: "i",
        RegisteredStatusNotifierItems: "as",
      },
    },
  );

  return {
    /** The next icon that appears. */
    nextItem: () =>
      new Promise((ok, no) => {
        const timer = setTimeout(() => no(new Error("no tray icon appeared")), timeout);
        const found = (service) => {
          clearTimeout(timer);
          ok({ click: (label) => click(call, service, label, timeout) });
        };
        if (registered.length > 0) found(registered.shift());
        else waiting.push(found);
      }),
    close: () => bus.connection.end(),
  };
}
