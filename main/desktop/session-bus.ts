/** The D-Bus session bus: calls with a reply, and signals. Every use has a fallback, because a session may have no bus. */
import { existsSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface Message {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}
export interface Signal {
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

export interface SessionBus {
  /** The first value of the reply. Rejects when the bus refuses the call; stays pending when no reply arrives. */
  readonly call: (message: Message) => Promise<unknown>;
  /** Resolves when the bus has accepted the match rule, and forwards its signals from then on. */
  match(rule: string): Promise<void>;
  onSignal(listener: (signal: Signal) => void): void;
  /** Called when the connection ends or fails. */
  onEnd(listener: () => void): void;
  close(): void;
}

/** The members of the library that are used here; its own types lack them. */
interface LibraryBus {
  invoke(message: Message, answer: (error: unknown, value: unknown) => void): void;
  readonly connection: {
    on(event: "error" | "end", listener: () => void): void;
    on(event: "message", listener: (message: Partial<Signal> & { readonly type: number }) => void): void;
    end(): void;
  };
}
const SIGNAL = 4;

export const DBUS = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
};

/** The address of the session bus; undefined: there is none. systemd's bus has a fixed path, even if no variable names it. */
export function sessionBusAddress(env: NodeJS.ProcessEnv): string | undefined {
  const { DBUS_SESSION_BUS_ADDRESS: address = "", XDG_RUNTIME_DIR: runtime = "" } = env;
  if (address !== "") return address;
  const socket = path.join(runtime, "bus");
  return runtime !== "" && existsSync(socket) ? `unix:path=${encodeURIComponent(socket)}` : undefined;
}

const STEP_MS = 100;
/** Resolves with `value` after this time. In steps, so that time in which this process was suspended does not count. */
async function after<V>(ms: number, value: V): Promise<V> {
  for (let left = ms; left > 0; left -= STEP_MS) await delay(STEP_MS, undefined, { ref: false });
  return value;
}
/** The reply, or `instead` when it takes longer than `ms` or the bus ends first. */
export const within = <V>(ms: number, bus: SessionBus, reply: Promise<V>, instead: V): Promise<V> =>
  Promise.race([reply, new Promise<V>((resolve) => bus.onEnd(() => resolve(instead))), after(ms, instead)]);

/** Connects to `unix:path=…` or `unix:abstract=…`. Undefined: the address has neither. */
function connectTo(address: string): Socket | undefined {
  for (const one of address.split(";")) {
    const [, pairs] = /^unix:(.*)$/.exec(one) ?? [];
    const values = new Map((pairs ?? "").split(",").map((pair) => pair.split("=", 2) as [string, string]));
    const name = values.get("path") ?? values.get("abstract") ?? "";
    if (name === "") continue;
    try {
      const decoded = decodeURIComponent(name);
      return createConnection({ path: values.has("path") ? decoded : `\0${decoded}` });
    } catch {
      continue; // not a valid address
    }
  }
  return undefined;
}

/** Undefined: `address` is undefined or of another kind. A bus that cannot be reached ends at once (`onEnd`). */
export async function connectSessionBus(address: string | undefined): Promise<SessionBus | undefined> {
  if (address === undefined) return undefined;
  // prettier-ignore
  const { createClient } = (await import("@homebridge/dbus-native")) as unknown as { // its types describe another bus
    readonly createClient: (options: { stream: Socket }) => LibraryBus;
  };
  const stream = connectTo(address); // after the import, or an end during it would have no listener
  if (stream === undefined) return undefined;
  const bus = createClient({ stream });
  bus.connection.on("error", () => undefined); // without a listener, Node would throw the error
  const call = (message: Message): Promise<unknown> =>
    new Promise((resolve, reject) => {
      bus.invoke(message, (error, value) => {
        if (error === undefined || error === null) resolve(value);
        else reject(new Error("D-Bus call failed"));
      });
    });
  return {
    call,
    async match(rule) {
      await call({ ...DBUS, member: "AddMatch", signature: "s", body: [rule] });
    },
    onSignal(listener) {
      bus.connection.on("message", ({ type, interface: from, member, body = [] }) => {
        if (type === SIGNAL && from !== undefined && member !== undefined)
          listener({ interface: from, member, body });
      });
    },
    onEnd(listener) {
      bus.connection.on("error", listener);
      bus.connection.on("end", listener);
    },
    close() {
      bus.connection.end();
      stream.destroy();
    },
  };
}
