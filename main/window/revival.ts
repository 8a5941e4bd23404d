/** How often a window that died is loaded again: without a limit, one that dies each time would be loaded for ever. */
const WITHIN_MS = 60_000;
/** Before each time; after the last one it is left as it is. */
const WAITS_MS = [0, 1_000, 3_000] as const;

interface Revival {
  /** The window died: how long to wait before it is loaded again; undefined: it is not loaded again. */
  died(): number | undefined;
  /** The person asks for it again. */
  forgive(): void;
}

/** `nowMs`: of a clock that does not jump. */
export function createRevival(nowMs: () => number): Revival {
  let deathsAtMs: number[] = [];
  return {
    died() {
      const atMs = nowMs();
      deathsAtMs = [...deathsAtMs.filter((before) => atMs - before < WITHIN_MS), atMs];
      return WAITS_MS[deathsAtMs.length - 1];
    },
    forgive() {
      deathsAtMs = [];
    },
  };
}
