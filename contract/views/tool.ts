/** Tools and pairing requests. */
import type { Lifetime } from "../socket.ts";

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
  /** The only scopes that its tokens may have; absent: any scopes. */
  readonly scopes?: readonly string[];
  readonly lifetime: Lifetime;
  readonly createdAtMs: number;
  /** How often it asked, and when the last time; absent: never. */
  readonly uses: number;
  readonly lastUsedAtMs?: number;
  /** The reason that it gave with its last token request; absent: none since the start. */
  readonly reason?: string;
  /** Ids of the sign-ins whose tokens it was handed. */
  readonly tookFrom: readonly string[];
}

/**
 * A tool that asks to connect and waits for the user. The tool chose its name, developer and reason: do not trust them.
 */
export interface PairingView {
  readonly id: string;
  readonly name: string;
  readonly developer: string;
  readonly reason: string;
  /** Six digits, the same as the tool shows. */
  readonly code: string;
  /** The scopes that its tokens need. */
  readonly scopes: readonly string[];
  /** The accounts of this vault that it asked for, as `provider:user_id`. */
  readonly accounts: readonly string[];
  readonly lifetime?: Lifetime;
  /** The program at the other end of its connection, where the system reports it. A hint, not a proof. */
  readonly program?: string;
  readonly askedAtMs: number;
}
