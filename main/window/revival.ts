/** Decides whether a window that crashed is loaded again. Without a limit, a window that crashes on load is loaded for ever. */

/** Crashes within this time count together. */
const WITHIN_MS = 60_000;
/** The wait before each new load; after the last one the window is not loaded again. */
const WAITS_MS = [0, 1_000, 3_000] as const;

interface Revival {
  /** Notes a crash. Returns the wait before the next load in milliseconds; undefined: the window is not loaded again. */
  died(): number | undefined;
  /** The user asks for the window again: earlier crashes no longer count. */
  forgive(): void;
}

/** `nowMs`: a monotonic clock. */
export function createRevival(nowMs: () => number): Revival {
  let crashesAtMs: number[] = [];
  return {
    died() {
      const atMs = nowMs();
      crashesAtMs = [...crashesAtMs.filter((before) => atMs - before < WITHIN_MS), atMs];
      return WAITS_MS[crashesAtMs.length - 1];
    },
    forgive() {
      crashesAtMs = [];
    },
  };
}
