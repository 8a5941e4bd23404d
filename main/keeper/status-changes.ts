/** Reports sign-ins whose status changes by the passing of time alone, for example when the token ends. */
import type { SignInRecord } from "../../core/accounts/records.ts";
import type { Clock } from "../../core/ports.ts";
import { createAgenda } from "./agenda.ts";
import type { Changed, Watches } from "./watches.ts";

export interface StatusChanges {
  add(record: SignInRecord): void;
  clear(): void;
  /** Reports every status that has changed by now; returns the milliseconds until the next change. */
  tell(): number;
}

export function createStatusChanges(
  watches: Watches,
  clock: Clock,
  dueAtMs: (record: SignInRecord) => number,
  changed: Changed,
): StatusChanges {
  const agenda = createAgenda();
  const add = (record: SignInRecord): void => agenda.add(record.id, dueAtMs(record));
  return {
    add,
    clear: () => agenda.clear(),
    tell() {
      const now = clock.nowMs();
      for (let next = agenda.first(); next !== undefined; next = agenda.first()) {
        if (next.atMs > now) return next.atMs - now;
        agenda.drop();
        const record = watches.current(next.id);
        if (record === undefined) continue;
        changed(next.id);
        add(record);
      }
      return Infinity;
    },
  };
}
