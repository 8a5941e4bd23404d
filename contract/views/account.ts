/** Sign-ins in the list, and actions on many of them. */
import type { Failure } from "../failure.ts";
import type { KeptFlow } from "../flow.ts";
import type { Condition, SignInStatus } from "../status.ts";

/** One sign-in of one account: a row of the list. */
export interface SignInView {
  readonly id: string;
  /** Sign-ins with the same value belong to one account: `provider:user_id`. */
  readonly account: string;
  readonly provider: string;
  readonly providerName: string;
  /**
   * True for the sandbox and other test providers. The window marks their sign-ins, so that nobody takes them for real.
   */
  readonly test: boolean;
  readonly flow: KeptFlow;
  /** ID of the client registration that the sign-in uses. */
  readonly client: string;
  readonly clientName: string;
  readonly user_id: string;
  readonly login: string;
  readonly displayName: string;
  /** The user's name for the sign-in, such as "bot". Tools may use it too. */
  readonly alias?: string;
  /** The user's note; "•••" in streamer mode. */
  readonly note?: string;
  /** True: the user wants it first in its part of the list. */
  readonly pinned?: true;
  /** True: the window may ask for the account's picture, at `/picture/<id>` of its own scheme. */
  readonly picture?: true;
  /** Names of scopes; `Snapshot.scopes` describes them. */
  readonly scopes: readonly string[];
  readonly status: SignInStatus;
  readonly condition?: Condition;
  /** The failure that explains the status or condition. Absent: there is nothing to explain. */
  readonly reason?: Failure;
  /** When `reason` began. */
  readonly sinceMs?: number;
  /** When the keeper tries again by itself. Absent: `condition` and `reason` plan no attempt. */
  readonly nextTryAtMs?: number;
  /** True: the keeper refreshes the token by itself. */
  readonly renews: boolean;
  /** True: its scopes open chat over IRC, so the token can be copied as a password for it. */
  readonly irc: boolean;
  /** True: the sign-in also has an ID token. */
  readonly hasIdToken: boolean;
  /** False: there is no access token to copy. It expired, the provider revoked it, or it stayed on another computer. */
  readonly hasToken: boolean;
  readonly issuedAtMs: number;
  /** Absent: the provider gave no expiry, or there is no token. */
  readonly expiresAtMs?: number;
  /** When the keeper plans to refresh the token ahead of its expiry. */
  readonly refreshesAtMs?: number;
  /** When the provider last confirmed the token; absent until the first answer after the start of the app. */
  readonly validatedAtMs?: number;
  readonly validating: boolean;
}

/** The keeper's checks of all sign-ins: the last one and the next one. */
export interface KeeperView {
  readonly lastCheckAtMs?: number;
  readonly nextCheckAtMs?: number;
}

export type BulkAction = "validate" | "refresh" | "revoke" | "remove";

/** The progress of an action on many sign-ins. It stays after the end of the action until the user dismisses it. */
export interface BulkView {
  readonly action: BulkAction;
  readonly of: number;
  readonly done: number;
  /** One entry for each kind of failure; `names` holds the first few accounts. */
  readonly failures: readonly {
    readonly failure: Failure;
    readonly count: number;
    readonly names: readonly string[];
  }[];
  /** False while `done` is below `of`: the action was stopped before its end. */
  readonly running: boolean;
}
