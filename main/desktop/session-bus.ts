/** The session's D-Bus, as far as it is used: calls with an answer, and signals. Asked for, never relied on. */
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
  /** The first value of the answer. Rejects with the bus's refusal; waits for ever where nobody answers. */
  readonly call: (message: Message) => Promise<unknown>;
  /** Resolves once the bus sends on what fits the match rule. */
  match(rule: string): Promise<void>;
  onSignal(listener: (signal: Signal) => void): void;
  /** The connection is over, or was never there. */
  onEnd(listener: () => void): void;
  close(): void;
}

/** The part of the library that is used; its own types do not name it. */
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

/** The session bus's address; undefined where there is none. systemd's is at a fixed place, whoever was told of it. */
export function sessionBusAddress(env: NodeJS.ProcessEnv): string | undefined {
  const { DBUS_SESSION_BUS_ADDRESS: address = "", XDG_RUNTIME_DIR: runtime = "" } = env;
  if (address !== "") return address;
  const socket = path.join(runtime, "bus");
  return runtime !== "" && existsSync(socket) ? `unix:path=${encodeURIComponent(socket)}` : undefined;
}

const STEP_MS = 100;
/** In steps: while we were held up, which costs one at most, no answer could have been heard. */
async function after<V>(ms: number, value: V): Promise<V> {
  for (let left = ms; left > 0; left -= STEP_MS) await delay(STEP_MS, undefined, { ref: false });
  return value;
}
/** What is asked, or `instead` when the answer takes longer or the bus ends before. */
export const within = <V>(ms: number, bus: SessionBus, asked: Promise<V>, instead: V): Promise<V> =>
  Promise.race([asked, new Promise<V>((resolve) => bus.onEnd(() => resolve(instead))), after(ms, instead)]);

/** `unix:path=…` or `unix:abstract=…`, the two that session buses use. Undefined where none of the addresses is one. */
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
      continue; // no address that anybody could connect to
    }
  }
  return undefined;
}

/** `address`: undefined where there is no bus; so is the answer. A bus that is not there ends at once. */
export async function connectSessionBus(address: string | undefined): Promise<SessionBus | undefined> {
  if (address === undefined) return undefined;
  const { createClient } = (await import("@homebridge/dbus-native")) as unknown as {
    readonly createClient: (options: { stream: Socket }) => LibraryBus;
  };
  const stream = connectTo(address); // not before: nobody would hear of an end that comes meanwhile
  if (stream === undefined) return undefined;
  const bus = createClient({ stream });
  bus.connection.on("error", () => undefined); // an end for who listens, and none to die of for who does not
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
