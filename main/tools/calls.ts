/** The window's calls about tools: pairing, connection lines, removal. */
import type { Handlers } from "../../contract/ipc.ts";
import type { Undo } from "../vault/undo.ts";
import type { RecordStore } from "../vault/types.ts";
import type { Grants } from "./grants.ts";
import type { Pairing } from "./pairing.ts";

export const toolCalls = ({
  records,
  grants,
  pairing,
  undo,
}: {
  readonly records: RecordStore;
  readonly grants: Grants;
  readonly pairing: Pairing;
  readonly undo: Undo;
}) =>
  ({
    "tools.create": ({ name, accounts }) => grants.create(name, accounts),
    "tools.copy": (id) => grants.copy(id),
    "tools.remove": ({ id, endTokens }) =>
      endTokens
        ? grants.removeWithTokens(id)
        : undo.removing(records.get("grant", id), () => grants.remove(id)),

    "pairing.allow": (answer) => pairing.allow(answer),
    "pairing.deny": (answer) => pairing.deny(answer),
  }) satisfies Partial<Handlers>;
