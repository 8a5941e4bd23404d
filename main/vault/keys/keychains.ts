/**
 * The keychains of a Linux session, and which of them seals a vault. Chromium goes by the desktop's name unless
 * `--password-store` names one; the name says little (KWallet is turned off, sway runs GNOME Keyring), so it is asked
 * over D-Bus which one answers.
 */
import path from "node:path";
import type { KeychainView } from "../../../contract/views/vault.ts";
import { connectSessionBus, DBUS, sessionBusAddress, within } from "../../desktop/session-bus.ts";
import { readEnvelope, sealingBackend } from "./envelope.ts";
import { inspectSecretService, nameOfSecretService } from "../../desktop/secret-service.ts";

/** What a keychain says when it is asked, without being touched. */
export type KeychainState = "usable" | "locked" | "failing" | "missing";

/** As Electron names them (`safeStorage.getSelectedStorageBackend`). */
export const BACKENDS = ["gnome_libsecret", "kwallet6", "kwallet5", "kwallet"] as const;
export type Backend = (typeof BACKENDS)[number];
export const isBackend = (name: string): name is Backend => (BACKENDS as readonly string[]).includes(name);

/** The value of Chromium's `--password-store` that stands for it. */
export const storeOf = (backend: Backend): string => backend.replaceAll("_", "-");

/** KWallet's service of that version, as Chromium reaches it. */
const walletOf = (backend: Exclude<Backend, "gnome_libsecret">) => {
  const daemon = backend.replace("kwallet", "kwalletd");
  return { destination: `org.kde.${daemon}`, path: `/modules/${daemon}`, interface: "org.kde.KWallet" };
};

/** The window says that the vault opens, and a person waits. */
const TIMEOUT_MS = 3_000;

/**
 * Asks KWallet whether it is turned on. That its name can be activated says nothing: it still can be when KWallet is
 * turned off, and only the call fails. Never rejects.
 */
async function inspectKWallet(
  backend: Exclude<Backend, "gnome_libsecret">,
  address: string | undefined,
  timeoutMs: number,
): Promise<KeychainState> {
  const bus = await connectSessionBus(address);
  if (bus === undefined) return "missing";
  const ask = bus.call({ ...walletOf(backend), member: "isEnabled" }).then(
    (enabled): KeychainState => (enabled === true || enabled === 1 ? "usable" : "missing"),
    (): KeychainState => "missing", // no such service, or one that could not be started
  );
  try {
    return await within(timeoutMs, bus, ask, "failing");
  } finally {
    bus.close();
  }
}

/** Never rejects, never prompts. `address`: the session bus's; undefined where there is none. */
export async function inspectBackend(
  backend: Backend,
  address: string | undefined,
  timeoutMs = TIMEOUT_MS,
): Promise<KeychainState> {
  if (backend !== "gnome_libsecret") return inspectKWallet(backend, address, timeoutMs);
  const state = await inspectSecretService(address, timeoutMs);
  if (state === "unlocked") return "usable";
  return state === "locked" || state === "failing" ? state : "missing";
}

/** For people. Several programs offer the Secret Service, so the one that does is asked for. */
export const nameOfBackend = (backend: Backend, address: string | undefined): Promise<string> =>
  backend === "gnome_libsecret" ? nameOfSecretService(address) : Promise.resolve("KWallet");

/** The desktop of a session, as its environment names it. */
export interface Desktop {
  readonly XDG_CURRENT_DESKTOP?: string | undefined;
  readonly KDE_SESSION_VERSION?: string | undefined;
}

/** In which order a session's keychains are asked: KWallet first where the desktop is KDE's, that of its version before others. */
export function backendsOf({
  XDG_CURRENT_DESKTOP: names = "",
  KDE_SESSION_VERSION: version = "",
}: Desktop): readonly Backend[] {
  if (!names.split(":").includes("KDE")) return BACKENDS;
  const [secretService, ...wallets] = BACKENDS;
  const own = wallets.find((wallet) => wallet === `kwallet${version || "6"}`);
  return [...(own === undefined ? [] : [own]), ...wallets.filter((one) => one !== own), secretService];
}

/**
 * Which keychain is used. An existing vault's is asked first and alone, whatever else answers: opening it with another
 * one cannot succeed. For a new vault the first one that answers counts; one that is locked answers, too. Undefined:
 * none does, and Chromium's own choice stays.
 */
export async function chooseBackend(
  sealedBy: string | undefined,
  desktop: Desktop,
  inspect: (backend: Backend) => Promise<KeychainState>,
): Promise<Backend | undefined> {
  if (sealedBy !== undefined) return isBackend(sealedBy) ? sealedBy : undefined;
  let failing: Backend | undefined;
  for (const backend of backendsOf(desktop)) {
    const state = await inspect(backend);
    if (state === "usable" || state === "locked") return backend;
    if (state === "failing") failing ??= backend;
  }
  return failing;
}

/** What the app's start waits for each of them: it cannot begin before. */
const AT_START_TIMEOUT_MS = 1_000;

/**
 * The `--password-store` to start with, for the vault in that folder; undefined: Chromium's own choice. Never rejects.
 * Nothing is asked where the vault itself knows. The desktop's name alone is no answer: KWallet may be the one keychain
 * of an Xfce, and a list may name two desktops (`KDE:GNOME`), of which Chromium takes the first.
 */
export async function passwordStoreFor(
  vaultFolder: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const envelope = await readEnvelope(path.join(vaultFolder, "envelope.json"));
  const sealedBy = envelope.ok && envelope.value !== undefined ? sealingBackend(envelope.value) : undefined;
  const inspect = createInspection(sessionBusAddress(env), AT_START_TIMEOUT_MS);
  const backend = await chooseBackend(sealedBy, env, inspect);
  return backend === undefined ? undefined : storeOf(backend);
}

/** Asks wallets that the bus knows alone, so that nothing is waited for in vain. `timeoutMs`: for each. */
function createInspection(
  address: string | undefined,
  timeoutMs: number,
): (backend: Backend) => Promise<KeychainState> {
  let names: ReturnType<typeof namesOn> | undefined;
  return async (backend) => {
    if (backend !== "gnome_libsecret") {
      names ??= namesOn(address, timeoutMs);
      if (!(await names).has(walletOf(backend).destination)) return "missing";
    }
    return inspectBackend(backend, address, timeoutMs);
  };
}

/** Those besides `current` that are usable now. Never rejects. */
export async function otherKeychains(
  current: string,
  address: string | undefined,
): Promise<readonly KeychainView[]> {
  const inspect = createInspection(address, TIMEOUT_MS);
  const found = await Promise.all(
    BACKENDS.filter((backend) => backend !== current).map(async (backend) => ({
      backend,
      state: await inspect(backend),
      name: await nameOfBackend(backend, address),
    })),
  );
  return found.filter(({ state }) => state === "usable").map(({ name, backend }) => ({ name, backend }));
}

/** Services that run or can be started; empty where there is no bus, or one that does not answer. */
async function namesOn(address: string | undefined, timeoutMs: number): Promise<ReadonlySet<unknown>> {
  const bus = await connectSessionBus(address);
  if (bus === undefined) return new Set();
  const list = (member: string) => bus.call({ ...DBUS, member });
  const names = Promise.all([list("ListNames"), list("ListActivatableNames")]).then(
    (lists) => new Set<unknown>(lists.flat()),
  );
  try {
    return await within(timeoutMs, bus, names, new Set());
  } catch {
    return new Set();
  } finally {
    bus.close();
  }
}
