/** The window's calls about tools: pairing, connection lines, removal. */
import type { Handlers } from "../../contract/ipc.ts";
import type { Undo } from "../vault/undo.ts";
import type { Vault } from "../vault/types.ts";
import type { Tools } from "./grants.ts";
import type { Pairing } from "./pairing.ts";

export const toolCalls = ({
  vault,
  tools,
  pairing,
  undo,
}: {
  readonly vault: Vault;
  readonly tools: Tools;
  readonly pairing: Pairing;
  readonly undo: Undo;
}) =>
  ({
    "tools.create": ({ name, accounts }) => tools.create(name, accounts),
    "tools.copy": (id) => tools.copy(id),
    "tools.remove": ({ id, endTokens }) =>
      endTokens ? tools.removeWithTokens(id) : undo.removing(vault.get("grant", id), () => tools.remove(id)),

    "pairing.allow": (answer) => pairing.allow(answer),
    "pairing.deny": (answer) => Promise.resolve(pairing.deny(answer)),
  }) satisfies Partial<Handlers>;
