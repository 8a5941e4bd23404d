/** The states of a sign-in, as the window, the tray and the tools are told them. `core/accounts/status.ts` decides them. */

/** States of a sign-in (design: the keeper). `expiring` renews by itself; `ends_soon` cannot. */
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

/** What lies over a state for a while and changes nothing below. */
export type Condition = "unreachable" | "offline" | "storage_failing" | "record_changed";
