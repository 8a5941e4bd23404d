/** Limits how often each key (a grant, say) may do something that costs. */
export interface RateLimit {
  /** Returns 0 if the action may run now, and counts it; else the whole seconds to wait, and does not count it. */
  take(key: string): number;
}

/** `times` within each `everySec`, for each key. `monotonicMs` is a clock that never jumps. */
export function createRateLimit(times: number, everySec: number, monotonicMs: () => number): RateLimit {
  const windows = new Map<string, { left: number; readonly endsMs: number }>();
  return {
    take(key) {
      const now = monotonicMs();
      // The map keeps its order, so the windows that end first come first: the ended ones are dropped here.
      for (const [name, { endsMs }] of windows) {
        if (endsMs > now) break;
        windows.delete(name);
      }
      const window = windows.get(key) ?? { left: times, endsMs: now + everySec * 1000 };
      if (window.left === 0) return Math.ceil((window.endsMs - now) / 1000);
      window.left -= 1;
      windows.set(key, window);
      return 0;
    },
  };
}
