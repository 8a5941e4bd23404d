/** The tools that may have the token of a sign-in, and the scopes that they do not ask for. */
import type { TokenUsageView } from "../../contract/views/tool.ts";
import { accountKey, type SignInRecord } from "../../core/accounts/records.ts";
import { reaches } from "../../core/accounts/replacement.ts";
import { DAY_MS, dayOf } from "./asked-scopes.ts";
import type { ToolGrant } from "./grant-list.ts";
import type { ToolUsage } from "./usage.ts";

/** A scope that was not asked for in this many days counts as unused. */
const UNUSED_DAYS = 30;
/** Belongs to the sign-in itself and not to what a tool does: no tool asks for it. */
const OF_THE_SIGN_IN = ["openid"];

/** The entries of a sign-in's history that tell when a tool was handed its token. */
export interface HandOut {
  readonly what: string;
  readonly tool?: string;
  readonly atMs: number;
}

export function tokenUsage(
  record: SignInRecord,
  grants: readonly ToolGrant[],
  usage: Pick<ToolUsage, "of" | "asked">,
  handOuts: readonly HandOut[],
  nowMs: number,
): TokenUsageView {
  const { id, scopes } = record;
  const allowed = grants.filter((grant) => reaches(grant, { id, account: accountKey(record) }));
  const lastAtMs = (tool: string): number | undefined =>
    handOuts
      .filter((entry) => entry.what === "handed_out" && entry.tool === tool)
      .reduce<number | undefined>((last, { atMs }) => Math.max(last ?? 0, atMs), undefined);
  const firstDay = dayOf(nowMs) - UNUSED_DAYS;
  const isUsed = (scope: string): boolean =>
    allowed.some((grant) => (usage.asked.of(grant.id, id).get(scope) ?? -1) >= firstDay);
  const sinceMs = Math.max(
    record.createdAtMs,
    ...allowed.map((grant) => knownSinceMs(grant, id, usage, nowMs)),
  );
  return {
    tools: allowed.map((grant) => {
      const last = lastAtMs(grant.id);
      const used = last !== undefined || (usage.of(grant.id)?.signIns.includes(id) ?? false);
      return { id: grant.id, name: grant.name, used, ...(last !== undefined && { lastAtMs: last }) };
    }),
    unused:
      allowed.length === 0 ? [] : scopes.filter((scope) => !OF_THE_SIGN_IN.includes(scope) && !isUsed(scope)),
    ...(dayOf(sinceMs) > firstDay && { sinceMs }),
  };
}

/** Since when all requests of the tool are known. 0: of its whole life, so that it sets no limit. */
function knownSinceMs(
  { id, createdAtMs }: ToolGrant,
  signIn: string,
  { asked }: Pick<ToolUsage, "asked">,
  nowMs: number,
): number {
  const since = asked.sinceDay(id, signIn) ?? dayOf(nowMs);
  if (since <= dayOf(createdAtMs) + 1) return 0; // counting began with the tool; a day more, because midnight may be between
  return Math.min(nowMs, since * DAY_MS + DAY_MS / 2); // noon: the same day in nearly every time zone
}
