/** When the keeper acts on its own. Pure: instants in, instants out. */
import type { SignInRecord, TombstoneRecord } from "../accounts/records.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Twitch asks for a validation at start and every hour (TA §11). */
export const VALIDATE_EVERY_MS = HOUR_MS;
/**
 * When a token is asked about again, after it was: within the hour, but not all at the same minute of it (`chance` in
 * 0…1), whatever made them begin together.
 */
export const nextValidationMs = (chance: number): number => VALIDATE_EVERY_MS * (0.75 + chance / 4);
/** Refresh this long before expiry, so that no tool gets a token with seconds left. */
export const REFRESH_MARGIN_MS = 15 * MINUTE_MS;
/** A token that cannot renew itself is pointed out this long before its end. */
export const ENDS_SOON_MS = 3 * DAY_MS;
/** A refresh token that lies idle for thirty days ends (TA §10), so it is used before. */
const KEEP_ALIVE_MS = 24 * DAY_MS;
export const IDLE_LIMIT_MS = 30 * DAY_MS;
/** From this day on a closed vault says that it has to be opened. */
export const IDLE_WARN_MS = 25 * DAY_MS;
/** A wall clock that moves by more than this against the monotonic one was set, or the machine slept. */
export const CLOCK_JUMP_MS = 30_000;

/** A server may ask for more; it is not waited for longer than this. */
export const LONGEST_WAIT_MS = HOUR_MS;
/** However short a token's life, it is not renewed more often than this. */
const RENEW_AT_MOST_EVERY_MS = 30_000;
const BACK_OFF_MIN_MS = 5_000;
const BACK_OFF_MAX_MS = 15 * MINUTE_MS;

/**
 * Wait before try number `failures + 1`: doubled each time, spread by ±25 % so that many accounts do not return as one
 * (`chance` in 0…1), and never shorter than the server asked.
 */
export function backOffMs(failures: number, chance: number, retryAfterMs = 0): number {
  const doubled = Math.min(BACK_OFF_MAX_MS, BACK_OFF_MIN_MS * 2 ** Math.min(failures, 20));
  return Math.max(Math.round(doubled * (0.75 + chance / 2)), Math.min(retryAfterMs, LONGEST_WAIT_MS));
}

/** An app token has nothing to spend: the client gets another one for the asking (TA §7). */
export const isAppToken = ({ flow }: Pick<SignInRecord, "flow">): boolean => flow === "client_credentials";

/** Whether a new token can be had without the person. */
export const renews = (record: SignInRecord): boolean =>
  record.refresh_token !== undefined || isAppToken(record);

/** States in which it is renewed ahead and on demand. `config_error` waits for the person, or for `retriesClientAtMs`. */
export const mayRefresh = (record: SignInRecord): boolean =>
  renews(record) && (record.state.name === "signed_in" || record.state.name === "refreshing");

/** A client error in the provider's own words is tried again this much later, and never sooner on a tool's demand. */
const CLIENT_ERROR_WAIT_MS = HOUR_MS;

/**
 * When a refresh that the provider refused for its client is tried again: a secret may have been rotated back, or an
 * outage have been told as a client error. Undefined: not on its own.
 */
export function retriesClientAtMs(record: SignInRecord, nowMs: number): number | undefined {
  const { state } = record;
  if (state.name !== "config_error" || state.why === "client_missing" || !renews(record)) return undefined;
  const triedAtMs = state.triedAtMs ?? state.sinceMs;
  // An instant in the future was written under a clock that was wrong.
  return triedAtMs > nowMs ? nowMs : triedAtMs + CLIENT_ERROR_WAIT_MS;
}

/**
 * When the token is refreshed ahead; undefined: never on its own. A short-lived token gets a quarter of its life, and a
 * refresh token that would lie idle is used in time.
 */
export function refreshesAtMs(record: SignInRecord): number | undefined {
  if (!mayRefresh(record)) return undefined;
  const { issuedAtMs, expiresAtMs } = record;
  if (record.access_token === undefined) return issuedAtMs; // the provider ended it
  const keepAliveAtMs = record.refresh_token === undefined ? Infinity : issuedAtMs + KEEP_ALIVE_MS;
  const aheadAtMs =
    expiresAtMs === undefined
      ? Infinity
      : expiresAtMs - Math.min(REFRESH_MARGIN_MS, (expiresAtMs - issuedAtMs) / 4);
  const atMs = Math.min(keepAliveAtMs, aheadAtMs);
  return atMs === Infinity ? undefined : Math.max(atMs, issuedAtMs + RENEW_AT_MOST_EVERY_MS);
}

/** Access tokens of one refresh token that may be valid at once; the provider ends the oldest above fifty (TA §10). */
const ISSUES_AT_MOST = 45;
/** What a token without a known end is taken to live, for this count alone. */
const UNKNOWN_LIFE_MS = 4 * HOUR_MS;

/** The issues that still count, the one of `nowMs` included. */
export function issuesAfter(record: SignInRecord, issuedAtMs: number, expiresAtMs?: number): number[] {
  const lifeMs = expiresAtMs === undefined ? UNKNOWN_LIFE_MS : expiresAtMs - issuedAtMs;
  const counted = (record.recentIssuesAtMs ?? []).filter(
    (atMs) => atMs <= issuedAtMs && issuedAtMs - atMs < lifeMs,
  );
  return [...counted, issuedAtMs].slice(-ISSUES_AT_MOST);
}

/** When the next token may be asked for; in the past unless the budget is used up. */
export function budgetFreeAtMs(record: SignInRecord): number {
  const issues = record.recentIssuesAtMs ?? [];
  const [oldest] = issues;
  if (oldest === undefined || issues.length < ISSUES_AT_MOST) return 0;
  const lifeMs = record.expiresAtMs === undefined ? UNKNOWN_LIFE_MS : record.expiresAtMs - record.issuedAtMs;
  return oldest + lifeMs;
}

/** A removed token whose end is not known is taken to be over by then; no provider that is known lets one live as long. */
const UNKNOWN_TOMBSTONE_LIFE_MS = 90 * DAY_MS;
/** When a removed sign-in's token has ended by itself, so that nobody has to be told any more. */
export const tombstoneEndsAtMs = ({
  expiresAtMs,
  createdAtMs,
}: Pick<TombstoneRecord, "expiresAtMs" | "createdAtMs">): number =>
  expiresAtMs ?? (createdAtMs > 0 ? createdAtMs + UNKNOWN_TOMBSTONE_LIFE_MS : Infinity);

/**
 * A tombstone whose beginning is not known, or was written by a clock that was ahead, would stay for ever or for years:
 * its token's life is counted from now. The record itself when its clock was right.
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
 * A record whose instants lie in the future was written by a clock that was ahead. Its token's life is right all the
 * same, so it is counted from now: the earliest instant that is not too early. The record itself when its clock was right.
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
