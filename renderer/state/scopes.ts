import type { ScopeView } from "../../contract/scopes.ts";
import type { Snapshot } from "../../contract/views/snapshot.ts";

/** The views of scopes, in the order of their names; an unknown scope has its name alone. */
export const described = (
  names: readonly string[],
  { scopes }: Pick<Snapshot, "scopes">,
): readonly ScopeView[] =>
  names.map((name) => scopes.find((scope) => scope.name === name) ?? { name, access: "other" });
