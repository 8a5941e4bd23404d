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
