/** The window's calls about tools: pairing, connection lines, removal. */
import { failed, ok } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import { snippetFor } from "../../text/snippets.ts";
import type { TokenClipboard } from "../desktop/clipboard.ts";
import type { Undo } from "../vault/undo.ts";
import type { RecordStore } from "../vault/types.ts";
import type { GrantChanges } from "./grant-access.ts";
import type { Grants } from "./grants.ts";
import type { Pairing } from "./pairing.ts";
import type { SocketLink } from "./socket-link.ts";

export const toolCalls = ({
  records,
  grants,
  grantChanges,
  pairing,
  link,
  tokenClipboard,
  undo,
}: {
  readonly records: RecordStore;
  readonly grants: Grants;
  readonly grantChanges: GrantChanges;
  readonly link: Pick<SocketLink, "watchUses">;
  readonly tokenClipboard: Pick<TokenClipboard, "copyPlain">;
  readonly pairing: Pairing;
  readonly undo: Undo;
}) =>
  ({
    "tools.create": ({ name, accounts }) => grants.create(name, accounts),
    "tools.copy": (id) => grants.copy(id),
    "tools.change": (change) => grantChanges.change(change),
    "tools.copySnippet"({ id, language, install }) {
      const tool = grants.views().find((one) => one.id === id);
      if (tool === undefined) return Promise.resolve(failed({ code: "tool_unknown" }));
      const snippet = snippetFor(language, tool.name);
      const command =
        snippet.install !== undefined && "command" in snippet.install ? snippet.install.command : "";
      return tokenClipboard.copyPlain(install ? command : snippet.code);
    },
    "tools.watch"(on) {
      link.watchUses(on);
      return Promise.resolve(ok(null));
    },
    "tools.remove": ({ id, endTokens }) =>
      endTokens
        ? grants.removeWithTokens(id)
        : undo.removing(records.get("grant", id), () => grants.remove(id)),

    "pairing.allow": (answer) => pairing.allow(answer),
    "pairing.deny": (answer) => pairing.deny(answer),
  }) satisfies Partial<Handlers>;
