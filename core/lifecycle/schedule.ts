/** The instants at which the keeper acts by itself. Pure; instants are epoch milliseconds. */
import type { SignInRecord, TombstoneRecord } from "../accounts/records.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Twitch asks for a validation at start and every hour (docs/twitch-auth.md §11). */
export const VALIDATE_EVERY_MS = HOUR_MS;
/** The wait until the next validation: at most an hour, spread so that not all follow together (`chance` in 0…1). */
export const nextValidationMs = (chance: number): number => VALIDATE_EVERY_MS * (0.75 + chance / 4);
/** Tokens are refreshed this long before they expire, so that no tool gets a token with seconds left. */
export const REFRESH_MARGIN_MS = 15 * MINUTE_MS;
/** A token that cannot be refreshed is announced this long before it expires. */
export const ENDS_SOON_MS = 3 * DAY_MS;
/** A refresh token is used at least this often, because it expires after `IDLE_LIMIT_MS` without use. */
const KEEP_ALIVE_MS = 24 * DAY_MS;
/** A refresh token that is not used for thirty days expires (docs/twitch-auth.md §10). */
export const IDLE_LIMIT_MS = 30 * DAY_MS;
/** After this time a closed vault asks the user to open it. */
export const IDLE_WARN_MS = 25 * DAY_MS;
/**
 * A larger difference between the wall clock and the monotonic clock means: the clock was set, or the machine slept.
 */
export const CLOCK_JUMP_MS = 30_000;

/** The longest wait for one sign-in, also when a server asks for a longer one. */
export const LONGEST_WAIT_MS = HOUR_MS;
/** The shortest time between two refreshes of one sign-in. */
const RENEW_AT_MOST_EVERY_MS = 30_000;
const BACK_OFF_MIN_MS = 5_000;
const BACK_OFF_MAX_MS = 15 * MINUTE_MS;

/**
 * The wait in milliseconds after `failures` failures: doubled each time, spread by ±25 % so that many sign-ins do not
 * retry together (`chance` in 0…1), and not shorter than the server's `Retry-After`, up to `LONGEST_WAIT_MS`.
 */
export function backOffMs(failures: number, chance: number, retryAfterMs = 0): number {
  const doubled = Math.min(BACK_OFF_MAX_MS, BACK_OFF_MIN_MS * 2 ** Math.min(failures, 20));
  return Math.max(Math.round(doubled * (0.75 + chance / 2)), Math.min(retryAfterMs, LONGEST_WAIT_MS));
}

/** An app token has no refresh token: the client requests another one with its credentials (docs/twitch-auth.md §7). */
export const isAppToken = ({ flow }: Pick<SignInRecord, "flow">): boolean => flow === "client_credentials";

/** Whether the keeper can get a new access token without the user. */
export const renews = (record: SignInRecord): boolean =>
  record.refresh_token !== undefined || isAppToken(record);

/** Whether the state allows a refresh, ahead of expiry or on demand. For `config_error` see `retriesClientAtMs`. */
export const mayRefresh = (record: SignInRecord): boolean =>
  renews(record) && (record.state.name === "signed_in" || record.state.name === "refreshing");

/** The wait after the provider has reported a client error; a tool's request does not shorten it. */
const CLIENT_ERROR_WAIT_MS = HOUR_MS;

/**
 * When a refresh that failed with a client error is tried again: the client's secret may work again, or the provider
 * may have reported an outage as a client error. Undefined: only when the user acts.
 */
export function retriesClientAtMs(record: SignInRecord, nowMs: number): number | undefined {
  const { state } = record;
  if (state.name !== "config_error" || state.why === "client_missing" || !renews(record)) return undefined;
  const triedAtMs = state.triedAtMs ?? state.sinceMs;
  // The clock was wrong when it wrote an instant that lies in the future.
  return triedAtMs > nowMs ? nowMs : triedAtMs + CLIENT_ERROR_WAIT_MS;
}

/**
 * When the token is refreshed ahead of its expiry; undefined: never. For a short-lived token the margin is a quarter of
 * its lifetime. A refresh token that nothing else uses is used before it expires.
 */
