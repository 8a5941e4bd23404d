/**
 * Bounds for numbers from outside: a provider's answer, a file, a clock. A value outside its bounds is
 * unknown (`undefined`), never an error of the whole answer: a good token is not thrown away for a number beside it.
 */

/** Ten years. No provider is known to issue a token that lives longer. */
export const LONGEST_LIFE_SEC = 315_360_000;
/** A provider that names no polling interval, or an absurd one, is polled at this one (RFC 8628 §3.2). */
const DEFAULT_INTERVAL_SEC = 5;
export const LONGEST_INTERVAL_SEC = 300;
/** In practice `Retry-After` is shorter than this. A longer one, as from a faulty proxy, counts as this. */
export const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);

/** Digits as JSON text: some servers put quotes around numbers. More digits than these are no number anyway. */
const DIGITS = /^\s*\d{1,16}(?:\.\d{1,16})?\s*$/;

/** A finite number, or digits in quotes, from `least` to `most`. */
function numberWithin(value: unknown, least: number, most: number): number | undefined {
  const number = typeof value === "string" && DIGITS.test(value) ? Number(value) : value;
  return typeof number === "number" && number >= least && number <= most ? number : undefined;
}

/** A token's lifetime in seconds, 1 to 315,360,000. 0 means that the expiry is unknown (docs/twitch-auth.md §1). */
export const lifeSec = (value: unknown): number | undefined => numberWithin(value, 1, LONGEST_LIFE_SEC);

/** A polling interval in seconds, 1 to 300; 5 when the server sends none within these bounds. */
export const intervalSec = (value: unknown): number =>
  numberWithin(value, 1, LONGEST_INTERVAL_SEC) ?? DEFAULT_INTERVAL_SEC;

/** An instant in whole epoch milliseconds, from the year 2000 to the year 2100. */
export const instantMs = (value: unknown): number | undefined => {
  const ms = typeof value === "number" ? Math.trunc(value) : undefined;
  return numberWithin(ms, EARLIEST_MS, LATEST_MS);
};

/** The expiry, in epoch milliseconds, of a token that was issued at `fromMs` for `sec` seconds. */
export const endMs = (fromMs: number, sec: number): number => fromMs + Math.trunc(sec * 1000);

/** An identifier that should be text: a whole number is accepted, since some servers send ids as numbers. */
export function idText(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : undefined;
}
