/**
 * Everything the window may know, as plain data. No view is, or holds, a token, a secret or a key. Times are instants
 * in epoch milliseconds (`…AtMs`), lengths are milliseconds (`…Ms`).
 */
import type { Failure } from "../failure.ts";
import type { ScopeView } from "../scopes.ts";
import type { Settings } from "../settings.ts";
import type { BulkView, KeeperView, SignInView } from "./account.ts";
import type { AuthorizationView } from "./authorization.ts";
import type { ClientView, ProviderFileView, ProviderView } from "./provider.ts";
import type { PairingView, ToolView } from "./tool.ts";
import type { VaultView } from "./vault.ts";

/** A proxy on the way to the provider that asks for a user name and a password. */
export interface ProxyLoginView {
  readonly id: string;
  /** Host and port. */
  readonly proxy: string;
  /** The proxy's name for the area that the login protects (RFC 9110 §11.5): untrusted text, maybe empty. */
  readonly realm: string;
  /** The proxy refused the login that was entered before. */
  readonly wrong: boolean;
}

/** A tool, the tray or a notification asks the window to show a screen. */
export interface NavigationRequest {
  readonly id: string;
  readonly action: "open" | "add" | "remove" | "export" | "pairing";
  readonly account?: string;
  readonly scopes?: readonly string[];
}

/** The state that the window shows. Main owns it and sends the parts that changed. */
export interface Snapshot {
  readonly app: {
    readonly version: string;
    readonly electron: string;
    /** Chromium's sandbox is off because the app was started as root. */
    readonly unsandboxed: boolean;
    /**
     * No lock keeps another process out of this profile: one-time refresh tokens rest, unless the settings say
     * otherwise.
     */
    readonly unlocked: boolean;
  };
  readonly vault: VaultView;
  readonly providers: readonly ProviderView[];
  /** Of the user's own providers, those that cannot be used. */
  readonly providerFiles: readonly ProviderFileView[];
  readonly clients: readonly ClientView[];
  /** Every scope that is known, retired ones too. */
  readonly scopes: readonly ScopeView[];
  readonly signIns: readonly SignInView[];
  readonly tools: readonly ToolView[];
  readonly pairing: PairingView | null;
  readonly proxyLogin: ProxyLoginView | null;
  readonly wish: NavigationRequest | null;
  /** Where tools connect; a failure says why they cannot. */
  readonly socket: { readonly endpoint?: string; readonly failure?: Failure };
  readonly authorizations: readonly AuthorizationView[];
  readonly keeper: KeeperView;
  /** Null: no bulk action runs, and no result waits to be read. */
  readonly bulk: BulkView | null;
  readonly settings: Settings;
  /** Names of accounts are masked in here, and codes are not to be shown: others may see the screen. */
  readonly streamer: boolean;
  /** Where the vault's files are. One that is set aside lies beside it, as `<folder>-set-aside-<time>`. */
  readonly vaultFolder: string;
}
