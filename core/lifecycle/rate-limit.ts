/** How often the keeper sends requests: intervals for checks and hosts, and the token bucket that holds to them. */
import type { SignInRecord } from "../accounts/records.ts";
import { REFRESH_MARGIN_MS, VALIDATE_EVERY_MS } from "./schedule.ts";

/** A full bucket: the first requests of a handful of accounts do not wait. */
const BURST = 20;
/** The slowest rate of background checks. */
const CHECK_AT_MOST_EVERY_MS = 1_000;
/** The fastest rate of background checks: ten thousand of them fill the hour, and more take longer than an hour. */
const CHECK_AT_LEAST_EVERY_MS = 360;
/** Milliseconds between two hourly checks: slow, but fast enough to check every sign-in within the hour. */
export const checkEveryMs = (signIns: number): number =>
  Math.min(
    CHECK_AT_MOST_EVERY_MS,
    Math.max(CHECK_AT_LEAST_EVERY_MS, VALIDATE_EVERY_MS / Math.max(1, signIns)),
  );

/**
 * A provider was seen to refuse after about 120 quick requests (docs/twitch-auth.md §11). With `BURST` and
 * `URGENT_RESERVE`, this rate allows at most 80 requests in ten seconds.
 */
const REQUEST_AT_MOST_EVERY_MS = 250;
/** The share of requests beside the refreshes that leaves room for the hourly checks. */
const HEADROOM = 1.3;
/** The number of requests that a user or a tool waits for and that may leave although the bucket is empty. */
export const URGENT_RESERVE = 20;
/** The number of requests that refresh every sign-in at this origin once: a one-time token needs a probe as well. */
export const requestsToRefresh = (signIns: readonly SignInRecord[], origin: string): number =>
  signIns.reduce(
    (sum, { pinned, refreshReuse }) =>
      pinned.token === origin || pinned.validation === origin
        ? sum + (refreshReuse === "one_time" ? 2 : 1)
        : sum,
    0,
  );

/**
 * Milliseconds between two requests to one host. `requests`: as `requestsToRefresh` counts them. They have to fit into
 * the margin before the tokens expire, so thousands of sign-ins get a faster rate.
 */
export const requestEveryMs = (requests: number): number =>
  Math.min(REQUEST_AT_MOST_EVERY_MS, REFRESH_MARGIN_MS / (HEADROOM * Math.max(1, requests)));

export interface TokenBucket {
  /**
   * Takes `count` requests (1 by default) out of the bucket and returns 0, or takes nothing and returns the wait in
   * milliseconds. `ahead`: by how many requests the bucket may be overdrawn; later requests wait longer for it.
   */
  take(nowMs: number, ahead?: number, count?: number): number;
}

/** A token bucket. `interval`: milliseconds per request; `nowMs` of `take` comes from a clock that does not jump. */
export function createTokenBucket(interval: () => number): TokenBucket {
  let left = BURST;
  let filledAtMs: number | undefined;
  return {
    take(nowMs, ahead = 0, count = 1) {
      const everyMs = interval();
      left = Math.min(BURST, left + (nowMs - (filledAtMs ?? nowMs)) / everyMs);
      filledAtMs = nowMs;
      if (left + ahead < count) return Math.ceil((count - left - ahead) * everyMs);
      left -= count;
      return 0;
    },
  };
}
