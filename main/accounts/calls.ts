/** The window's calls about accounts: validating, clipboard, history, import of another tool's tokens. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import { accountKey } from "../../core/accounts/records.ts";
import type { Clock } from "../../core/ports.ts";
import type { Keeper } from "../keeper/keeper.ts";
import { restorable, type Undo } from "../vault/undo.ts";
import type { Vault } from "../vault/types.ts";
import type { Activity } from "./activity.ts";
import type { Bulk } from "./bulk.ts";
import type { Claims } from "./claims.ts";
import type { Importing } from "./import.ts";
import type { Places } from "./places.ts";
import type { TokenCopies } from "./token-copies.ts";

interface Parts {
  readonly vault: Vault;
  readonly keeper: Keeper;
  readonly claims: Claims;
  readonly copies: TokenCopies;
  readonly activity: Activity;
  readonly places: Places;
  readonly bulk: Bulk;
  readonly undo: Undo;
  readonly clock: Clock;
  readonly importing: Importing;
  /** Brings the tools' table up to date; resolves once the socket's thread answers from it. */
  readonly syncTable: () => Promise<void>;
  readonly changed: () => void;
}

export const accountCalls = (parts: Parts) => ({
  ...signInCalls(parts),
  ...readCalls(parts),
  ...importCalls(parts),
});

/** Calls that validate, refresh, revoke, rename and remove sign-ins. */
function signInCalls({ vault, keeper, copies, bulk, undo, clock, syncTable, changed }: Parts) {
  /**
   * Waits for the tools' table, too: when the window gets the answer, no tool gets a revoked or removed token any more.
   */
  const withTableSynced = async <V>(result: Promise<Result<V>>): Promise<Result<V>> => {
    const answer = await result;
    await syncTable();
    return answer;
  };
  return {
    "signIns.validate": (id) => keeper.validate(id),
    async "signIns.validateAll"() {
      await keeper.validateAll();
      if (vault.state.state !== "open") return failed({ code: "vault_locked" });
      // Each row shows its own result. The answer reports one sign-in whose validation got no verdict.
      const { watches } = keeper;
      const unknown = watches.all().find(({ id }) => watches.of(id).condition !== undefined);
      const reason = unknown && watches.of(unknown.id).reason;
      return reason === undefined ? ok(null) : failed(reason);
    },
    async "signIns.refresh"(id) {
      const answer = await keeper.refresh(id);
      return answer.ok ? ok(null) : answer;
    },
    "signIns.copy": ({ id, form }) => copies.copy(id, form),
    "signIns.rename": ({ id, alias }) => withTableSynced(rename(keeper, id, alias)),
    "signIns.note": ({ id, note }) => keeper.change(id, { note: note === "" ? undefined : note }),
    async "signIns.pin"({ ids, pinned }) {
      for (const id of new Set(ids)) {
        const answer = await keeper.change(id, { onTop: pinned });
        if (!answer.ok && answer.failure.code !== "account_unknown") return answer; // a removed one needs no pin
      }
      return ok(null);
    },
    "signIns.revoke": (id) => withTableSynced(keeper.revoke(id)),
    "signIns.bulk": ({ action, ids }) => Promise.resolve(bulk.start(action, [...new Set(ids)])),
    "signIns.bulkEnd"() {
      bulk.cancel();
      return Promise.resolve(ok(null));
    },
    async "signIns.remove"(id) {
      const record = keeper.watches.current(id);
      const back = record && restorable(record, clock.nowMs());
      const answer = await withTableSynced(undo.removing(back, () => keeper.remove(id)));
      return answer.ok ? ok({ undo: back !== undefined }) : answer;
    },
    async undo() {
      const answer = await withTableSynced(undo.undo());
      changed();
      return answer;
    },
  } satisfies Partial<Handlers>;
}

/**
 * Sets the alias; an empty one removes it. Tools find an account by its alias, so no two accounts may have the same.
 */
function rename(keeper: Keeper, id: string, alias: string): Promise<Result<null>> {
  const record = keeper.watches.current(id);
  if (record === undefined) return Promise.resolve(failed({ code: "account_unknown" }));
  const taken = keeper.watches
    .all()
    .some(
      (other) =>
        other.id !== id &&
        (other.alias === alias || (other.login === alias && accountKey(other) !== accountKey(record))),
    );
  if (alias !== "" && taken) return Promise.resolve(failed({ code: "alias_taken", alias }));
  return keeper.change(id, { alias: alias === "" ? undefined : alias });
}

/** Calls that read: claims, history, scopes. */
function readCalls({ keeper, claims, copies, places, activity }: Parts) {
  return {
    async "signIns.history"(id) {
      if (keeper.watches.current(id) === undefined) return failed({ code: "account_unknown" });
      return ok(await activity.of(id));
    },
    "activity.list": async () => ok(await activity.recent()),
    "signIns.claims": ({ id, now }) => claims.of(id, now),
    "signIns.copyIdToken": (id) => copies.copyIdToken(claims.idToken(id)),
    async "signIns.copyClaims"(id) {
      const json = claims.json(id);
      return json.ok ? places.copy(json.value) : json;
    },
    "signIns.copyFact": ({ id, fact }) => places.copyFact(id, fact),
    "signIns.openPage": ({ id, page }) => places.open(id, page),
    async "signIns.opens"(id) {
      const record = keeper.watches.current(id);
      if (record === undefined) return failed({ code: "account_unknown" });
      const { opensOf } = await import("../../core/scopes/opens.ts"); // a large table that few starts need
      return ok(opensOf(record.scopes));
    },
  } satisfies Partial<Handlers>;
}

/** Calls that import tokens of another tool. */
function importCalls({ importing }: Parts) {
  return {
    "import.read": (question) => importing.read(question),
    "import.check": (question) => importing.check(question),
    "import.keep": (answer) => importing.keep(answer),
    "import.drop"() {
      importing.forget();
      return Promise.resolve(ok(null));
    },
  } satisfies Partial<Handlers>;
}
