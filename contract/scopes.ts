/** Scopes, and what they give access to at the provider. */

export interface ScopeView {
  /** As on the wire: `user:read:email`. */
  readonly name: string;
  /** What it allows, in words; absent for an unknown scope. */
  readonly summary?: string;
  readonly access: "read" | "manage" | "other";
}

/** What a scope gives access to. `missing`: further scopes that are needed for it. */
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
