/**
 * Descriptions of the scopes. docs/providers.md names the sources of the data. Scopes without a description work too.
 */
import type { ScopeView } from "../../contract/scopes.ts";
import scopes from "./scopes.json" with { type: "json" };

const accessOf = (access: string): ScopeView["access"] =>
  access === "read" || access === "manage" ? access : "other";

const views = new Map<string, ScopeView>(
  scopes.map(({ scope, summary, access, ...more }) => [
    scope,
    { name: scope, summary, access: accessOf(access), ...("risk" in more && { highRisk: true as const }) },
  ]),
);

/** The view of a scope; the view of an unknown scope has only a name. */
export const describeScope = (name: string): ScopeView => views.get(name) ?? { name, access: "other" };

/** A scope that a tool gets only where the user has ticked it. */
export const isHighRisk = (name: string): boolean => views.get(name)?.highRisk === true;

/** Every known scope, retired ones included. */
export const knownScopes: readonly ScopeView[] = [...views.values()];

/**
 * The scopes that the user can request, in the order of the list. Retired scopes are known and not offered
 * (docs/twitch-auth.md §19); `openid` is added by the flows that use it.
 */
export const offeredScopes = (): readonly ScopeView[] =>
  scopes
    .filter(({ deprecated, surface }) => !deprecated && surface !== "oidc")
    .map(({ scope }) => describeScope(scope));
