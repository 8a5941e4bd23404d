/** All ports of the app in one type. `main/electron/` implements them; tests pass others. */
import type { BrowserView } from "../../contract/views/provider.ts";
import type { Clock, HttpClient, Log, Network, Randomness } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Clipboard } from "../desktop/clipboard.ts";
import type { FileDialogs } from "../desktop/file-dialogs.ts";
import type { ProxyLogins } from "../net/proxy-login.ts";
import type { StartSandbox } from "../registrations/sandbox.ts";
import type { Words } from "../sign-in/loopback/page.ts";
import type { OpenUserAgent } from "../sign-in/user-agent.ts";
import type { ProfileLockState } from "../storage/profile-lock.ts";
import type { StartSocketServer } from "../socket/types.ts";
import type { Keychain } from "../vault/types.ts";

export interface Host {
  readonly clock: Clock;
  readonly random: Randomness;
  readonly http: HttpClient;
  /** What proxies on the way want to know; absent: there are none. */
  readonly proxyLogins?: ProxyLogins;
  readonly network: Network;
  readonly keychain: Keychain;
  readonly files: FileDialogs;
  readonly clipboard: Clipboard;
  readonly openUserAgent: OpenUserAgent;
  /** A page of a provider in the person's own browser, or in the one of that id (empty: the default). False: none opened. */
  readonly openInBrowser: (url: string, browser: string) => Promise<boolean>;
  /** Those that can be chosen; empty where the system does not tell. */
  readonly browsers: () => Promise<readonly BrowserView[]>;
  /** Whether the system hands links of our own scheme to us. */
  readonly linksReachUs: () => Promise<boolean>;
  /** For pages that the person sees outside the window. */
  readonly speech: Words;
  readonly startSandbox: StartSandbox;
  readonly startSocketServer: StartSocketServer;
  /** The program at the other end of a local connection, by the inode of our own; a hint, and cheap or undefined. */
  readonly programAt: (inode: string | undefined) => Promise<string | undefined>;
  /** A program that shows the screen to others runs. */
  readonly studioRuns: () => Promise<boolean>;
  readonly log: Log;
  /** Whether no other process uses the profile now. `unavailable`: this system or folder has no lock that tells. */
  readonly profileLock: () => ProfileLockState;
  /** Everything we write lies under it. */
  readonly profileFolder: string;
  /** For the socket: per user, not shared, gone after logout. */
  readonly runtimeFolder: string;
  readonly socketWorkerUrl: URL;
  /** Providers besides the built-in ones. */
  readonly providers?: readonly Provider[];
  readonly app: { readonly version: string; readonly electron: string; readonly unsandboxed: boolean };
}
