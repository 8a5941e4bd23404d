/**
 * What the window may know: everything main shows, as plain data. Nothing in here is, or holds, a token, a secret or
 * a key. Times are instants in epoch milliseconds (`…AtMs`), lengths are milliseconds (`…Ms`).
 */
import type { Failure } from "./failure.ts";
import type { Flow, KeptFlow, Way } from "./flow.ts";
import type { ProviderForm } from "./provider.ts";
import type { Settings } from "./settings.ts";
import type { Lifetime } from "./socket.ts";

/** States of a sign-in (design: the keeper). `expiring` renews by itself; `ends_soon` cannot. */
export type SignInStatus =
  | "signed_in"
  | "expiring"
  | "refreshing"
  | "reminting"
  | "refresh_ambiguous"
  | "needs_sign_in"
  | "config_error"
  | "ends_soon"
  | "revoked";

/** What lies over a state for a while and changes nothing below. */
export type Condition = "unreachable" | "offline" | "storage_failing" | "record_changed";

export interface ScopeView {
  /** As on the wire: `user:read:email`. */
  readonly name: string;
  /** What it allows, in words; absent for a scope we do not know. */
  readonly summary?: string;
  readonly access: "read" | "manage" | "other";
}

/** One sign-in of one account: the row of the list. */
export interface SignInView {
  readonly id: string;
  /** Sign-ins with the same value belong to one account: `provider:user_id`. */
  readonly account: string;
  readonly provider: string;
  readonly providerName: string;
  /** True for the sandbox and other pretend providers: drawn dashed, never to be taken for real. */
  readonly test: boolean;
  readonly flow: KeptFlow;
  /** Id of the client registration it was made with. */
  readonly client: string;
  readonly clientName: string;
  readonly user_id: string;
  readonly login: string;
  readonly displayName: string;
  /** What the person calls it: "bot". Names it for tools, too. */
  readonly alias?: string;
  /** By name: what each allows stands once, in `Snapshot.scopes`. */
  readonly scopes: readonly string[];
  readonly status: SignInStatus;
  readonly condition?: Condition;
  /** Why the status or condition is what it is, where there is something to say; with the instant it began. */
  readonly reason?: Failure;
  readonly sinceMs?: number;
  /** Next attempt on its own, where one is planned because of `condition` or `reason`. */
  readonly nextTryAtMs?: number;
  readonly renews: boolean;
  /** An ID token came with it. */
  readonly hasIdToken: boolean;
  /** False: there is nothing to copy now. It ended, the provider ended it, or it stayed on another computer. */
  readonly hasToken: boolean;
  readonly issuedAtMs: number;
  /** Absent: the provider told no end, or there is no token. */
  readonly expiresAtMs?: number;
  /** When the keeper means to refresh ahead of expiry. */
  readonly refreshesAtMs?: number;
  /** Last time the provider said the token is valid; absent until the first answer since start. */
  readonly validatedAtMs?: number;
  readonly validating: boolean;
}

/** A claim about who signed in, as text. */
export interface ClaimView {
  readonly name: string;
  readonly value: string;
  /** Where the value is an instant. */
  readonly atMs?: number;
}
/** What an ID token says, and what the provider says now, where it was asked. */
export interface ClaimsView {
  readonly idToken: readonly ClaimView[];
  readonly now?: readonly ClaimView[];
}

export interface ProviderView {
  readonly id: string;
  readonly name: string;
  readonly test: boolean;
  /** Where registrations are made; absent for the sandbox. */
  readonly consoleUrl?: string;
  /** To be registered exactly like this; what older registrations have besides goes on working. */
  readonly redirectUris: readonly string[];
  /** It can be asked who somebody is (OpenID Connect Core §5.3). */
  readonly userinfo: boolean;
  /** Where its login page works: some are known to refuse windows inside apps. */
  readonly ways: readonly Way[];
  /** Scopes of its own, where the app's catalogue is not about it. */
  readonly scopes?: readonly string[];
  /** Tools whose tokens are known to be read, and their files. */
  readonly importsFrom?: readonly string[];
  /** What the person described it by; absent for the built-in ones. */
  readonly form?: ProviderForm;
}

/** A file of a provider that cannot be used; it was left as it is. */
export interface ProviderFileView {
  readonly file: string;
  readonly failure: Failure;
}

