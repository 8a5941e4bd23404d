/**
 * What a scope opens: endpoints of Twitch's API and EventSub types, from data with its sources in docs/providers.md.
 * Loaded when it is asked for: it is as large as all the rest of the rules.
 */
import type { OpensView } from "../../contract/scopes.ts";
import data from "./endpoints.json" with { type: "json" };

/** One of these sets is enough; of a set all are needed. */
type Sets = readonly (readonly string[])[];

/** The set with `scope` that asks for least beyond what is held; undefined: the scope is no part of it. */
function missingWith(sets: Sets, scope: string, held: ReadonlySet<string>): readonly string[] | undefined {
  return sets
    .filter((set) => set.includes(scope))
    .map((set) => set.filter((name) => !held.has(name)))
    .sort((a, b) => a.length - b.length)[0];
}

/** For each of `scopes` that opens anything: what, and which scopes would be needed beside it. Order as in the data. */
export function opensOf(scopes: readonly string[]): readonly OpensView[] {
  const held = new Set(scopes);
  return scopes
    .map((scope) => ({
      scope,
      endpoints: data.helix.flatMap(({ name, method, path, scopes: sets }) => {
        const missing = missingWith(sets, scope, held);
        return missing === undefined ? [] : [{ name, method, path, missing }];
      }),
      events: data.eventsub.flatMap(({ name, version, scopes: sets }) => {
        const missing = missingWith(sets, scope, held);
        return missing === undefined ? [] : [{ name, version, missing }];
      }),
    }))
    .filter(({ endpoints, events }) => endpoints.length + events.length > 0);
}
