/** How often something that costs may be done, for each who does it. */
export interface Pace {
  /** 0: it may be done now, and that was once. Otherwise the whole seconds to wait, and it does not count. */
  take(who: string): number;
}

/** `times` within `everySec`; `nowMs` is a clock that nobody sets. */
export function createPace(times: number, everySec: number, nowMs = () => performance.now()): Pace {
  const taken = new Map<string, { left: number; readonly untilMs: number }>();
  return {
    take(who) {
      const now = nowMs();
      // The oldest stand first: those whose time is over are forgotten as new ones come.
      for (const [name, { untilMs }] of taken) {
        if (untilMs > now) break;
        taken.delete(name);
      }
      const entry = taken.get(who) ?? { left: times, untilMs: now + everySec * 1000 };
      if (entry.left === 0) return Math.ceil((entry.untilMs - now) / 1000);
      entry.left -= 1;
      taken.set(who, entry);
      return 0;
    },
  };
}
