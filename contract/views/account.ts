/** Sign-ins in the list, and actions on many of them. */
import type { Failure } from "../failure.ts";
import type { KeptFlow } from "../flow.ts";
import type { Condition, SignInStatus } from "../status.ts";

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
  /** The user's own name for the sign-in, such as "bot". Tools can use it as the account's name. */
  readonly alias?: string;
  /** Names only; `Snapshot.scopes` has what each scope allows. */
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
  /** When the token expires; absent: the provider gave no expiry, or there is no token. */
  readonly expiresAtMs?: number;
  /** When the keeper means to refresh ahead of expiry. */
  readonly refreshesAtMs?: number;
  /** Last time the provider said the token is valid; absent until the first answer since start. */
  readonly validatedAtMs?: number;
  readonly validating: boolean;
}

export interface KeeperView {
  readonly lastCheckAtMs?: number;
  readonly nextCheckAtMs?: number;
}

export type BulkAction = "validate" | "refresh" | "revoke";

/** A bulk action and its progress. Its result stays until the user dismisses it. */
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
