/** Instants and durations as people write them. */
const LOCALE = "en-GB";
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat(LOCALE, { weekday: "short" });
const day = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const date = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto", style: "short" });

const DAY_MS = 86_400_000;
const longDay = new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long" });
const startOfDay = (atMs: number): number => new Date(atMs).setHours(0, 0, 0, 0);
const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

/** "14:10", "Tue 18:20" within six days, else "19 Nov". */
export function timeOf(atMs: number, nowMs: number): string {
  if (sameDay(atMs, nowMs)) return clock.format(atMs);
  return Math.abs(atMs - nowMs) < 6 * DAY_MS
    ? `${weekday.format(atMs)} ${clock.format(atMs)}`
    : day.format(atMs);
}
/** "14:10", whatever the day. */
export const clockOf = (atMs: number): string => clock.format(atMs);
/** "today", "yesterday", else "Tue, 19 Nov". */
export function dayOf(atMs: number, nowMs: number): string {
  const days = Math.round((startOfDay(atMs) - startOfDay(nowMs)) / DAY_MS);
  const name = days > -2 ? relative.format(days, "day") : longDay.format(atMs);
  return name.charAt(0).toUpperCase() + name.slice(1);
}
export const dateOf = (atMs: number): string => date.format(atMs);

/** "12 min ago", "in 48 min". Less than a minute is "now". */
export function whenOf(atMs: number, nowMs: number): string {
  const minutes = Math.round((atMs - nowMs) / 60_000);
  if (minutes === 0) return "just now";
  if (Math.abs(minutes) < 60) return relative.format(minutes, "minute").replace(/mins?\.?/, "min");
  const hours = Math.round(minutes / 60);
  if (Math.abs(hours) < 24) return relative.format(hours, "hour").replace(/hrs?\.?/, "h");
  return relative.format(Math.round(hours / 24), "day");
}
/** As `whenOf`, for what is still to come. */
export const whenNext = (atMs: number, nowMs: number): string =>
  atMs - nowMs < 30_000 ? "in a moment" : whenOf(atMs, nowMs);

const two = (n: number): string => String(n).padStart(2, "0");
/** "3:27:41", or "41 d 06 h" from two days on. */
export function countdown(leftMs: number): string {
  const seconds = Math.max(0, Math.floor(leftMs / 1000));
  const days = Math.floor(seconds / 86_400);
  if (days >= 2) return `${String(days)} d ${two(Math.floor((seconds % 86_400) / 3600))} h`;
  return `${String(Math.floor(seconds / 3600))}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
}
/** "4 h", "60 days": roughly, for what a whole life is. */
export function lifeOf(ms: number): string {
  const hours = ms / 3_600_000;
  if (hours < 1) return `${String(Math.max(1, Math.round(ms / 60_000)))} min`;
  return hours < 48 ? `${String(Math.round(hours))} h` : `${String(Math.round(hours / 24))} days`;
}
/** Client ids and the like: both ends, since the middle tells nobody anything. */
export const shorten = (id: string): string => (id.length <= 18 ? id : `${id.slice(0, 5)}…${id.slice(-5)}`);
