/** The states of a sign-in that window, tray and tools show. `core/accounts/status.ts` decides them. */

/** `expiring`: the token ends soon and will be refreshed. `ends_soon`: the token ends soon and cannot be refreshed. */
export type SignInStatus =
  | "signed_in"
  | "expiring"
  | "refreshing"
  | "reminting"
  | "refresh_ambiguous"
  | "needs_sign_in"
  | "config_error"
  | "ends_soon"
  | "revoked";

/** A temporary problem, beside the state and independent of it. */
export type Condition = "unreachable" | "offline" | "storage_failing" | "record_changed";
