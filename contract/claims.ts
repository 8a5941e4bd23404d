/** Claims about the user who signed in (OpenID Connect Core §5.1), as text. */

/** A claim about who signed in, as text. */
export interface ClaimView {
  readonly name: string;
  readonly value: string;
  /** Where the value is an instant. */
  readonly atMs?: number;
}

/** What an ID token says, and what the provider says now, where it was asked. */
export interface ClaimsView {
  readonly idToken: readonly ClaimView[];
  readonly now?: readonly ClaimView[];
}
