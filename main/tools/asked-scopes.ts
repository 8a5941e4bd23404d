/**
 * Which scopes each tool asked for, and on which day last: this shows the scopes of a token that nobody needs. The file
 * holds random ids of tools and sign-ins, names of scopes and days, and no name of a person, so it needs no seal. Where it
 * is lost, counting begins again, and the window says since when.
 */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import type { Clock, Log } from "../../core/ports.ts";
import { count } from "../../core/stored-numbers.ts";
import type { Use } from "../socket/types.ts";
import { createLateWrites } from "./late-writes.ts";

export const DAY_MS = 86_400_000;
/** A file is written once a minute at most: a scope counts once a day. */
const WRITE_EVERY_MS = 60_000;
/** Longer than the 30 days that the window speaks of, so that a day at their edge is still known. */
const KEPT_DAYS = 40;

/** Days since the epoch, in UTC. By grant: the day that counting began, and by sign-in the last day of each scope. */
const shape = v.record(
  v.string(),
  v.object({ sinceDay: count, signIns: v.record(v.string(), v.record(v.string(), count)) }),
);

interface Asked {
  readonly sinceDay: number;
  readonly signIns: Map<string, Map<string, number>>;
}

export interface AskedScopes {
  /** Reads the file. Never rejects: without a readable file, counting begins now. */
  load(): Promise<void>;
  /** Begins to count for the grants that it does not know yet. */
  begin(grants: Iterable<string>): void;
  note(uses: readonly Use[]): void;
  /** The day that counting began for the tool and this sign-in; undefined: it has not begun. */
  sinceDay(grant: string, signIn: string): number | undefined;
  /** The last day of each scope that the tool asked for with a token of this sign-in. */
  of(grant: string, signIn: string): ReadonlyMap<string, number>;
  forget(grant: string): void;
  /** Forgets the sign-ins for which this is true. */
  forgetSignIns(isGone: (signIn: string) => boolean): void;
  /** Forgets all grants but these. */
  keepOnly(grants: ReadonlySet<string>): void;
  /** Writes what is still in memory. Never rejects. */
  flush(): Promise<void>;
}

/** Days since the epoch, in UTC. */
export const dayOf = (atMs: number): number => Math.floor(atMs / DAY_MS);

type Plain = v.InferOutput<typeof shape>;
const toPlain = (byGrant: ReadonlyMap<string, Asked>): Plain =>
  Object.fromEntries(
    [...byGrant].map(([grant, { sinceDay, signIns }]) => [
      grant,
      {
        sinceDay,
        signIns: Object.fromEntries([...signIns].map(([signIn, days]) => [signIn, Object.fromEntries(days)])),
      },
    ]),
  );
const fromPlain = (plain: Plain): Map<string, Asked> =>
  new Map(
    Object.entries(plain).map(([grant, { sinceDay, signIns }]) => [
      grant,
      {
        sinceDay,
        signIns: new Map(
          Object.entries(signIns).map(([signIn, days]) => [signIn, new Map(Object.entries(days))]),
        ),
      },
    ]),
  );

/** Drops days that are too long ago, and days of a clock that was ahead. Returns whether there were any. */
function dropOld(byGrant: ReadonlyMap<string, Asked>, today: number): boolean {
  const isKept = (day: number): boolean => day > today - KEPT_DAYS && day <= today + 1;
  let dropped = false;
  for (const { signIns } of byGrant.values())
    for (const [signIn, scopes] of signIns) {
      for (const [scope, day] of [...scopes]) if (!isKept(day)) dropped = scopes.delete(scope);
      if (scopes.size === 0) signIns.delete(signIn);
    }
  return dropped;
}

export function createAskedScopes(file: string, clock: Clock, log: Log): AskedScopes {
  let byGrant = new Map<string, Asked>();
  /** The days on which sign-ins were forgotten: a removal that is undone begins to count anew. */
  const forgotten = new Map<string, number>();
  const today = (): number => dayOf(clock.nowMs());
  const writes = createLateWrites({
    ...{ file, clock, log },
    everyMs: WRITE_EVERY_MS,
    event: "asked_scopes.not_written",
    text: () => JSON.stringify(toPlain(byGrant)),
  });

  function dropOldDaily(): void {
    if (dropOld(byGrant, today())) writes.soon();
    clock.after(DAY_MS, dropOldDaily);
  }
  function entryOf(grant: string): Asked {
    const known = byGrant.get(grant);
    if (known !== undefined) return known;
    const begun: Asked = { sinceDay: today(), signIns: new Map() };
    byGrant.set(grant, begun);
    writes.soon();
    return begun;
  }
  function forgetSignIns(isGone: (signIn: string) => boolean): void {
    for (const { signIns } of byGrant.values())
      for (const signIn of [...signIns.keys()].filter(isGone)) {
        signIns.delete(signIn);
        forgotten.set(signIn, today());
        writes.soon();
      }
  }
  const forget = (grant: string): void => {
    if (byGrant.delete(grant)) writes.soon();
  };

  return {
    forget,
    flush: () => writes.flush(),
    async load() {
      try {
        const read = v.safeParse(shape, JSON.parse(await readFile(file, "utf8")));
        if (read.success) byGrant = fromPlain(read.output);
      } catch {
        // no file yet, or one that a power cut tore
      }
      dropOldDaily();
    },
    begin(grants) {
      for (const grant of grants) entryOf(grant);
    },
    note(uses) {
      for (const { grant, signIn, scopes = [], lastAtMs } of uses) {
        if (signIn === undefined || scopes.length === 0) continue;
        const { signIns } = entryOf(grant);
        const days = signIns.get(signIn) ?? new Map<string, number>();
        signIns.set(signIn, days);
        for (const scope of scopes) {
          if (days.get(scope) === dayOf(lastAtMs)) continue;
          days.set(scope, dayOf(lastAtMs));
          writes.soon();
        }
      }
    },
    sinceDay(grant, signIn) {
      const since = byGrant.get(grant)?.sinceDay;
      return since === undefined ? undefined : Math.max(since, forgotten.get(signIn) ?? 0);
    },
    of: (grant, signIn) => byGrant.get(grant)?.signIns.get(signIn) ?? new Map<string, number>(),
    forgetSignIns,
    keepOnly(grants) {
      for (const grant of [...byGrant.keys()]) if (!grants.has(grant)) forget(grant);
    },
  };
}
