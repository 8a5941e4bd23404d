/** What each scope allows, in words. The list is data with its sources in docs/; a scope that is not in it still works. */
import type { ScopeView } from "../../contract/scopes.ts";
import scopes from "./scopes.json" with { type: "json" };

const accessOf = (access: string): ScopeView["access"] =>
  access === "read" || access === "manage" ? access : "other";

const views = new Map<string, ScopeView>(
  scopes.map(({ scope, summary, access }) => [scope, { name: scope, summary, access: accessOf(access) }]),
);

/** Total: an unknown scope has its name and nothing else. */
export const describeScope = (name: string): ScopeView => views.get(name) ?? { name, access: "other" };

/** Every scope that is known, retired ones too. */
export const knownScopes: readonly ScopeView[] = [...views.values()];

/**
 * What can be asked for today, in the order of the list; retired scopes are recognised, not offered (TA §19), and
 * `openid` belongs to the flows that have it.
 */
export const offeredScopes = (): readonly ScopeView[] =>
  scopes
    .filter(({ deprecated, surface }) => !deprecated && surface !== "oidc")
    .map(({ scope }) => describeScope(scope));
