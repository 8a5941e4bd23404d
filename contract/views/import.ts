/** Tokens that an import found, before and after the provider was asked. */
import type { Failure } from "../failure.ts";
import type { ScopeView } from "../scopes.ts";

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
      /** The user's registrations it can belong to. */
      readonly clients: readonly { readonly id: string; readonly name: string }[];
      readonly hasRefreshToken: boolean;
    }
);
