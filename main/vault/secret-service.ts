/**
 * Asks the Secret Service over D-Bus whether it is there and unlocked, without ever prompting. safeStorage cannot be
 * asked that: its first use waits for the keyring's password prompt, and Electron's main process waits with it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { connectSessionBus, DBUS, type SessionBus } from "../session-bus.ts";

export type SecretServiceState = "absent" | "failing" | "no_collection" | "locked" | "unlocked";

const SERVICE = "org.freedesktop.secrets";
/** The window says that the vault opens, and a person waits. */
const TIMEOUT_MS = 3_000;
const STEP_MS = 100;

/** Never rejects. `address`: the session bus's; undefined where there is none. */
export async function inspectSecretService(address: string | undefined): Promise<SecretServiceState> {
  const bus = await connectSessionBus(address);
  if (bus === undefined) return "absent";
  try {
    return await Promise.race([ask(bus), broken(bus), after(TIMEOUT_MS)]);
  } catch {
    return "failing";
  } finally {
    bus.close();
  }
}

const broken = (bus: SessionBus): Promise<SecretServiceState> =>
  new Promise((resolve) => bus.onEnd(() => resolve("failing")));
/** In steps: while we were held up, which costs one at most, no answer could have been heard. */
async function after(ms: number): Promise<SecretServiceState> {
  for (let left = ms; left > 0; left -= STEP_MS) await delay(STEP_MS, undefined, { ref: false });
  return "failing";
}

async function ask({ call }: SessionBus): Promise<SecretServiceState> {
  const owned = await call({ ...DBUS, member: "NameHasOwner", signature: "s", body: [SERVICE] });
  if (owned !== true && owned !== 1) {
    const names = await call({ ...DBUS, member: "ListActivatableNames" });
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