export function refreshesAtMs(record: SignInRecord): number | undefined {
  if (!mayRefresh(record)) return undefined;
  const { issuedAtMs, expiresAtMs } = record;
  if (record.access_token === undefined) return issuedAtMs; // the provider rejected it
  const keepAliveAtMs = record.refresh_token === undefined ? Infinity : issuedAtMs + KEEP_ALIVE_MS;
  const aheadAtMs =
    expiresAtMs === undefined
      ? Infinity
      : expiresAtMs - Math.min(REFRESH_MARGIN_MS, (expiresAtMs - issuedAtMs) / 4);
  const atMs = Math.min(keepAliveAtMs, aheadAtMs);
  return atMs === Infinity ? undefined : Math.max(atMs, issuedAtMs + RENEW_AT_MOST_EVERY_MS);
}

/**
 * Valid access tokens per refresh token at one time; above fifty the provider invalidates the oldest
 * (docs/twitch-auth.md §10).
 */
const ISSUES_AT_MOST = 45;
/** The lifetime that this count assumes for a token without a known expiry. */
const UNKNOWN_LIFE_MS = 4 * HOUR_MS;

/** The instants of issue that still count towards the limit, including `issuedAtMs`. */
export function issuesAfter(record: SignInRecord, issuedAtMs: number, expiresAtMs?: number): number[] {
  const lifeMs = expiresAtMs === undefined ? UNKNOWN_LIFE_MS : expiresAtMs - issuedAtMs;
  const counted = (record.recentIssuesAtMs ?? []).filter(
    (atMs) => atMs <= issuedAtMs && issuedAtMs - atMs < lifeMs,
  );
  return [...counted, issuedAtMs].slice(-ISSUES_AT_MOST);
}

/** When the next access token may be requested; an instant in the past unless the limit is reached. */
export function budgetFreeAtMs(record: SignInRecord): number {
  const issues = record.recentIssuesAtMs ?? [];
  const [oldest] = issues;
  if (oldest === undefined || issues.length < ISSUES_AT_MOST) return 0;
  const lifeMs = record.expiresAtMs === undefined ? UNKNOWN_LIFE_MS : record.expiresAtMs - record.issuedAtMs;
  return oldest + lifeMs;
}

/** The lifetime assumed for a removed token without a known expiry; it is longer than that of any known provider. */
const UNKNOWN_TOMBSTONE_LIFE_MS = 90 * DAY_MS;
/** When the token of a removed sign-in expires, so that no revocation is needed any more. */
export const tombstoneEndsAtMs = ({
  expiresAtMs,
  createdAtMs,
}: Pick<TombstoneRecord, "expiresAtMs" | "createdAtMs">): number =>
  expiresAtMs ?? (createdAtMs > 0 ? createdAtMs + UNKNOWN_TOMBSTONE_LIFE_MS : Infinity);

/**
 * Corrects a tombstone without a creation instant, or with one in the future (the clock was ahead): the token's
 * lifetime counts from now, because the tombstone would otherwise stay for years. Returns the same object when nothing
 * is wrong.
 */
export function tombstoneFrom(tombstone: TombstoneRecord, nowMs: number): TombstoneRecord {
  const { createdAtMs, expiresAtMs } = tombstone;
  const aheadMs = createdAtMs - nowMs;
  if (createdAtMs > 0 && aheadMs <= CLOCK_JUMP_MS) return tombstone;
  return {
    ...tombstone,
    createdAtMs: nowMs,
    ...(expiresAtMs !== undefined && createdAtMs > 0 && { expiresAtMs: expiresAtMs - aheadMs }),
  };
}

/**
 * Corrects a record whose instants lie in the future because the clock was ahead: the token's lifetime, which is right,
 * counts from now, the earliest instant that cannot be too early. Returns the same object when nothing is wrong.
 */
export function withoutFutureInstants(record: SignInRecord, nowMs: number): SignInRecord {
  const aheadMs = record.issuedAtMs - nowMs;
  if (aheadMs <= CLOCK_JUMP_MS) return record;
  const { expiresAtMs, state } = record;
  return {
    ...record,
    issuedAtMs: nowMs,
    createdAtMs: Math.min(record.createdAtMs, nowMs),
    ...(expiresAtMs !== undefined && { expiresAtMs: expiresAtMs - aheadMs }),
    ...(record.recentIssuesAtMs !== undefined && {
      recentIssuesAtMs: record.recentIssuesAtMs.map((atMs) => Math.min(atMs, nowMs)),
    }),
    state: "sinceMs" in state ? { ...state, sinceMs: Math.min(state.sinceMs, nowMs) } : state,
  };
}
