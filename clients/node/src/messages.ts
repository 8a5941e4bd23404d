/** Tokenkeep's messages in their wire format (docs/socket-protocol.md). Times are epoch seconds; null: unknown. */

export interface Token {
  readonly access_token: string;
  /** Identifies the token in other messages, which do not contain the token itself. */
  readonly token_id: string;
  /** The client ID that the token was issued to; resource servers require it beside the token. */
  readonly client_id: string;
  readonly user_id: string;
  readonly login: string;
  readonly scopes: readonly string[];
  readonly expires_at: number | null;
  readonly validated_at: number | null;
}
export interface TokenRequest {
  /** `provider:user_id`, a login, or an alias; optional when the tool has one account. */
  readonly account?: string | undefined;
  /** The token must have all of these scopes. */
  readonly scopes?: readonly string[] | undefined;
  /** The token must be valid for at least this many more seconds. */
  readonly min_valid?: number | undefined;
  /** The purpose of the token, shown to the user; at most 120 characters. */
  readonly reason?: string | undefined;
}
export interface Account {
  readonly account: string;
  readonly provider: string;
  readonly user_id: string;
  readonly login: string;
  readonly display_name: string;
  /**
   * The status of the account's first sign-in (docs/socket-protocol.md §5). Tools get a token unless the status is
   * `needs_sign_in` or `revoked`.
   */
  readonly status: string;
  readonly sign_ins: readonly {
    readonly client_id: string;
    readonly scopes: readonly string[];
    readonly status: string;
    readonly condition: string | null;
    /** The user's name for the sign-in; `token` accepts it as `account`. */
    readonly alias: string | null;
    readonly expires_at: number | null;
    readonly validated_at: number | null;
  }[];
}
export interface PairRequest {
  /** At most 40 characters. */
  readonly name: string;
  readonly developer?: string | undefined;
  /** The purpose of the tokens, shown to the user; at most 120 characters. */
  readonly reason?: string | undefined;
  readonly accounts?: readonly string[] | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** The lifetime that the tool prefers; the user chooses. */
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

/** A change that `watch` yields. It contains no token; `token` returns the new one. */
export type Change =
  /** The subscription has begun, so no later change is missed. It comes again after each reconnection. */
  | { readonly type: "connected" }
  /** The connection is lost; the client reconnects by itself. */
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
  /** The user revoked the grant. This is the last change. */
  | { readonly type: "grant.revoked" };
