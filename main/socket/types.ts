import type { Result } from "../../contract/failure.ts";
import type { SocketAccount, SocketErrorCode, TokenGetResult } from "../../contract/socket.ts";

/**
 * What main pushes to the worker: all it needs to answer without asking. Plain data, since it crosses a thread by
 * structured clone; the strings in here are secrets and stay inside the worker.
 */
export interface HandOut {
  /** While locked the worker refuses everything but `auth` with `vault_locked`, and the lists are empty. */
  readonly locked: boolean;
  readonly grants: readonly {
    readonly id: string;
    /** 32 bytes, base64url. */
    readonly key: string;
    /** Account keys; absent: all. */
    readonly accounts?: readonly string[];
    /** A token with any other scope is not handed out; absent: any. */
    readonly scopes?: readonly string[];
  }[];
  readonly accounts: readonly SocketAccount[];
  /** One entry per sign-in that can give a token now or after a refresh. */
  readonly tokens: readonly HandOutToken[];
}
export interface HandOutToken {
  readonly signIn: string;
  readonly account: string;
  readonly alias?: string;
  readonly token: TokenGetResult;
  /** Can be refreshed when less than `min_valid` is left. */
  readonly renews: boolean;
}

/** The worker has no token that is valid for long enough. */
export interface Miss {
  readonly signIn: string;
  readonly minValidSec: number;
  /** If it cannot be renewed now, what is left of it will do. */
  readonly rest: boolean;
}
export type OnMiss = (
  ask: Miss,
) => Promise<
  | { readonly ok: true; readonly token: TokenGetResult }
  | { readonly ok: false; readonly code: SocketErrorCode }
>;

/** The broker as main sees it. */
export interface SocketServer {
  /** The path or pipe name that clients use, and sign. */
  readonly endpoint: string;
  /** Replaces the table; resolves once the worker has it, so that a lock or a revocation counts from then on. */
  push(table: HandOut): Promise<void>;
  /** Ends the worker, removes socket and endpoint file. */
  close(): Promise<void>;
}

/** Calls of a tool since the last time; `signIn`: those that were handed its token. */
export interface Use {
  readonly grant: string;
  readonly signIn?: string;
  readonly count: number;
  readonly lastAtMs: number;
}

export interface SocketOptions {
  /** Folder for socket and `endpoint.json`; made 0700, refused when it is a link, not ours, or open to others. */
  readonly folder: string;
  /** The bundled worker script. */
  readonly workerUrl: URL;
  readonly onMiss: OnMiss;
  /** A tool used its grant; counted by the worker and told at most every 5 s. */
  readonly onUse: (uses: readonly Use[]) => void;
}
/** Fails with `socket_unsafe_folder` or `socket_failing`. */
export type StartSocketServer = (options: SocketOptions) => Promise<Result<SocketServer>>;
