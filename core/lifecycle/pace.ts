/** Spreads requests over time: a few at once, then one every so often, whatever made them all due together. */
import type { SignInRecord } from "../accounts/records.ts";
import { REFRESH_MARGIN_MS, VALIDATE_EVERY_MS } from "./schedule.ts";

/** A handful of accounts does not wait. */
const BURST = 20;
/** A check that nobody waits for. */
const CHECK_AT_MOST_EVERY_MS = 1_000;
/** Ten thousand checks take the whole hour; more take longer than that and are as evenly spread. */
const CHECK_AT_LEAST_EVERY_MS = 360;
/** The pace of hourly checks: slow, and no slower than it takes to come round within the hour. */
export const checkEveryMs = (signIns: number): number =>
  Math.min(
    CHECK_AT_MOST_EVERY_MS,
    Math.max(CHECK_AT_LEAST_EVERY_MS, VALIDATE_EVERY_MS / Math.max(1, signIns)),
  );

/**
 * A provider was seen to refuse after about 120 quick requests (TA §11). With `BURST` and `URGENT_RESERVE`, this makes
 * 80 in ten seconds at most.
 */
const REQUEST_AT_MOST_EVERY_MS = 250;
/** Room beside the refreshes, for the hourly checks. */
const HEADROOM = 1.3;
/** Requests that somebody waits for may go ahead of the bucket by so many. */
export const URGENT_RESERVE = 20;
/** Requests that refreshing all sign-ins at this origin once takes: a one-time token is preceded by a probe. */
export const requestsToRefresh = (signIns: readonly SignInRecord[], origin: string): number =>
  signIns.reduce(
    (sum, { pinned, refreshReuse }) =>
      pinned.token === origin || pinned.validation === origin
        ? sum + (refreshReuse === "one_time" ? 2 : 1)
        : sum,
    0,
  );

/**
 * The pace of all requests to one host. `requests`: what it takes to refresh every sign-in there once, which has to fit
 * into the margin that refreshes begin ahead by: with thousands of sign-ins the pace is faster.
 */
export const requestEveryMs = (requests: number): number =>
  Math.min(REQUEST_AT_MOST_EVERY_MS, REFRESH_MARGIN_MS / (HEADROOM * Math.max(1, requests)));

export interface Pace {
  /**
   * 0: go ahead, it is counted. Otherwise the wait in milliseconds until the next one may go. `ahead`: how many may go
   * before their time; those that follow wait for as much longer. `count`: how many go together.
   */
  take(nowMs: number, ahead?: number, count?: number): number;
}

/** A token bucket over a clock that does not jump. */
export function createPace(interval: () => number): Pace {
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
