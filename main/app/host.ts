/** What the app needs from where it runs. `main/electron/` makes the real one; tests pass theirs. */
import type { Result } from "../../contract/failure.ts";
import type { BrowserView } from "../../contract/views/provider.ts";
import type { Clock, HttpClient, Log, Network, Randomness } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Secret } from "../../core/secret.ts";
import type { Words } from "../sign-in/loopback/page.ts";
import type { LockState } from "../storage/profile-lock.ts";
import type { ProxyLogins } from "../net/proxy-login.ts";
import type { StartSocketServer } from "../socket/types.ts";
import type { Keychain } from "../vault/types.ts";

/** The system's clipboard. Text put there is readable by every program of the session. */
export interface Clipboard {
  /** `concealed`: programs that keep a history of the clipboard are asked to leave this out. */
  write(text: Secret, concealed: boolean): Promise<void>;
  read(): Promise<string>;
  clear(): Promise<void>;
}

/** The system's own dialogs. Undefined: cancelled. */
export interface FileDialogs {
  save(suggestedName: string): Promise<string | undefined>;
  /** An export of ours, or another tool's file, which may be a hidden one. */
  open(what: "export" | "tokens"): Promise<string | undefined>;
}

/** A page of the provider, shown to the person. */
export interface UserAgentSession {
  show(): void;
  /** Closes it without a further callback. */
  close(): void;
}
export interface UserAgentRequest {
  /** Names the carrier; an answer is taken only from where the question went out. */
  readonly id: string;
  readonly url: string;
  readonly redirect_uri: string;
  readonly providerName: string;
  readonly test: boolean;
  /** A navigation to the redirect URI, query and fragment included. It was stopped before any request. */
  readonly onRedirect: (url: string) => void;
  /** The person says that this page refuses windows inside apps. Absent: there is no other way. */
  readonly onRefused?: () => void;
  /** The person closed it. */
  readonly onClosed: () => void;
  /** The page could not be shown. */
  readonly onFailed: () => void;
}
export type OpenUserAgent = (request: UserAgentRequest) => UserAgentSession;

/** The sandbox's own process. */
export interface SandboxProcess {
  readonly origin: string;
  readonly port: number;
  /** Registrations it knows, to be kept as the built-in client. */
  readonly client: { readonly client_id: string; readonly client_secret: Secret };
  stop(): void;
  /** Who listens late is told too. */
  onExit(listener: () => void): void;
}
export type StartSandbox = (options: {
  readonly port: number;
  readonly folder: string;
}) => Promise<Result<SandboxProcess>>;

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
  readonly profileLock: () => LockState;
  /** Everything we write lies under it. */
  readonly profileFolder: string;
  /** For the socket: per user, not shared, gone after logout. */
  readonly runtimeFolder: string;
  readonly socketWorkerUrl: URL;
  /** Providers besides the built-in ones. */
  readonly providers?: readonly Provider[];
  readonly app: { readonly version: string; readonly electron: string; readonly unsandboxed: boolean };
}
