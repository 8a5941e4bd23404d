/** When the keeper acts on its own. Pure: instants in, instants out. */
import type { SignInRecord } from "../accounts/records.ts";

/** Twitch asks for a validation at start and every hour (TA §11). */
export const VALIDATE_EVERY_MS = 60 * 60_000;
/** Refresh this long before expiry, so that no tool gets a token with seconds left. */
export const REFRESH_MARGIN_MS = 15 * 60_000;
/** A token that cannot renew itself is pointed out this long before its end. */
export const ENDS_SOON_MS = 3 * 24 * 60 * 60_000;

const BACK_OFF_MIN_MS = 5_000;
const BACK_OFF_MAX_MS = 15 * 60_000;

/**
 * Wait before try number `failures + 1`: doubled each time, spread by ±25 % so that many accounts do not return as one
 * (`chance` in 0…1), and never shorter than the server asked.
 */
export function backOffMs(failures: number, chance: number, retryAfterMs = 0): number {
  const doubled = Math.min(BACK_OFF_MAX_MS, BACK_OFF_MIN_MS * 2 ** Math.min(failures, 20));
  return Math.max(Math.round(doubled * (0.75 + chance / 2)), Math.min(retryAfterMs, 60 * 60_000));
}

/** States in which the refresh token may be spent. `config_error` waits for the person. */
export const mayRefresh = (record: SignInRecord): boolean =>
  record.refresh_token !== undefined &&
  (record.state.name === "signed_in" || record.state.name === "refreshing");

/** When the token is refreshed ahead; undefined: never on its own. A short-lived token gets a quarter of its life. */
export function refreshesAtMs(record: SignInRecord): number | undefined {
  if (!mayRefresh(record) || record.expiresAtMs === undefined) return undefined;
  const life = record.expiresAtMs - record.issuedAtMs;
  return record.expiresAtMs - Math.min(REFRESH_MARGIN_MS, life / 4);
}

/** States whose access token still counts: it is validated and handed out until it ends. */
export const holdsToken = (record: SignInRecord): boolean =>
  record.access_token !== undefined &&
  record.state.name !== "revoked" &&
  record.state.name !== "needs_sign_in";
