/** What tools lose when a stored sign-in is replaced, by the names of the tools. */
import type { LossView } from "../../contract/views/tool.ts";
import { accountKey, type SignInRecord } from "./records.ts";
import { lossesOf, type HeldSignIn, type Holder } from "./replacement.ts";
import { holdsToken } from "./status.ts";

export type NamedHolder = Holder & { readonly name: string };

const heldBy = (record: SignInRecord): HeldSignIn => ({
  id: record.id,
  account: accountKey(record),
  scopes: record.scopes,
});

/** `all`: every sign-in. Those of the same account make up for a loss while they hold a token. */
export function lossesBy(
  tools: readonly NamedHolder[],
  replaced: SignInRecord,
  after: readonly string[],
  all: readonly SignInRecord[],
): readonly LossView[] {
  const key = accountKey(replaced);
  const others = all.filter(
    (record) => record.id !== replaced.id && accountKey(record) === key && holdsToken(record),
  );
  return lossesOf(tools, heldBy(replaced), after, others.map(heldBy)).map(({ holder, scopes, wider }) => ({
    tool: holder.id,
    name: holder.name,
    scopes,
    wider,
  }));
}
