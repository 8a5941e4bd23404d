/**
 * Queries the Secret Service over D-Bus: whether it exists and is unlocked. No query prompts the user. safeStorage has no
 * such query: its first use blocks Electron's main process while the keyring prompts for its password.
 */
import { readFile } from "node:fs/promises";
import { connectSessionBus, DBUS, within, type SessionBus } from "./session-bus.ts";

export type SecretServiceState = "absent" | "failing" | "no_collection" | "locked" | "unlocked";

const SERVICE = "org.freedesktop.secrets";
/** Short, because the user waits for the vault to open. */
const TIMEOUT_MS = 3_000;

/** Never rejects. `address`: the address of the session bus; undefined: there is none. */
export async function inspectSecretService(
  address: string | undefined,
  timeoutMs = TIMEOUT_MS,
): Promise<SecretServiceState> {
  const bus = await connectSessionBus(address);
  if (bus === undefined) return "absent";
  try {
    return await within(timeoutMs, bus, query(bus), "failing");
  } catch {
    return "failing";
  } finally {
    bus.close();
  }
}

/** Programs that provide the Secret Service, by the process name of the kernel, which has at most 15 characters. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "gnome-keyring-d": "GNOME Keyring",
  keepassxc: "KeePassXC",
  kwalletd5: "KWallet",
  kwalletd6: "KWallet",
  ksecretd: "KWallet",
  oo7: "oo7",
};

/** The name of the program that provides the Secret Service, for the window; "Secret Service" if unknown. Never rejects. */
export async function nameOfSecretService(address: string | undefined): Promise<string> {
  const unknown = "Secret Service";
  const bus = await connectSessionBus(address);
  if (bus === undefined) return unknown;
  const name = bus
    .call({ ...DBUS, member: "GetConnectionUnixProcessID", signature: "s", body: [SERVICE] })
    .then((pid) => readFile(`/proc/${String(pid)}/comm`, "utf8"))
    .then((program) => PROGRAMS[program.trim()] ?? unknown)
    .catch(() => unknown);
  try {
    return await within(TIMEOUT_MS, bus, name, unknown);
  } finally {
    bus.close();
  }
}

async function query({ call }: SessionBus): Promise<SecretServiceState> {
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
