/**
 * The state that main sends to the window, as plain data. No view holds a token, a client secret or a tool's key.
 * `…AtMs` is an instant in epoch milliseconds, `…Ms` a length of time in milliseconds.
 */
import type { Failure } from "../failure.ts";
import type { ScopeView } from "../scopes.ts";
import type { Settings } from "../settings.ts";
import type { BulkView, KeeperView, SignInView } from "./account.ts";
import type { AuthorizationView } from "./authorization.ts";
import type { ClientView, ProviderFileView, ProviderView, SharedClientView } from "./provider.ts";
import type { PairingView, ToolView } from "./tool.ts";
import type { VaultView } from "./vault.ts";

/** A proxy's request for credentials. */
export interface ProxyLoginView {
  readonly id: string;
  /** Host and port. */
  readonly proxy: string;
  /** The realm that the proxy names; unverified, and possibly empty. */
  readonly realm: string;
  /** True: the proxy refused the credentials that were entered before. */
  readonly wrong: boolean;
}

/** A tool, the tray or a notification asks the window to show a screen. */
export interface NavigationRequest {
  readonly id: string;
  readonly action: "open" | "add" | "remove" | "export" | "pairing";
  readonly account?: string;
  readonly scopes?: readonly string[];
}

/** The state that the window shows. Main owns it, and sends the parts that changed. */
export interface Snapshot {
  readonly app: {
    readonly version: string;
    readonly electron: string;
    /** True: Chromium's sandbox is off, because the app was started as root. */
    readonly unsandboxed: boolean;
    /**
     * True: no lock keeps other processes out of this profile, so one-time refresh tokens are not sent unless the
     * setting `withoutLock` allows it.
     */
    readonly unlocked: boolean;
  };
  readonly vault: VaultView;
  readonly providers: readonly ProviderView[];
  /** Files of custom providers that cannot be used. */
  readonly providerFiles: readonly ProviderFileView[];
  readonly clients: readonly ClientView[];
  /** Null: the app came without a registration. */
  readonly sharedClient: SharedClientView | null;
  /** Every known scope, including retired scopes. */
  readonly scopes: readonly ScopeView[];
  readonly signIns: readonly SignInView[];
  readonly tools: readonly ToolView[];
  readonly pairing: PairingView | null;
  readonly proxyLogin: ProxyLoginView | null;
  readonly wish: NavigationRequest | null;
  /** The address where tools connect, or the failure because of which they cannot. */
  readonly socket: { readonly endpoint?: string; readonly failure?: Failure };
  readonly authorizations: readonly AuthorizationView[];
  readonly keeper: KeeperView;
  /** Null: no action runs, and no result of an action waits to be dismissed. */
  readonly bulk: BulkView | null;
  readonly settings: Settings;
  /** True: this snapshot masks the names of accounts, and the window shows no codes, because viewers see the screen. */
  readonly streamer: boolean;
  /** The folder of the vault's files. A vault that was set aside is beside it, in `<folder>-set-aside-<time>`. */
  readonly vaultFolder: string;
}
