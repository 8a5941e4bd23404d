/**
 * Hides everything about accounts, and everything from the vault, while the vault or the window is locked. The state of
 * the window, the tray and the notifications passes the first table; the window's calls pass the second.
 */
import type { CallName } from "../../contract/ipc.ts";
import type { Snapshot } from "../../contract/views/snapshot.ts";

/**
 * How a part of the snapshot is shown while it is to be hidden: unchanged, or replaced. `locked`: the vault or the
 * window is locked; false: the vault is not open for another reason, and the settings can be changed.
 */
type PartBehindLock<K extends keyof Snapshot> =
  "as it is" | ((part: () => Snapshot[K], locked: boolean) => Snapshot[K]);

/** A part that has no entry here does not compile. */
const PARTS_BEHIND_LOCK: { readonly [K in keyof Snapshot]: PartBehindLock<K> } = {
  app: "as it is",
  vault: "as it is",
  providers: "as it is", // servers from plain files, without the accounts at them
  providerFiles: "as it is",
  clients: () => [],
  sharedClient: "as it is", // of the app, not of the user
  scopes: "as it is", // the app's own catalogue
  signIns: () => [],
  tools: () => [],
  pairing: () => null,
  proxyLogin: "as it is", // about the network, and tools wait for it
  /** The window needs the action to come to the front; it gets the account after the unlock. */
  wish: (part) => {
    const wish = part();
    return wish === null ? null : { id: wish.id, action: wish.action };
  },
  socket: "as it is",
  authorizations: () => [],
  keeper: () => ({}),
  bulk: () => null,
  /**
   * `deniedTools` names tools. It is kept where the window can change settings, because the window sends all of them.
   */
  settings: (part, locked) => (locked ? { ...part(), deniedTools: [] } : part()),
  streamer: "as it is",
  vaultFolder: "as it is", // shown where a user sets aside a vault whose passphrase is forgotten
};

/**
 * When the window may make a call. "always": also while the window is locked, to unlock it or to set its vault aside.
 * "unless the window is locked": also while the vault is locked; such a call concerns the app and its computer, not
 * accounts. "open": only while neither is locked.
 */
type WhenAllowed = "always" | "unless the window is locked" | "open";

/** A call that has no entry here does not compile. */
const CALLS_BEHIND_LOCK: { readonly [K in CallName]: WhenAllowed } = {
  "state.get": "always",
  "vault.create": "open",
  "vault.unlock": "always",
  "vault.retry": "unless the window is locked",
  "vault.lock": "unless the window is locked",
  "vault.pause": "open",
  "vault.reseal": "open",
  "vault.otherKeychains": "open",
  "vault.move": "open",
  "vault.setAside": "always", // the way out of a forgotten passphrase
  "vault.export": "open",
  "vault.import": "open",
  "proxy.logIn": "always", // reveals nothing, and tools wait for it
  "proxy.decline": "always",
  "settings.change": "open",
  "doctor.run": "unless the window is locked",
  "doctor.copy": "unless the window is locked",
  "browsers.list": "unless the window is locked",
  "scopes.list": "unless the window is locked",
  "sandbox.start": "open",
  "providers.save": "open",
  "providers.remove": "open",
  "providers.discover": "open",
  "providers.copyRedirect": "open",
  "providers.openConsole": "open",
  "providers.copyConsoleField": "open",
  "clients.save": "open",
  "clients.remove": "open",
  "clients.check": "open",
  "clients.probe": "open",
  "clients.useShared": "open",
  "authorization.start": "open",
  "authorization.show": "open",
  "authorization.showElsewhere": "open",
  "authorization.toBrowser": "open",
  "authorization.copyLink": "open",
  "authorization.cancel": "open",
  "authorization.keep": "open",
  "authorization.copyIdToken": "open",
  "authorization.discard": "open",
  "import.read": "open",
  "import.check": "open",
  "import.keep": "open",
  "import.drop": "open",
  "signIns.validate": "open",
  "signIns.validateAll": "open",
  "signIns.refresh": "open",
  "signIns.copy": "open",
  "signIns.history": "open",
  "signIns.claims": "open",
  "signIns.copyIdToken": "open",
  "signIns.opens": "open",
  "signIns.copyClaims": "open",
  "signIns.copyFact": "open",
  "signIns.openPage": "open",
  "signIns.usage": "open",
  "signIns.losses": "open",
  "activity.list": "open",
  "activity.export": "open",
  "signIns.rename": "open",
  "signIns.note": "open",
  "signIns.pin": "open",
  "signIns.revoke": "open",
  "signIns.bulk": "open",
  "signIns.bulkEnd": "open",
  "signIns.remove": "open",
  undo: "open",
  "tools.create": "open",
  "tools.copy": "open",
  "tools.change": "open",
  "tools.copySnippet": "open",
  "tools.watch": "always", // says nothing about tools
  "tools.remove": "open",
  "pairing.allow": "open",
  "pairing.deny": "open",
  "window.close": "always", // a locked window can be closed, and the app ended, as from the tray
  "window.drafts": "always",
  "app.quit": "always",
  "wish.done": "open",
  "window.failed": "always",
};

/** Whether the lock refuses a call now. */
export const isRefused = (
  name: CallName,
  { windowLocked, vaultLocked }: { readonly windowLocked: boolean; readonly vaultLocked: boolean },
): boolean => {
  const allowed = CALLS_BEHIND_LOCK[name];
  return windowLocked ? allowed !== "always" : vaultLocked && allowed === "open";
};

/** The value of a part of the snapshot while the snapshot is to be hidden. */
export function partBehindLock<K extends keyof Snapshot>(
  name: K,
  part: () => Snapshot[K],
  locked: boolean,
): Snapshot[K] {
  const behind: PartBehindLock<K> = PARTS_BEHIND_LOCK[name];
  return typeof behind === "function" ? behind(part, locked) : part();
}
