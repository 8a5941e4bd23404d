/** Scopes, and what they give access to at the provider. */

export interface ScopeView {
  /** The scope's name in requests: `user:read:email`. */
  readonly name: string;
  /** A description of the scope; absent for an unknown scope. */
  readonly summary?: string;
  readonly access: "read" | "manage" | "other";
  /** True: whoever has the token can take over what the user owns. A tool gets it only where the user ticks it. */
  readonly highRisk?: true;
}

/** The endpoints and events that a scope gives access to. `missing`: further scopes that they require. */
export interface OpensView {
  readonly scope: string;
  readonly endpoints: readonly {
    readonly name: string;
    readonly method: string;
    readonly path: string;
    readonly missing: readonly string[];
  }[];
  /** EventSub subscription types. */
  readonly events: readonly {
    readonly name: string;
    readonly version: string;
    readonly missing: readonly string[];
  }[];
}
