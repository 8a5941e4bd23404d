/**
 * What the state shows while the vault, or the window alone, is locked: nothing about accounts, and nothing from the
 * vault. One table for all state that leaves main, for the window, the tray and the notifications alike.
 */
import type { Snapshot } from "../../contract/views/snapshot.ts";

type Parts = { readonly [K in keyof Snapshot]: () => Snapshot[K] };
/** `locked`: a lock hides the state, so no setting can be changed; otherwise the vault has failed to open. */
type Behind<K extends keyof Snapshot> =
  "as it is" | ((part: () => Snapshot[K], locked: boolean) => Snapshot[K]);

/** Names every part: one that is missing here does not compile. */
const BEHIND_LOCK: { readonly [K in keyof Snapshot]: Behind<K> } = {
  app: "as it is",
  vault: "as it is",
  providers: "as it is", // descriptions of servers, from plain files: not of who signed in there
  providerFiles: "as it is",
  clients: () => [],
  scopes: "as it is", // the app's own catalogue
  signIns: () => [],
  tools: () => [],
  pairing: () => null,
  proxyLogin: "as it is", // about the network, and tools wait for it
  /** The action alone brings the window up to be unlocked; the account is shown after that. */
  wish: (part) => {
    const wish = part();
    return wish === null ? null : { id: wish.id, action: wish.action };
  },
  socket: "as it is",
  authorizations: () => [],
  keeper: () => ({}),
  bulk: () => null,
  /** Holds names of tools. The window sends settings back whole, so these are left out only while it cannot. */
  settings: (part, locked) => (locked ? { ...part(), deniedTools: [] } : part()),
  streamer: "as it is",
  vaultFolder: "as it is", // where a forgotten vault is set aside
};

/** The same parts, each as it may be seen at the moment. */
export function behindLock(
  parts: Parts,
  seen: () => { readonly hidden: boolean; readonly locked: boolean },
): Parts {
  const veiled = <K extends keyof Snapshot>(name: K): (() => Snapshot[K]) => {
    const part: () => Snapshot[K] = parts[name];
    const behind: Behind<K> = BEHIND_LOCK[name];
    if (typeof behind !== "function") return part;
    return () => {
      const { hidden, locked } = seen();
      return hidden ? behind(part, locked) : part();
    };
  };
  return {
    app: veiled("app"),
    vault: veiled("vault"),
    providers: veiled("providers"),
    providerFiles: veiled("providerFiles"),
    clients: veiled("clients"),
    scopes: veiled("scopes"),
    signIns: veiled("signIns"),
    tools: veiled("tools"),
    pairing: veiled("pairing"),
    proxyLogin: veiled("proxyLogin"),
    wish: veiled("wish"),
    socket: veiled("socket"),
    authorizations: veiled("authorizations"),
    keeper: veiled("keeper"),
    bulk: veiled("bulk"),
    settings: veiled("settings"),
    streamer: veiled("streamer"),
    vaultFolder: veiled("vaultFolder"),
  };
}
