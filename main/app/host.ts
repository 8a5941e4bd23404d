/** All ports of the app in one type. `main/electron/` implements them; tests pass others. */
import type { BrowserView } from "../../contract/views/provider.ts";
import type { Clock, FetchPicture, HttpClient, Log, Network, Randomness } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Clipboard } from "../desktop/clipboard.ts";
import type { FileDialogs } from "../desktop/file-dialogs.ts";
import type { ProxyLogins } from "../net/proxy-login.ts";
import type { StartSandbox } from "../registrations/sandbox.ts";
import type { Translator } from "../sign-in/loopback/page.ts";
import type { OpenUserAgent } from "../sign-in/user-agent.ts";
import type { ProfileLockState } from "../storage/profile-lock.ts";
import type { StartSocketServer } from "../socket/types.ts";
import type { Keychain } from "../vault/types.ts";
import type { FramePort } from "../window/frame/port.ts";

export interface Host {
  readonly clock: Clock;
  readonly random: Randomness;
  readonly http: HttpClient;
  /** Asks the user for the logins of proxies; absent: there are no proxies. */
  readonly proxyLogins?: ProxyLogins;
  /** Fetches a picture, without token or cookies. */
  readonly fetchPicture: FetchPicture;
  readonly network: Network;
  readonly keychain: Keychain;
  readonly files: FileDialogs;
  readonly clipboard: Clipboard;
  readonly openUserAgent: OpenUserAgent;
  /** Opens a provider's page in the browser of this id (empty: the default). False: no browser opened. */
  readonly openInBrowser: (url: string, browser: string) => Promise<boolean>;
  /** The installed browsers; empty where the system does not list them. */
  readonly browsers: () => Promise<readonly BrowserView[]>;
  /** Whether the system hands links of our scheme to this app. */
  readonly linksReachUs: () => Promise<boolean>;
  /** The window and the process, for the calls that close and end them. */
  readonly frame: FramePort;
  /** The language of pages outside the window. */
  readonly translator: Translator;
  /** The text of the registration that came with the app; undefined: it came without one. */
  readonly sharedRegistration: () => Promise<string | undefined>;
  readonly startSandbox: StartSandbox;
  readonly startSocketServer: StartSocketServer;
  /** The program at the other end of a local connection, found by the inode of our end. A hint, and no proof. */
  readonly programAt: (inode: string | undefined) => Promise<string | undefined>;
  /** Whether a program runs that records or streams the screen. */
  readonly recordingSoftwareRuns: () => Promise<boolean>;
  readonly log: Log;
  /** Whether this process holds the profile's lock. `unavailable`: this system or folder has no locks. */
  readonly profileLock: () => ProfileLockState;
  /** The app writes only below this folder. */
  readonly profileFolder: string;
  /** The socket's folder: per user, not shared, deleted at logout. */
  readonly runtimeFolder: string;
  readonly socketWorkerUrl: URL;
  /** Providers besides the built-in ones. */
  readonly providers?: readonly Provider[];
  readonly app: { readonly version: string; readonly electron: string; readonly unsandboxed: boolean };
}
