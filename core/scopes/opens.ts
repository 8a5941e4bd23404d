/**
 * The endpoints of Twitch's API and the EventSub types that a scope gives access to. docs/providers.md names the
 * sources of the data, which is as large as all other rules together, so this module is loaded on demand.
 */
import type { OpensView } from "../../contract/scopes.ts";
import data from "./endpoints.json" with { type: "json" };

/** Alternative sets of scopes: all scopes of one set are needed. */
type Sets = readonly (readonly string[])[];

/** The scopes that are missing for the cheapest set with `scope`; undefined when no set contains it. */
function missingWith(sets: Sets, scope: string, held: ReadonlySet<string>): readonly string[] | undefined {
  return sets
    .filter((set) => set.includes(scope))
    .map((set) => set.filter((name) => !held.has(name)))
    .sort((a, b) => a.length - b.length)[0];
}

/**
 * The endpoints and events of each scope that has any, in the order of the data, with the scopes that they also
 * require.
 */
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
