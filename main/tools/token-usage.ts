/** The tools that may have the token of a sign-in, the scopes that they do not ask for, and what they would lose. */
import { failed, ok } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import type { TokenUsageView } from "../../contract/views/tool.ts";
import { lossesBy } from "../../core/accounts/losses.ts";
import { accountKey, type SignInRecord } from "../../core/accounts/records.ts";
import { reaches } from "../../core/accounts/replacement.ts";
import { scopesToRequest } from "../../core/oauth/authorization-request.ts";
import { isRedirected } from "../../core/oauth/flows.ts";
import type { Clock } from "../../core/ports.ts";
import type { RecordStore } from "../vault/types.ts";
import { DAY_MS, dayOf } from "./asked-scopes.ts";
import type { GrantList, ToolGrant } from "./grant-list.ts";
import type { Grants } from "./grants.ts";
import type { ToolUsage } from "./usage.ts";

/** A scope that was not asked for in this many days counts as unused. */
const UNUSED_DAYS = 30;
/** Belongs to the sign-in itself and not to what a tool does: no tool asks for it. */
const OF_THE_SIGN_IN = ["openid"];

/** The entries of a sign-in's history that tell when a tool was handed its token. */
interface HandOut {
  readonly what: string;
  readonly tool?: string;
  readonly atMs: number;
}

function tokenUsage(
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

interface Parts {
  readonly records: Pick<RecordStore, "get" | "list">;
  readonly grants: Pick<Grants, "views">;
  readonly grantList: Pick<GrantList, "all">;
  readonly usage: Pick<ToolUsage, "of" | "asked">;
  readonly history: { readonly of: (signIn: string) => Promise<readonly HandOut[]> };
  readonly clock: Pick<Clock, "nowMs">;
}

/** The window's calls about what tools do with a token. */
export const tokenUsageCalls = ({ records, grants, grantList, usage, history, clock }: Parts) =>
  ({
    async "signIns.usage"(id) {
      const handOuts = await history.of(id);
      const record = records.get("sign_in", id);
      if (record === undefined) return failed({ code: "account_unknown" });
      return ok(tokenUsage(record, grantList.all(), usage, handOuts, clock.nowMs()));
    },
    "signIns.losses"({ id, scopes }) {
      const record = records.get("sign_in", id);
      if (record === undefined) return Promise.resolve(failed({ code: "account_unknown" }));
      const { flow } = record;
      const after = flow !== "import" && isRedirected(flow) ? scopesToRequest(flow, scopes) : scopes;
      return Promise.resolve(ok(lossesBy(grants.views(), record, after, records.list("sign_in"))));
    },
  }) satisfies Partial<Handlers>;
