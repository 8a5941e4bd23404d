/** A simulated clock: hours pass as fast as the work that falls into them. */
import type { Clock } from "../../core/ports.ts";

export interface SimulatedClock extends Clock {
  /**
   * Lets `ms` pass. Due timers run at their own instants, in order, also timers that are set meanwhile; after each,
   * `rest` waits for the work that the timer began.
   */
  pass(ms: number, rest: () => Promise<void>): Promise<void>;
}

/** The wall clock and the monotonic clock pass together, so that no jump is noticed. */
export function createSimulatedClock(startMs: number): SimulatedClock {
  let now = startMs;
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
  const nextBy = (endMs: number) =>
    [...timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
  return {
    nowMs: () => now,
    monotonicMs: () => now - startMs,
    after(inMs, run) {
      const timer = { atMs: now + inMs, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async pass(ms, rest) {
      const endMs = now + ms;
      await rest();
      for (let next = nextBy(endMs); next !== undefined; next = nextBy(endMs)) {
        timers.delete(next);
        now = Math.max(now, next.atMs);
        next.run();
        await rest();
      }
      now = endMs;
    },
  };
}
