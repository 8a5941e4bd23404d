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
import type { LockState } from "../storage/profile-lock.ts";
import type { StartSocketServer } from "../socket/types.ts";
import type { Keychain } from "../vault/types.ts";

export interface Host {
  readonly clock: Clock;
  readonly random: Randomness;
  readonly http: HttpClient;
  /** Logins that proxies ask for; absent: requests go through no proxy. */
  readonly proxyLogins?: ProxyLogins;
  readonly network: Network;
  readonly keychain: Keychain;
  readonly files: FileDialogs;
  readonly clipboard: Clipboard;
  readonly openUserAgent: OpenUserAgent;
  /** Opens a provider's page in the browser of this id, or in the default browser (empty). False: no browser opened. */
  readonly openInBrowser: (url: string, browser: string) => Promise<boolean>;
  /** The browsers that the user can choose; empty where the system does not list them. */
  readonly browsers: () => Promise<readonly BrowserView[]>;
  /** Whether the system opens links of our own scheme with this app. */
  readonly linksReachUs: () => Promise<boolean>;
  /** Translates the page that the browser shows after a sign-in. */
  readonly speech: Words;
  readonly startSandbox: StartSandbox;
  readonly startSocketServer: StartSocketServer;
  /** The program at the other end of a local connection, found by the inode of our own end. A hint, not a proof. */
  readonly programAt: (inode: string | undefined) => Promise<string | undefined>;
  /** Whether recording software, such as OBS Studio, runs. */
  readonly studioRuns: () => Promise<boolean>;
  readonly log: Log;
  /** Whether this process holds the profile's lock. `unavailable`: the system or the folder supports no lock. */
  readonly profileLock: () => LockState;
  /** The folder of everything that the app writes. */
  readonly profileFolder: string;
  /** The folder of the socket: the user's own, and removed at logout. */
  readonly runtimeFolder: string;
  readonly socketWorkerUrl: URL;
  /** Providers besides the built-in ones. */
  readonly providers?: readonly Provider[];
  readonly app: { readonly version: string; readonly electron: string; readonly unsandboxed: boolean };
}
