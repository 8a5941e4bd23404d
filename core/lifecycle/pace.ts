/** Spreads requests over time: a few at once, then one every so often, whatever made them all due together. */

import { VALIDATE_EVERY_MS } from "./schedule.ts";

/** A handful of accounts does not wait. */
const BURST = 20;
/** Providers were seen to refuse after some hundred validations in quick succession (TA §11). */
const CHECK_AT_MOST_EVERY_MS = 1_000;
/** Ten thousand checks take the whole hour; more take longer than that and are as evenly spread. */
const CHECK_AT_LEAST_EVERY_MS = 360;
/** The pace of checks: slow, and no slower than it takes to come round within the hour. */
export const checkEveryMs = (signIns: number): number =>
  Math.min(
    CHECK_AT_MOST_EVERY_MS,
    Math.max(CHECK_AT_LEAST_EVERY_MS, VALIDATE_EVERY_MS / Math.max(1, signIns)),
  );
/** What the person asks for goes faster, and not as fast as it could. */
export const ASKED_EVERY_MS = 200;
/** Ten thousand refreshes fit into the margin that they are begun ahead by. */
export const RENEW_EVERY_MS = 90;

export interface Pace {
  /** 0: go ahead, it is counted. Otherwise the wait until the next one may go. */
  take(nowMs: number): number;
}

/** A token bucket over a clock that does not jump. */
export function createPace(interval: () => number): Pace {
  let left = BURST;
  let filledAtMs: number | undefined;
  return {
    take(nowMs) {
      const everyMs = interval();
      left = Math.min(BURST, left + (nowMs - (filledAtMs ?? nowMs)) / everyMs);
      filledAtMs = nowMs;
      if (left < 1) return Math.ceil((1 - left) * everyMs);
      left -= 1;
      return 0;
    },
  };
}
