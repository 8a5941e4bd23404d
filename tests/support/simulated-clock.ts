/** A clock in a test's hands: hours go by as fast as what they bring about can be done. */
import type { Clock } from "../../core/ports.ts";

export interface SimulatedClock extends Clock {
  /**
   * Lets `ms` go by. Timers that come due run at their own instants, in order, also those that are set meanwhile; after
   * each, `rest` waits until the world has done what it began.
   */
  pass(ms: number, rest: () => Promise<void>): Promise<void>;
}

/** Both its clocks go together, so that no jump is seen. */
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