/** What a check of a client registration found out about one thing. */
export interface ClientFinding {
  readonly about: "provider" | "client_id" | "client_secret" | "redirect_uri";
  /** `unknown`: the provider's answer can mean either. `spare`: it is not registered, and others that are do as well. */
  readonly result: "good" | "wrong" | "spare" | "unknown";
  /** What is wrong, and what to do about it. */
  readonly failure?: Failure;
  readonly redirect_uri?: string;
}

/** One of the person's browsers; `id` is the name of its desktop entry. */
export interface BrowserView {
  readonly id: string;
  readonly name: string;
}

/** A client registration (RFC 6749 §2). The secret is write-only: never shown again. */
export interface ClientView {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  readonly client_id: string;
  readonly hasSecret: boolean;
  /** Those that its provider offers to it. */
  readonly flows: readonly Flow[];
  /** Made by Tokenkeep for its sandbox; not to be edited. */
  readonly builtIn: boolean;
}

/** A tool that may ask for tokens over the socket. */
export interface ToolView {
  readonly id: string;
  readonly name: string;
  /** Who it says it is by, and the program it was when it was paired. Hints, not proofs. */
  readonly developer?: string;
  readonly program?: string;
  /** Accounts it may use (`provider:user_id`); absent: all of them. */
  readonly accounts?: readonly string[];
  /** Ids of the sign-ins of these accounts that it may use; absent: all of them. */
  readonly signIns?: readonly string[];
  /** All that its tokens may carry; absent: anything. */
  readonly scopes?: readonly string[];
  readonly lifetime: Lifetime;
  readonly createdAtMs: number;
  /** How often it asked, and when the last time; absent: never. */
  readonly uses: number;
  readonly lastUsedAtMs?: number;
  /** What it said the last time that it wants a token for; since start. */
  readonly reason?: string;
  /** Ids of the sign-ins whose tokens it was handed. */
  readonly tookFrom: readonly string[];
}

/** A tool that wants to connect, and waits for the person. Its words are a stranger's. */
export interface PairingView {
  readonly id: string;
  readonly name: string;
  readonly developer: string;
  readonly reason: string;
  /** Six digits, the same as the tool shows. */
  readonly code: string;
  /** What its tokens have to carry. */
  readonly scopes: readonly string[];
  /** Those that it asked for and that are here, as `provider:user_id`. */
  readonly accounts: readonly string[];
  readonly lifetime?: Lifetime;
  /** The program at the other end of its connection, where that can be told. A hint, not a proof. */
  readonly program?: string;
  readonly askedAtMs: number;
}

/** A proxy between here and the provider that wants to know who asks. */
export interface ProxyLoginView {
  readonly id: string;
  /** Host and port. */
  readonly proxy: string;
  /** What the proxy calls what it guards; a stranger's words, maybe empty. */
  readonly realm: string;
  /** What was entered before did not do. */
  readonly wrong: boolean;
}

/** What the window is to show, because a tool or the tray asked for it. */
export interface WishView {
  readonly id: string;
  readonly action: "open" | "add" | "remove" | "export" | "pairing";
  readonly account?: string;
  readonly scopes?: readonly string[];
}

/** A sign-in on its way. Several at once are fine. */
export type AuthorizationView = {
  readonly id: string;
  readonly provider: string;
  readonly providerName: string;
  /** Id of the client registration. */
  readonly client: string;
  readonly clientName: string;
  readonly flow: Flow;
  /** Scopes that were asked for. */
  readonly asked: readonly string[];
  readonly startedAtMs: number;
  /** Where the page is, of a flow with a redirect. */
  readonly page?: {
    readonly way: Way;
    /** It can be left for the person's browser. */
    readonly other: boolean;
    /** The browser sees a token in an address for a moment, and may keep that. */
    readonly tokenInAddress: boolean;
  };
} & (
  | {
      readonly step: "waiting"; // for the person, in the sign-in window, or wherever the page is opened
      readonly device?: {
        /** To be compared with what the page shows. */
        readonly user_code: string;
        readonly verification_uri: string;
        readonly expiresAtMs: number;
        /** The page is not at one of the provider's addresses: it opens by `authorization.showElsewhere` alone. */
        readonly elsewhere: boolean;
      };
      /** Why the page is not in front of the person; gone as soon as it is. */
      readonly failure?: Failure;
    }
  | { readonly step: "exchanging" } // code → token → validate
  | {
      readonly step: "confirm"; // nothing is saved yet
      readonly user_id: string;
      readonly login: string;
      readonly displayName: string;
      readonly scopes: readonly ScopeView[];
      /** Scopes that were asked for and not given. */
      readonly missing: readonly string[];
      readonly expiresAtMs?: number;
      readonly renews: boolean;
      /** What the ID token says, where one came. */
      readonly claims?: readonly ClaimView[];
      /** False: there is no access token to be looked after, and nothing to be saved. */
      readonly keeps: boolean;
      /** The sign-in whose place it takes, unless it is to stand beside it. */
      readonly replaces?: { readonly scopes: readonly string[]; readonly alias?: string };
      /** The sign-in was to be renewed for this account, and somebody else signed in. */
      readonly insteadOf?: string;
      /** What the provider told beside the tokens, so that the person can say no. */
      readonly doubt?: Failure;
    }
  | { readonly step: "failed"; readonly failure: Failure }
);

