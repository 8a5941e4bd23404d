/** Instants, durations and lists as people write them in the language that is shown. */
import { locale, t } from "./t.ts";

const clockForm = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const make = (tag: string) => ({
  clock: new Intl.DateTimeFormat(tag, clockForm),
  weekday: new Intl.DateTimeFormat(tag, { weekday: "short" }),
  day: new Intl.DateTimeFormat(tag, { day: "numeric", month: "short" }),
  longDay: new Intl.DateTimeFormat(tag, { weekday: "long", day: "numeric", month: "long" }),
  date: new Intl.DateTimeFormat(tag, { day: "numeric", month: "short", year: "numeric" }),
  moment: new Intl.DateTimeFormat(tag, { day: "numeric", month: "short", year: "numeric", ...clockForm }),
  relative: new Intl.RelativeTimeFormat(tag, { numeric: "auto", style: "short" }),
  list: new Intl.ListFormat(tag),
  number: new Intl.NumberFormat(tag),
  names: new Intl.Collator(tag, { numeric: true }),
});
/** Formatters are made once for each language: making one costs more than using it. */
const made = new Map<string, ReturnType<typeof make>>();
function form(): ReturnType<typeof make> {
  const tag = locale();
  const known = made.get(tag) ?? make(tag);
  made.set(tag, known);
  return known;
}

const DAY_MS = 86_400_000;
/** Stands for an instant or a duration that is not valid, so that no value breaks a screen. */
const UNKNOWN = "–";
/** Beyond this, no calendar has a day (ECMAScript's time range). */
const isInstant = (ms: number): boolean => Math.abs(ms) <= 8.64e15;
/** A formatter of instants that never throws. */
const instants =
  <Rest extends readonly unknown[]>(format: (atMs: number, ...rest: Rest) => string) =>
  (atMs: number, ...rest: Rest): string =>
    isInstant(atMs) ? format(atMs, ...rest) : UNKNOWN;
const startOfDay = (atMs: number): number => new Date(atMs).setHours(0, 0, 0, 0);
const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

/** "14:10", "Tue 18:20" within six days, else "19 Nov". */
export const timeOf = instants((atMs, nowMs: number): string => {
  const { clock, weekday, day } = form();
  if (sameDay(atMs, nowMs)) return clock.format(atMs);
  return Math.abs(atMs - nowMs) < 6 * DAY_MS
    ? `${weekday.format(atMs)} ${clock.format(atMs)}`
    : day.format(atMs);
});
/** "14:10", on any day. */
export const clockOf = instants((atMs): string => form().clock.format(atMs));
/** For programs (HTML's `datetime`). */
export const isoOf = instants((atMs): string => new Date(atMs).toISOString());
/** "Today", "Yesterday", else "Tuesday 19 November". */
export const dayOf = instants((atMs, nowMs: number): string => {
  const { relative, longDay } = form();
  const days = Math.round((startOfDay(atMs) - startOfDay(nowMs)) / DAY_MS);
  const name = days > -2 ? relative.format(days, "day") : longDay.format(atMs);
  return name.charAt(0).toUpperCase() + name.slice(1);
});
export const dateOf = instants((atMs): string => form().date.format(atMs));
/** "19 Nov 2026, 14:10". */
export const momentOf = instants((atMs): string => form().moment.format(atMs));

/** "12 min ago", "in 48 min". Less than a minute is "just now". */
export const whenOf = instants((atMs, nowMs: number): string => {
  const { relative } = form();
  const minutes = Math.round((atMs - nowMs) / 60_000);
  if (minutes === 0) return t("format.justNow");
  if (Math.abs(minutes) < 60) return relative.format(minutes, "minute").replace(/mins?\.?/, "min");
  const hours = Math.round(minutes / 60);
  if (Math.abs(hours) < 24) return relative.format(hours, "hour").replace(/hrs?\.?/, "h");
  return relative.format(Math.round(hours / 24), "day");
});
/** As `whenOf`, for an instant in the future. */
export const whenNext = (atMs: number, nowMs: number): string =>
  atMs - nowMs < 30_000 ? t("format.soon") : whenOf(atMs, nowMs);

/** Less time than this is shown to the second: a token that renews itself has been renewed by then. */
export const COUNTS_MS = 900_000;
const two = (n: number): string => String(n).padStart(2, "0");
/** "3:27:41", or "41 d 06 h" from two days on. */
export const countdown = instants((leftMs): string => {
  const seconds = Math.max(0, Math.floor(leftMs / 1000));
  const days = Math.floor(seconds / 86_400);
  if (days >= 2)
    return t("format.daysHours", { days: String(days), hours: two(Math.floor((seconds % 86_400) / 3600)) });
  return `${String(Math.floor(seconds / 3600))}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
});
/** As `countdown`, but "3 h 27 min" or "27 min" while more than `COUNTS_MS` is left: for lists that are skimmed (ADR 0016). */
export const timeLeft = instants((leftMs): string => {
  const minutes = Math.floor(leftMs / 60_000);
  if (leftMs < COUNTS_MS || leftMs >= 2 * DAY_MS) return countdown(leftMs);
  if (minutes < 60) return t("format.minutes", { count: minutes });
  return t("format.hoursMinutes", { hours: String(Math.floor(minutes / 60)), minutes: two(minutes % 60) });
});
/** "4 h", "60 days": the rounded length of a token's whole life. */
export const lifeOf = instants((ms): string => {
  const hours = ms / 3_600_000;
  if (hours < 1) return t("format.minutes", { count: Math.max(1, Math.round(ms / 60_000)) });
  return hours < 48
    ? t("format.hours", { count: Math.round(hours) })
    : t("format.days", { count: Math.round(hours / 24) });
});
/** "10,000": for a number that stands alone; inside a sentence `t` formats it. */
export const numberOf = (count: number): string => form().number.format(count);
/** "2 sign-ins and 1 client registration". */
export const listOf = (items: readonly string[]): string => form().list.format(items);
/** Compares names in the order of the language. */
export const byName = (a: string, b: string): number => form().names.compare(a, b);
/** Shortens an identifier to its two ends. */
export const shorten = (id: string): string => (id.length <= 18 ? id : `${id.slice(0, 5)}…${id.slice(-5)}`);
