/** Which tools may use a sign-in. */
import type { SignInView } from "../../contract/views/account.ts";
import type { ToolView } from "../../contract/views/tool.ts";

/** A tool, with its allowed accounts and sign-ins as sets: a list has thousands of rows. */
export interface ToolReach {
  readonly tool: ToolView;
  readonly accounts: ReadonlySet<string> | undefined;
  readonly signIns: ReadonlySet<string> | undefined;
}

const setOf = (ids: readonly string[] | undefined) => (ids === undefined ? undefined : new Set(ids));
export const reachOf = (tools: readonly ToolView[]): readonly ToolReach[] =>
  tools.map((tool) => ({ tool, accounts: setOf(tool.accounts), signIns: setOf(tool.signIns) }));

/** The lists that were made for a reach, by the ids in them. */
const known = new WeakMap<readonly ToolReach[], Map<string, readonly ToolView[]>>();

/**
 * The tools that may use this sign-in, in the order of their names. Equal lists are one object: a row that shows another
 * sign-in with the same tools draws none of them again.
 */
export function toolsFor({ account, id }: SignInView, reach: readonly ToolReach[]): readonly ToolView[] {
  const tools = reach
    .filter(({ accounts, signIns }) => (accounts?.has(account) ?? true) && (signIns?.has(id) ?? true))
    .map(({ tool }) => tool);
  const key = tools.map((tool) => tool.id).join();
  const lists = known.get(reach) ?? new Map<string, readonly ToolView[]>();
  known.set(reach, lists);
  const before = lists.get(key);
  if (before === undefined) lists.set(key, tools);
  return before ?? tools;
}