export interface UnreadableView {
  readonly file: string;
  readonly why: "damaged" | "newer";
}

/** What was found in another tool's file or in the clipboard. Nothing of it was sent; values stay in main. */
export interface CandidatesView {
  readonly id: string;
  readonly providerName: string;
  /** The provider's tokens have a form of their own, so that some can be suggested. */
  readonly suggests: boolean;
  readonly candidates: readonly CandidateView[];
  /** So many more were found, and are not listed. */
  readonly more: number;
}
export interface CandidateView {
  readonly key: number;
  /** What the file calls it; absent: nothing, or nothing that may be shown. */
  readonly name?: string;
  /** What the file calls its owner. */
  readonly owner?: string;
  /** Of the file; the first is 1. */
  readonly line: number;
  readonly hasRefreshToken: boolean;
  /**
   * Why it is not suggested: it has not the form of the provider's tokens, its name says something else, or it is known
   * here as a client ID, a client secret or a refresh token. The last is never sent.
   */
  readonly doubt?: "form" | "name" | "known";
}
/** What the provider said of those that were sent to it. They are not kept yet. */
export interface ImportedView {
  readonly tokens: readonly ImportedToken[];
}
export type ImportedToken = {
  readonly key: number;
  /** What the file calls it. */
  readonly name?: string;
  /** What the file calls its owner. */
  readonly called?: string;
} & (
  | {
      /** Why it cannot be kept. */
      readonly failure: Failure;
    }
  | {
      readonly owner: {
        readonly login: string;
        readonly user_id: string;
        /** Absent: the provider does not tell. */
        readonly client_id?: string;
        readonly scopes: readonly ScopeView[];
        readonly expiresAtMs?: number;
      };
      /** The person's registrations it can belong to. */
      readonly clients: readonly { readonly id: string; readonly name: string }[];
      readonly hasRefreshToken: boolean;
    }
);

/** The operating system's keychain, as far as it can be told without touching it. */
export interface KeychainView {
  /** For people: "GNOME Keyring". */
  readonly name: string;
  /** As Electron names it: `gnome_libsecret`. */
  readonly backend: string;
}

export type VaultView =
  | {
      readonly state: "opening";
      /** Many records are being read. The first rows of the list are there, to be looked at and no more. */
      readonly reading?: { readonly of: number; readonly sealedBy: SealedBy };
    }
  /**
   * There is no vault yet, and no keychain that would seal one now: a passphrase may be chosen. `keychain_locked` and
   * `keychain_failing` may pass, and the vault is then made without one.
   */
  | { readonly state: "needs_passphrase"; readonly failure: Failure }
  | {
      readonly state: "locked";
      /** Only the window is: tools are served as before. */
      readonly windowOnly: boolean;
      /** Refresh tokens that lie idle end after a while; told when that is near. */
      readonly openByMs?: number;
    }
  /** It cannot be opened now; nothing was changed. */
  | {
      readonly state: "closed";
      readonly failure: Failure;
      /** It has a passphrase beside the keychain, which opens it all the same. */
      readonly passphrase: boolean;
      readonly openByMs?: number;
    }
  | {
      readonly state: "open";
      readonly sealedBy: SealedBy;
      /** No token is handed out until the person resumes. */
      readonly paused: boolean;
      readonly unreadable: readonly UnreadableView[];
    };

/** What opens the vault: the keychain, a passphrase, or either of the two. */
export interface SealedBy {
  readonly keychain?: KeychainView;
  readonly passphrase: boolean;
}

/** What an export holds. */
export interface ExportView {
  readonly signIns: number;
  readonly clients: number;
  /** Those that travel without tokens and sign in again on the other side; named. */
  readonly needSignIn: readonly string[];
}
/** What came of an import. */
export interface ImportView {
  readonly added: number;
  /** Sign-ins that were here already. */
  readonly known: number;
  /** Client registrations that were not here, or were without their secret. */
  readonly clients: number;
  /** Came without tokens; named, so that the person knows whom to ask. */
  readonly needSignIn: readonly string[];
}

