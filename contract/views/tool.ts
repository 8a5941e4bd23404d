/** Tools and pairing requests. */
import type { Lifetime } from "../socket.ts";

/** A paired tool, which may request tokens over the socket. */
export interface ToolView {
  readonly id: string;
  readonly name: string;
  /** The developer that the tool named, and its program at the time of pairing; neither is verified. */
  readonly developer?: string;
  readonly program?: string;
  /** Allowed accounts (`provider:user_id`); absent: every account. */
  readonly accounts?: readonly string[];
  /** IDs of the allowed sign-ins of these accounts; absent: every sign-in. */
  readonly signIns?: readonly string[];
  /** The scopes that a token for this tool may have at most; absent: any. */
  readonly scopes?: readonly string[];
  readonly lifetime: Lifetime;
  readonly createdAtMs: number;
  /** The number of token requests. */
  readonly uses: number;
  /** The time of the last token request; absent: there was none. */
  readonly lastUsedAtMs?: number;
  /** The reason that the tool gave with its last request since the start of the app. */
  readonly reason?: string;
  /** IDs of the sign-ins whose tokens the tool has received. */
  readonly tookFrom: readonly string[];
}

/** The tools that may have the token of a sign-in, and the scopes that none of them asks for. */
export interface TokenUsageView {
  readonly tools: readonly {
    readonly id: string;
    readonly name: string;
    /** True: the tool has received this token. */
    readonly used: boolean;
    /** When it last did; absent where the history does not go back that far. */
    readonly lastAtMs?: number;
  }[];
  /**
   * Scopes of the token that none of these tools has asked for in 30 days, or since `sinceMs`. Empty without such a tool.
   */
  readonly unused: readonly string[];
  /** Since when the requests are known, in epoch milliseconds; absent: for 30 days. */
  readonly sinceMs?: number;
}

/** What a tool loses when a sign-in is replaced. */
export interface LossView {
  /** ID of the tool. */
  readonly tool: string;
  readonly name: string;
  /** Scopes that it can no longer get. Empty: the token had none, and the tool gets no token any more. */
  readonly scopes: readonly string[];
  /** True: the new token has more scopes than the tool is allowed; false: it lacks some. */
  readonly wider: boolean;
}

/** A pairing request that waits for the user. The tool's texts are unverified. */
export interface PairingView {
  readonly id: string;
  readonly name: string;
  readonly developer: string;
  readonly reason: string;
  /** Six digits; the tool shows the same ones. */
  readonly code: string;
  /** The scopes that the tool's tokens must have. */
  readonly scopes: readonly string[];
  /** The requested accounts that the vault has, as `provider:user_id`. */
  readonly accounts: readonly string[];
  readonly lifetime?: Lifetime;
  /** The program at the other end of the connection, not verified; absent: unknown. */
  readonly program?: string;
  readonly askedAtMs: number;
}
