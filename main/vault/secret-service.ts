/**
 * Asks the Secret Service over D-Bus whether it is there and unlocked, without ever prompting. safeStorage cannot be
 * asked that: its first use waits for the keyring's password prompt, and Electron's main process waits with it.
 */
import { createConnection, type Socket } from "node:net";

export type SecretServiceState = "absent" | "failing" | "no_collection" | "locked" | "unlocked";

const SERVICE = "org.freedesktop.secrets";
const TIMEOUT_MS = 3_000;

interface Message {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}
/** The part of the library that is used; its own types do not name it. */
interface Bus {
  invoke(message: Message, answer: (error: unknown, value: unknown) => void): void;
  readonly connection: { on(event: "error" | "end", listener: () => void): void; end(): void };
}

/** `unix:path=…` or `unix:abstract=…`, the two that session buses use. */
function connectTo(address: string): Socket | undefined {
  for (const one of address.split(";")) {
    const [, pairs] = /^unix:(.*)$/.exec(one) ?? [];
    const values = new Map((pairs ?? "").split(",").map((pair) => pair.split("=", 2) as [string, string]));
    const path = values.get("path");
    const abstract = values.get("abstract");
    if (path !== undefined) return createConnection(decodeURIComponent(path));
    if (abstract !== undefined) return createConnection(`\0${decodeURIComponent(abstract)}`);
  }
  return undefined;
}

/** Never rejects. `address`: the session bus's; undefined where there is none. */
export async function inspectSecretService(address: string | undefined): Promise<SecretServiceState> {
  const stream = address === undefined ? undefined : connectTo(address);
  if (stream === undefined) return "absent";
  stream.on("error", () => undefined); // told by the connection, below
  const { createClient } = (await import("@homebridge/dbus-native")) as unknown as {
    readonly createClient: (options: { stream: Socket }) => Bus;
  };
  const bus = createClient({ stream });
  try {
    return await Promise.race([ask(bus), broken(bus), after(TIMEOUT_MS)]);
  } catch {
    return "failing";
  } finally {
    bus.connection.end();
    stream.destroy();
  }
}

const broken = (bus: Bus): Promise<SecretServiceState> =>
  new Promise((resolve) => {
    bus.connection.on("error", () => resolve("failing"));
    bus.connection.on("end", () => resolve("failing"));
  });
const after = (ms: number): Promise<SecretServiceState> =>
  new Promise((resolve) => {
    setTimeout(() => resolve("failing"), ms).unref();
  });

async function ask(bus: Bus): Promise<SecretServiceState> {
  const call = (message: Message): Promise<unknown> =>
    new Promise((resolve, reject) => {
      bus.invoke(message, (error, value) => {
        if (error === undefined || error === null) resolve(value);
        else reject(new Error("D-Bus call failed"));
      });
    });
  const dbus = {
    destination: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
  };
  const owned = await call({ ...dbus, member: "NameHasOwner", signature: "s", body: [SERVICE] });
  if (owned !== true && owned !== 1) {
    const names = await call({ ...dbus, member: "ListActivatableNames" });
    if (!Array.isArray(names) || !names.includes(SERVICE)) return "absent";
  }
  const collection = await call({
    destination: SERVICE,
    path: "/org/freedesktop/secrets",
    interface: "org.freedesktop.Secret.Service",
    member: "ReadAlias",
    signature: "s",
    body: ["default"],
  });
  if (typeof collection !== "string" || collection === "/") return "no_collection";
  const locked = await call({
    destination: SERVICE,
    path: collection,
    interface: "org.freedesktop.DBus.Properties",
    member: "Get",
    signature: "ss",
    body: ["org.freedesktop.Secret.Collection", "Locked"],
  });
  // A variant arrives as [type, [value]].
  const value: unknown = Array.isArray(locked) ? (locked as unknown[])[1] : locked;
  return (Array.isArray(value) ? (value as unknown[])[0] : value) === false ? "unlocked" : "locked";
}
