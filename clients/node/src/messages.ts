/** The messages of Tokenkeep as they are sent (docs/socket-protocol.md). Times are epoch seconds; null: unknown. */

export interface Token {
  readonly access_token: string;
  /** Names this token without telling it. */
  readonly token_id: string;
  /** A resource server wants the id of the registration that the token was given to. */
  readonly client_id: string;
  readonly user_id: string;
  readonly login: string;
  readonly scopes: readonly string[];
  readonly expires_at: number | null;
  readonly validated_at: number | null;
}
export interface TokenRequest {
  /** `provider:user_id`, a login, or an alias; may be left out when the tool has one account. */
  readonly account?: string | undefined;
  /** The token must carry all of these. */
  readonly scopes?: readonly string[] | undefined;
  /** Seconds that it should still be valid for. */
  readonly min_valid?: number | undefined;
  /** For the user, at most 120 characters. */
  readonly reason?: string | undefined;
}
export interface Account {
  readonly account: string;
  readonly provider: string;
  readonly user_id: string;
  readonly login: string;
  readonly display_name: string;
  /**
   * That of its first sign-in; docs/socket-protocol.md §5. A token is handed out unless it is `needs_sign_in` or
   * `revoked`.
   */
  readonly status: string;
  readonly sign_ins: readonly {
    readonly client_id: string;
    readonly scopes: readonly string[];
    readonly status: string;
    readonly condition: string | null;
    /** The user's own name for the sign-in; `token` accepts it as an account. */
    readonly alias: string | null;
    readonly expires_at: number | null;
    readonly validated_at: number | null;
  }[];
}
export interface PairRequest {
  /** At most 40 characters. */
  readonly name: string;
  readonly developer?: string | undefined;
  /** The purpose of the tokens, at most 120 characters. */
  readonly reason?: string | undefined;
  readonly accounts?: readonly string[] | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** The lifetime that the tool asks for; the user chooses. */
  readonly lifetime?: "once" | "lock" | "always" | undefined;
}
export interface Grant {
  readonly lifetime: string;
  readonly accounts: readonly string[];
  readonly scopes: readonly string[];
}
export interface UiRequest {
  readonly action: "open" | "add" | "remove" | "export";
  readonly account?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
}

/** A notification to a watching tool. It holds no token: request the token after it. */
export type Change =
  /** From here on nothing is missed. Said again after each reconnection. */
  | { readonly type: "connected" }
  /** It goes on by itself as soon as Tokenkeep is back. */
  | { readonly type: "disconnected" }
  | {
      readonly type: "token.changed";
      readonly account: string;
      readonly token_id: string;
      readonly client_id: string;
      readonly scopes: readonly string[];
      readonly expires_at: number | null;
    }
  | { readonly type: "token.revoked"; readonly account: string; readonly token_id: string }
  | { readonly type: "vault.locked" }
  | { readonly type: "vault.unlocked" }
  /** The user took the key back. The last change. */
  | { readonly type: "grant.revoked" };
