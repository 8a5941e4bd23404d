/**
 * The keychains of a Linux session, and which of them seals a vault (ADR 0017). Chromium goes by the desktop's name unless
 * `--password-store` names a keychain. The desktop's name says little (KWallet may be off, sway may run GNOME Keyring), so
 * the keychains are asked over D-Bus which of them answers.
 */
import path from "node:path";
import type { KeychainView } from "../../../contract/views/vault.ts";
import { connectSessionBus, DBUS, sessionBusAddress, within } from "../../desktop/session-bus.ts";
import { readEnvelope, sealingBackend } from "./envelope.ts";
import { inspectSecretService, nameOfSecretService } from "../../desktop/secret-service.ts";

/** A keychain's state, found without unlocking it. */
export type KeychainState = "usable" | "locked" | "failing" | "missing";

/** Electron's names of the keychains (`safeStorage.getSelectedStorageBackend`). */
export const BACKENDS = ["gnome_libsecret", "kwallet6", "kwallet5", "kwallet"] as const;
export type Backend = (typeof BACKENDS)[number];
export const isBackend = (name: string): name is Backend => (BACKENDS as readonly string[]).includes(name);

/** The value of Chromium's `--password-store` for this backend. */
export const storeOf = (backend: Backend): string => backend.replaceAll("_", "-");

/** The D-Bus address of KWallet in this version, as Chromium uses it. */
const walletOf = (backend: Exclude<Backend, "gnome_libsecret">) => {
  const daemon = backend.replace("kwallet", "kwalletd");
  return { destination: `org.kde.${daemon}`, path: `/modules/${daemon}`, interface: "org.kde.KWallet" };
};

/** The user waits for this long at most, while the window shows that the vault opens. */
const TIMEOUT_MS = 3_000;

/**
 * Asks KWallet whether it is enabled: its D-Bus name can be activated even when it is disabled, and only the call fails.
 * Never rejects.
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

/** The keychain's name for the window. Several programs offer the Secret Service, so the running one is looked up. */
export const nameOfBackend = (backend: Backend, address: string | undefined): Promise<string> =>
  backend === "gnome_libsecret" ? nameOfSecretService(address) : Promise.resolve("KWallet");

/** The session's desktop, from its environment variables. */
export interface Desktop {
  readonly XDG_CURRENT_DESKTOP?: string | undefined;
  readonly KDE_SESSION_VERSION?: string | undefined;
}

/** The order in which a session's keychains are asked: under KDE its own version of KWallet first, then other KWallets. */
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
 * The keychain to use. For an existing vault only its own (`sealedBy`), because no other can open it. For a new vault the
 * first that answers; a locked keychain answers too. Undefined: none answers, and Chromium's own choice stays.
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

/** The app's start waits this long at most for each keychain. */
const AT_START_TIMEOUT_MS = 1_000;

/**
 * The `--password-store` to start with, for the vault in that folder; undefined: Chromium's own choice. Never rejects.
 * No keychain is asked where the vault's envelope names one. The desktop's name does not decide: KWallet may be the only
 * keychain under Xfce, and a list may name two desktops (`KDE:GNOME`), of which Chromium takes the first.
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

/** Asks only the KWallets that the bus knows, so that no timeout is spent on the others. `timeoutMs`: for each. */
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

/** Usable keychains besides `current`. Never rejects. */
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

/** Services that run or can be started; empty where there is no bus, or the bus does not answer. */
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