export interface ProviderCheck {
  readonly name: string;
  readonly reachable: boolean;
  readonly tookMs: number;
  /** Status, or why there was none. */
  readonly what: string;
  /** Ours against the provider's, where it told its own. */
  readonly clockAheadSec?: number;
}
/** What somebody who helps asks first. */
export interface DoctorView {
  readonly atMs: number;
  readonly app: Snapshot["app"] & { readonly node: string; readonly system: string };
  readonly keychain:
    | ({ readonly state: "usable" | "locked" | "failing" } & KeychainView)
    | { readonly state: "missing"; readonly backend: string }
    | { readonly state: "silent" };
  readonly vault: {
    readonly state: VaultView["state"];
    readonly sealedBy?: SealedBy;
    readonly failure?: Failure;
    readonly records: number;
    readonly unreadable?: number;
    readonly writable: boolean;
  };
  readonly online: boolean;
  readonly providers: readonly ProviderCheck[];
  readonly socket: boolean;
}

/** What happened to a sign-in, the newest first. */
export interface HistoryView {
  readonly atMs: number;
  readonly what:
    "signed_in" | "validated" | "refreshed" | "copied" | "handed_out" | "failed" | "revoked" | "imported";
  /** The tool it was handed to, by name; absent when that tool is gone. */
  readonly tool?: string;
  /** How often in a row; the last time at `atMs`. */
  readonly count: number;
  readonly failure?: Failure;
}

export interface KeeperView {
  readonly lastCheckAtMs?: number;
  readonly nextCheckAtMs?: number;
}

/** What a scope opens at the provider. `missing`: scopes that would be needed beside it. */
export interface OpensView {
  readonly scope: string;
  readonly endpoints: readonly {
    readonly name: string;
    readonly method: string;
    readonly path: string;
    readonly missing: readonly string[];
  }[];
  /** EventSub subscription types. */
  readonly events: readonly {
    readonly name: string;
    readonly version: string;
    readonly missing: readonly string[];
  }[];
}
/** An entry of some sign-in's history. */
export interface ActivityView extends HistoryView {
  /** Id of the sign-in, which may be gone. */
  readonly signIn: string;
}

export type BulkAction = "validate" | "refresh" | "revoke";
/** What is being done to many sign-ins, and how it goes. Stays after its end until it is put away. */
export interface BulkView {
  readonly action: BulkAction;
  readonly of: number;
  readonly done: number;
  /** One entry for each way of failing; `names` are the first few. */
  readonly failures: readonly {
    readonly failure: Failure;
    readonly count: number;
    readonly names: readonly string[];
  }[];
  /** False with `done` below `of`: it was ended before. */
  readonly running: boolean;
}

/** All that the window shows. Main owns it and sends the parts that changed. */
export interface Snapshot {
  readonly app: {
    readonly version: string;
    readonly electron: string;
    /** Chromium's sandbox is off because the app was started as root. */
    readonly unsandboxed: boolean;
    /** No lock keeps another process out of this profile: one-time refresh tokens rest, unless the settings say otherwise. */
    readonly unlocked: boolean;
  };
  readonly vault: VaultView;
  readonly providers: readonly ProviderView[];
  /** Of the person's own providers, those that cannot be used. */
  readonly providerFiles: readonly ProviderFileView[];
  readonly clients: readonly ClientView[];
  /** Every scope that is known, retired ones too. */
  readonly scopes: readonly ScopeView[];
  readonly signIns: readonly SignInView[];
  readonly tools: readonly ToolView[];
  readonly pairing: PairingView | null;
  readonly proxyLogin: ProxyLoginView | null;
  readonly wish: WishView | null;
  /** Where tools connect; a failure says why they cannot. */
  readonly socket: { readonly endpoint?: string; readonly failure?: Failure };
  readonly authorizations: readonly AuthorizationView[];
  readonly keeper: KeeperView;
  /** Null: nothing runs, and nothing is left to be told. */
  readonly bulk: BulkView | null;
  readonly settings: Settings;
  /** Names of accounts are masked in here, and codes are not to be shown: others may see the screen. */
  readonly streamer: boolean;
  /** Where the vault's files are. One that is set aside lies beside it, as `<folder>-set-aside-<time>`. */
  readonly vaultFolder: string;
}
