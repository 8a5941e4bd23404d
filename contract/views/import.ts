/** Tokens that an import found, before and after the provider was asked. */
import type { Failure } from "../failure.ts";
import type { ScopeView } from "../scopes.ts";

/** Possible tokens in another tool's file or in the clipboard. None was sent anywhere; their values stay in main. */
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
  /** The name in the file; absent: it has none, or none that may be shown. */
  readonly name?: string;
  /** The owner's name in the file. */
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

/** The provider's answers about the candidates that were sent to it. Nothing is stored yet. */
export interface ImportedView {
  readonly tokens: readonly ImportedToken[];
}

export type ImportedToken = {
  readonly key: number;
  /** The name in the file. */
  readonly name?: string;
  /** The owner's name in the file. */
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
        /** Absent: the provider does not report it. */
        readonly client_id?: string;
        readonly scopes: readonly ScopeView[];
        readonly expiresAtMs?: number;
      };
      /** The user's registrations it can belong to. */
      readonly clients: readonly { readonly id: string; readonly name: string }[];
      readonly hasRefreshToken: boolean;
    }
);
