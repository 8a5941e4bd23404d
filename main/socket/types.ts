import type { Failure, Result } from "../../contract/failure.ts";
import type {
  Params,
  ResultOf,
  SocketAccount,
  SocketErrorCode,
  TokenGetResult,
} from "../../contract/socket.ts";

/**
 * What main pushes to the worker: all it needs to answer without asking. Plain data, since it crosses a thread by
 * structured clone; the strings in here are secrets and stay inside the worker.
 */
export interface TokenTable {
  /** While locked the worker refuses everything with `vault_locked`, and the lists are empty. */
  readonly locked: boolean;
  readonly grants: readonly Grant[];
  readonly accounts: readonly TableAccount[];
  /** One entry per sign-in that can give a token now or after a refresh. */
  readonly tokens: readonly TableToken[];
}
/** Of a table, the accounts that are not as they were, with the tokens of all their sign-ins. */
export type TokenTablePart = Pick<TokenTable, "accounts" | "tokens">;
export interface Grant {
  readonly id: string;
  /** 32 bytes, base64url. */
  readonly key: string;
  /** Account keys; absent: all. */
  readonly accounts?: readonly string[];
  /** Of these accounts, no other sign-in's token; absent: any. */
  readonly signIns?: readonly string[];
  /** A token with any other scope is not handed out; absent: any. */
  readonly scopes?: readonly string[];
  /** It ends with its connection. */
  readonly once?: true;
}
export interface TableAccount {
  readonly view: SocketAccount;
  /** Whose `view.sign_ins` are, in their order. */
  readonly signIns: readonly string[];
}
export interface TableToken {
  readonly signIn: string;
  readonly account: string;
  readonly alias?: string;
  readonly token: TokenGetResult;
  /** Can be refreshed when less than `min_valid` is left. */
  readonly renews: boolean;
  /** The token's whole life in seconds, from its issue to its end; absent: unknown. */
  readonly lifeSec?: number;
  /** Before this instant (epoch milliseconds) no request makes a refresh begin: the last ones failed. Absent: one may. */
  readonly renewalWaitsUntilMs?: number;
}

/** What the worker asks main, and what it is answered. */
export interface Questions {
  /** No token is valid for long enough. `acceptShorter`: one with less left will do if it cannot be refreshed now. */
  readonly token: {
    readonly ask: { readonly signIn: string; readonly minValidSec: number; readonly acceptShorter: boolean };
    readonly answer: TokenGetResult;
  };
  readonly report: {
    readonly ask: { readonly signIn: string; readonly tokenId: string };
    readonly answer: ResultOf<"token.reportInvalid">;
  };
  readonly pair: {
    readonly ask: {
      readonly asked: Params<"pair.request">;
      /** As the tool shows it. */
      readonly code: string;
      /** Of our end of its connection; undefined where that is not to be had. */
      readonly inode?: string;
    };
    /** `grant`: in the table by now. */
    readonly answer: ResultOf<"pair.request"> & { readonly grant: string };
  };
  readonly revokeSelf: { readonly ask: { readonly grant: string }; readonly answer: null };
  readonly show: {
    readonly ask: { readonly grant: string; readonly account?: string } & Pick<
      Params<"ui.request">,
      "action" | "scopes"
    >;
    readonly answer: ResultOf<"ui.request">;
  };
}
export type QuestionName = keyof Questions;
export type Ask<Q extends QuestionName> = Questions[Q]["ask"];
export interface Refusal {
  readonly ok: false;
  readonly code: SocketErrorCode;
  /** Before that there is no use in asking again. */
  readonly retryAfterSec?: number;
}
export type Answer<Q extends QuestionName> =
  { readonly ok: true; readonly value: Questions[Q]["answer"] } | Refusal;
/** `gone` resolves when who asks has left. */
export type OnQuestion = {
  readonly [Q in QuestionName]: (ask: Ask<Q>, gone: Promise<void>) => Promise<Answer<Q>>;
};

/** The broker as main sees it. */
export interface SocketServer {
  /** The path or pipe name that clients use, and sign. */
  readonly endpoint: string;
  /** Replaces the table; resolves once the worker has it, so that a lock or a revocation counts from then on. */
  push(table: TokenTable): Promise<void>;
  /**
   * As `push`, of what is not as it was in the last table. Undefined, and nothing done, when it has or lacks a name that the
   * table lacks or has: then only a whole table says how things are.
   */
  patch(part: TokenTablePart): Promise<void> | undefined;
  /** Ends the worker, removes socket and endpoint file. */
  close(): Promise<void>;
}

/** Calls of a tool since the last time; `signIn`: those that were handed its token. */
export interface Use {
  readonly grant: string;
  readonly signIn?: string;
  readonly count: number;
  readonly lastAtMs: number;
  /** What it said it wants the token for, the last time. */
  readonly reason?: string;
}

export interface SocketOptions {
  /** Folder for socket and `endpoint.json`; made 0700, refused when it is a link, not ours, or open to others. */
  readonly folder: string;
  /** The bundled worker script. */
  readonly workerUrl: URL;
  readonly onQuestion: OnQuestion;
  /** Tools used their grants: counted by the worker, told every 5 s and before a new table is acknowledged. */
  readonly onUse: (uses: readonly Use[]) => void;
  /** The connection of a grant that is good for one was closed. */
  readonly onLeft: (grant: string) => void;
  /**
   * After the start: why nothing listens now, each time that is tried again and fails; undefined: it listens again. `cause`
   * is for the log.
   */
  readonly onState: (failure: Failure | undefined, cause?: unknown) => void;
}
/** Fails with `socket_unsafe_folder` or `socket_failing`. */
export type StartSocketServer = (options: SocketOptions) => Promise<Result<SocketServer>>;
