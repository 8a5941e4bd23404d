/** Claims about the user who signed in (OpenID Connect Core §5.1), as text. */

/** One claim about the user, as text. */
export interface ClaimView {
  readonly name: string;
  readonly value: string;
  /** Epoch milliseconds, when the value is an instant. */
  readonly atMs?: number;
}

/** The claims of an ID token; `now`: those of userinfo, when it was requested. */
export interface ClaimsView {
  readonly idToken: readonly ClaimView[];
  readonly now?: readonly ClaimView[];
  /** The same as JSON, with the technical claims that the lists leave out; absent where names are masked. */
  readonly json?: { readonly idToken?: string; readonly now?: string };
}
