/** Tokens that an import found, before and after the provider has validated them. */
import type { Failure } from "../failure.ts";
import type { ScopeView } from "../scopes.ts";

/**
 * Possible tokens in another tool's file or in the clipboard. None was sent, and their values stay in the main process.
 */
export interface CandidatesView {
  readonly id: string;
  readonly providerName: string;
  /** True: the provider's tokens have a known form, so the app can suggest candidates. */
  readonly suggests: boolean;
  readonly candidates: readonly CandidateView[];
  /** The number of further candidates, which are not listed. */
  readonly more: number;
}

export interface CandidateView {
  readonly key: number;
  /** The token's name in the file; absent: it has none, or none that may be shown. */
  readonly name?: string;
  /** The owner's name in the file. */
  readonly owner?: string;
  /** The line in the file; the first is 1. */
  readonly line: number;
  readonly hasRefreshToken: boolean;
  /**
   * Why the app does not suggest it. `form`: it has not the form of the provider's tokens. `name`: its name describes
   * something else. `known`: a stored record has it as a client ID, a client secret or a refresh token, so it is never
   * sent.
   */
  readonly doubt?: "form" | "name" | "known";
}

/** The provider's answers about the tokens that were sent to it. The tokens are not stored yet. */
export interface ImportedView {
  readonly tokens: readonly ImportedToken[];
}

export type ImportedToken = {
  readonly key: number;
  /** The token's name in the file. */
  readonly name?: string;
  /** The owner's name in the file. */
  readonly called?: string;
} & (
  | {
      /** Why it cannot be stored. */
      readonly failure: Failure;
    }
  | {
      readonly owner: {
        readonly login: string;
        readonly user_id: string;
        /** Absent: the provider does not send it. */
        readonly client_id?: string;
        readonly scopes: readonly ScopeView[];
        readonly expiresAtMs?: number;
      };
      /** The user's client registrations that the token can belong to. */
      readonly clients: readonly { readonly id: string; readonly name: string }[];
      readonly hasRefreshToken: boolean;
    }
);
