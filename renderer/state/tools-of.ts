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

/** The tools that may use this sign-in, in the order of their names. */
export const toolsFor = ({ account, id }: SignInView, reach: readonly ToolReach[]): readonly ToolView[] =>
  reach
    .filter(({ accounts, signIns }) => (accounts?.has(account) ?? true) && (signIns?.has(id) ?? true))
    .map(({ tool }) => tool);
