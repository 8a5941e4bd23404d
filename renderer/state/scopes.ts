import type { ScopeView } from "../../contract/scopes.ts";
import type { Snapshot } from "../../contract/views/snapshot.ts";

/** What scopes allow, in their order; one that nobody knows has its name and nothing else. */
export const described = (
  names: readonly string[],
  { scopes }: Pick<Snapshot, "scopes">,
): readonly ScopeView[] =>
  names.map((name) => scopes.find((scope) => scope.name === name) ?? { name, access: "other" });
