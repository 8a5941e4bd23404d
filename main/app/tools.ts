/** Builds the parts that hand tokens to tools, and the bulk actions. */
import path from "node:path";
import { createBulk } from "../accounts/bulk.ts";
import { createGrantList } from "../tools/grant-list.ts";
import { createGrantChanges } from "../tools/grant-access.ts";
import { createGrants } from "../tools/grants.ts";
import { createPairing } from "../tools/pairing.ts";
import { createSocketLink } from "../tools/socket-link.ts";
import { createTableSync } from "../tools/table-sync.ts";
import { createToolUsage } from "../tools/usage.ts";
import { createNavigation } from "../window/navigation.ts";
import { restorable } from "../vault/undo.ts";
import type { Host } from "./host.ts";
import type { Foundation } from "./foundation.ts";
import type { SignIns } from "./sign-ins.ts";

export function createTools(host: Host, foundation: Foundation, { keeper, tokenClipboard, undo }: SignIns) {
  const { changes, vault, settings, lockState, history, clock, random, log } = foundation;
  const link = createSocketLink(host, changes.part);
  const navigation = createNavigation(random, changes.part);
  const grantList = createGrantList(vault, vault);
  const tableSync = createTableSync({
    link,
    signInCount: () => vault.list("sign_in").length,
    watches: keeper.watches,
    grants: () => grantList.all(),
    handsOut: () => lockState.handsOut,
    clock,
    log,
  });
  const usage = createToolUsage(path.join(host.profileFolder, "tools-used.json"), clock, log);
  const grants = createGrants(
    {
      ...{ list: grantList, records: vault, vault, usage, history, clock, random },
      copy: (text) => tokenClipboard.copy(text),
      endpoint: () => link.endpoint,
      push: () => tableSync.push(),
      revoke: (signIn) => keeper.revoke(signIn),
    },
    changes.part,
  );
  const grantChanges = createGrantChanges(
    {
      ...{ list: grantList, records: vault, history },
      signIns: () => keeper.watches.all(),
      push: () => tableSync.push(),
    },
    changes.part,
  );
  const pairing = createPairing(
    {
      ...{ grants, programAt: host.programAt, clock, random },
      signIns: () => keeper.watches.all(),
      settings: () => settings.current,
      changeSettings: (next) => settings.change(next),
    },
    changes.part,
  );
  const bulk = createBulk(
    {
      validate: (id) => keeper.validate(id, "bulk"),
      refresh: (id) => keeper.refresh(id, "bulk"),
      async revoke(id) {
        const answer = await keeper.revoke(id, "bulk");
        await tableSync.pushCoalesced(); // otherwise tools would get the token until the last revocation has ended
        return answer;
      },
      async remove(id, run) {
        const record = keeper.watches.current(id);
        const back = record && restorable(record, clock.nowMs());
        const answer = await undo.removing(back, () => keeper.remove(id), run);
        await tableSync.pushCoalesced();
        return answer;
      },
    },
    (id) => keeper.watches.current(id)?.login,
    log,
    changes.part,
  );
  return { link, navigation, tableSync, usage, grantList, grants, grantChanges, pairing, bulk };
}
export type Tools = ReturnType<typeof createTools>;
