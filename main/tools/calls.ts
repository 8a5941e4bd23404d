/** The window's calls about tools: pairing, connection lines, removal, what they use and what they would lose. */
import { failed, ok } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import { lossesBy } from "../../core/accounts/losses.ts";
import { scopesToRequest } from "../../core/oauth/authorization-request.ts";
import { isRedirected } from "../../core/oauth/flows.ts";
import type { Clock } from "../../core/ports.ts";
import type { Undo } from "../vault/undo.ts";
import type { RecordStore } from "../vault/types.ts";
import type { GrantList } from "./grant-list.ts";
import type { Grants } from "./grants.ts";
import type { Pairing } from "./pairing.ts";
import { tokenUsage, type HandOut } from "./token-usage.ts";
import type { ToolUsage } from "./usage.ts";

interface Parts {
  readonly records: RecordStore;
  readonly grants: Grants;
  readonly grantList: Pick<GrantList, "all">;
  readonly usage: Pick<ToolUsage, "of" | "asked">;
  readonly history: { readonly of: (signIn: string) => Promise<readonly HandOut[]> };
  readonly pairing: Pairing;
  readonly undo: Undo;
  readonly clock: Pick<Clock, "nowMs">;
}

export const toolCalls = (parts: Parts) => {
  const { records, grants, pairing, undo } = parts;
  return {
    "tools.create": ({ name, accounts }) => grants.create(name, accounts),
    "tools.copy": (id) => grants.copy(id),
    "tools.remove": ({ id, endTokens }) =>
      endTokens
        ? grants.removeWithTokens(id)
        : undo.removing(records.get("grant", id), () => grants.remove(id)),

    "pairing.allow": (answer) => pairing.allow(answer),
    "pairing.deny": (answer) => pairing.deny(answer),

    async "signIns.usage"(id) {
      const handOuts = await parts.history.of(id);
      const record = records.get("sign_in", id);
      if (record === undefined) return failed({ code: "account_unknown" });
      return ok(tokenUsage(record, parts.grantList.all(), parts.usage, handOuts, parts.clock.nowMs()));
    },
    async "signIns.losses"({ id, scopes }) {
      const record = records.get("sign_in", id);
      if (record === undefined) return failed({ code: "account_unknown" });
      const { flow } = record;
      const after = flow !== "import" && isRedirected(flow) ? scopesToRequest(flow, scopes) : scopes;
      return ok(lossesBy(grants.views(), record, after, records.list("sign_in")));
    },
  } satisfies Partial<Handlers>;
};
