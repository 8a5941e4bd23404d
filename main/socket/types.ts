/**
 * What main and the socket's thread exchange: the token table, questions and answers, and the messages that carry them.
 */
import type { Failure, Result } from "../../contract/failure.ts";
import type {
  Params,
  ResultOf,
  SocketAccount,
  SocketErrorCode,
  TokenGetResult,
} from "../../contract/socket.ts";

/**
 * What the socket's thread needs to answer tools without asking main. Plain data, since it crosses to the thread by
 * structured clone; keys and access tokens in it are secrets.
 */
export interface TokenTable {
  /** While locked, the thread refuses every request with `vault_locked`, and the lists are empty. */
  readonly locked: boolean;
  readonly grants: readonly Grant[];
  readonly accounts: readonly TableAccount[];
  /** One entry for each sign-in that can give a token now or after a refresh. */
  readonly tokens: readonly TableToken[];
}
/** The accounts of a table that have changed, with the tokens of all their sign-ins. */
export type TokenTablePart = Pick<TokenTable, "accounts" | "tokens">;
export interface Grant {
  readonly id: string;
  /** 32 bytes, base64url. */
  readonly key: string;
  /** The keys of the accounts that it may use; absent: all. */
  readonly accounts?: readonly string[];
  /** The sign-ins of these accounts that it may use; absent: all. */
  readonly signIns?: readonly string[];
  /** A token with any other scope is not handed out; absent: any scope will do. */
  readonly scopes?: readonly string[];
  /** The grant ends with its connection. */
  readonly once?: true;
}
export interface TableAccount {
  readonly view: SocketAccount;
  /** The ids of the sign-ins in `view.sign_ins`, in the same order. */
  readonly signIns: readonly string[];
}
export interface TableToken {
  readonly signIn: string;
  readonly account: string;
  readonly alias?: string;
  readonly token: TokenGetResult;
  /** The sign-in can be refreshed when less than `min_valid` is left of the token. */
  readonly renews: boolean;
  /** The token's whole life in seconds, from its issue to its end; absent: unknown. */
  readonly lifeSec?: number;
  /**
   * Refreshes failed, and no request starts another one before this instant (epoch milliseconds). Absent: one may
   * start.
   */
  readonly renewalWaitsUntilMs?: number;
}

/** What the thread asks main, and what main answers. */
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
      /** The six digits that the tool shows. */
      readonly code: string;
      /** The inode of our end of the tool's connection; absent where the system does not give it. */
      readonly inode?: string;
    };
    /** `grant` is in the table by the time of the answer. */
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
  /** A request before that is refused as well; absent: unknown. */
  readonly retryAfterSec?: number;
}
export type Answer<Q extends QuestionName> =
  { readonly ok: true; readonly value: Questions[Q]["answer"] } | Refusal;
/** Main's answers. `gone` resolves when the tool has disconnected. */
export type OnQuestion = {
  readonly [Q in QuestionName]: (ask: Ask<Q>, gone: Promise<void>) => Promise<Answer<Q>>;
};

/** A question of the thread, one variant for each name in `Q`; `number` counts from 1 in each thread. */
export type QuestionMessage<Q extends QuestionName = QuestionName> = {
  readonly [P in Q]: {
    readonly kind: "question";
    readonly number: number;
    readonly about: P;
    readonly ask: Ask<P>;
  };
}[Q];
/** The answer to the question of that number. */
export type AnswerMessage<Q extends QuestionName = QuestionName> = {
  readonly [P in Q]: {
    readonly kind: "answer";
    readonly number: number;
    readonly about: P;
    readonly answer: Answer<P>;
  };
}[Q];

/** How main starts the thread. */
export interface ThreadStart {
  /** The path or pipe name to listen on. */
  readonly endpoint: string;
}
/** What main sends to the thread. */
export type ToThread<Q extends QuestionName = QuestionName> =
  | { readonly kind: "table"; readonly number: number; readonly table: TokenTable }
  /** Of thousands of sign-ins, one is checked each second: a copy of all of them each time would hold up main. */
  | { readonly kind: "part"; readonly number: number; readonly part: TokenTablePart }
  | AnswerMessage<Q>
  | { readonly kind: "watchUses"; readonly on: boolean }
  | { readonly kind: "close" };
/** What the thread sends to main. */
export type FromThread<Q extends QuestionName = QuestionName> =
  | { readonly kind: "listening" }
  | { readonly kind: "failed"; readonly cause: string }
  /** The thread answers from the table of this number, or a part of it, from now on. */
  | { readonly kind: "acknowledged"; readonly number: number }
  | QuestionMessage<Q>
  /** The answer to the pairing of this number has reached its tool. */
  | { readonly kind: "delivered"; readonly number: number }
  /** The tool of the pairing of this number has disconnected before the answer. */
  | { readonly kind: "gone"; readonly number: number }
  /** A connection was closed whose grant lasts only as long as the connection (`once`). */
  | { readonly kind: "left"; readonly grant: string }
  | { readonly kind: "uses"; readonly uses: readonly Use[] };

/** The socket as main sees it. */
export interface SocketServer {
  /** The path or pipe name that clients connect to, and sign. */
  readonly endpoint: string;
  /** Replaces the table; resolves once the thread has it, so that a lock or a revocation counts from then on. */
  push(table: TokenTable): Promise<void>;
  /**
   * As `push`, for some accounts of the last table. Returns undefined and sends nothing when accounts, sign-ins or
   * tokens were added or removed: then the whole table has to be pushed.
   */
  patch(part: TokenTablePart): Promise<void> | undefined;
  /** True: uses are reported within a second of the first one, because the user sees them. */
  watchUses(on: boolean): void;
  /** Ends the thread, and removes the socket and the file that announces it. */
  close(): Promise<void>;
}

/** How often a tool used its grant since the last report. */
export interface Use {
  readonly grant: string;
  /** The sign-in whose token the tool was handed; absent: it was handed none. */
  readonly signIn?: string;
  /** The scopes that the tool asked for when it was handed that token. Absent: it asked for none by name. */
  readonly scopes?: readonly string[];
  readonly count: number;
  /** Epoch milliseconds. */
  readonly lastAtMs: number;
  /** The reason that the tool gave with its last token request. */
  readonly reason?: string;
}

export interface SocketOptions {
  /** Folder of the socket and of `endpoint.json`; made 0700, refused when it is a link, not ours, or open to others. */
  readonly folder: string;
  /** The bundled script of the thread. */
  readonly workerUrl: URL;
  readonly onQuestion: OnQuestion;
  /** Tools used their grants. Called 5 s after the first use, sooner with `watchUses`, and before a new table is acknowledged. */
  readonly onUse: (uses: readonly Use[]) => void;
  /** A connection was closed whose grant lasts only as long as the connection (`once`). */
  readonly onLeft: (grant: string) => void;
  /**
   * Called after the start: with a failure each time an attempt to listen again fails, and with undefined once the
   * socket listens again. `cause` is for the log.
   */
  readonly onState: (failure: Failure | undefined, cause?: unknown) => void;
}
/** Fails with `socket_unsafe_folder` or `socket_failing`. */
export type StartSocketServer = (options: SocketOptions) => Promise<Result<SocketServer>>;
