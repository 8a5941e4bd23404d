/** What a grant lets its tool use, and how the user changes that while the tool is connected. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Argument } from "../../contract/ipc.ts";
import { accountKey, type GrantRecord, type SignInRecord } from "../../core/accounts/records.ts";
import { isHighRisk } from "../../core/scopes/catalogue.ts";
import type { RecordStore } from "../vault/types.ts";
import type { GrantList, ToolGrant } from "./grant-list.ts";

type Access = Pick<GrantRecord, "accounts" | "signIns" | "scopes">;

/**
 * Access to these sign-ins alone, and to no more than they may do now. A scope of high risk counts only where the user
 * has ticked it (`highRisk`): the socket's thread returns no token with a scope that the grant does not have.
 */
export function narrowAccess(chosen: readonly SignInRecord[], highRisk: readonly string[] = []) {
  const scopes = new Set(chosen.flatMap((record) => record.scopes));
  return {
    accounts: [...new Set(chosen.map(accountKey))],
    signIns: chosen.map((record) => record.id),
    scopes: [...scopes].filter((scope) => !isHighRisk(scope) || highRisk.includes(scope)).sort(),
  } satisfies Access;
}

/** The access that the user has chosen. Fails with `account_unknown` where an account or sign-in is gone by now. */
function accessOf(
  access: NonNullable<Argument<"tools.change">["access"]>,
  signIns: readonly SignInRecord[],
): Result<Access> {
  if ("every" in access) return ok({});
  if ("accounts" in access) {
    const known = new Set(signIns.map(accountKey));
    return access.accounts.every((account) => known.has(account))
      ? ok({ accounts: [...new Set(access.accounts)] })
      : failed({ code: "account_unknown" });
  }
  const chosen = signIns.filter(({ id }) => access.signIns.includes(id));
  return chosen.length === new Set(access.signIns).size
    ? ok(narrowAccess(chosen, access.highRisk))
    : failed({ code: "account_unknown" });
}

const mayUse = ({ accounts, signIns }: Access, record: SignInRecord): boolean =>
  (accounts === undefined || accounts.includes(accountKey(record))) &&
  (signIns === undefined || signIns.includes(record.id));

/** The sign-ins that the tool has gained or lost; where none changed, those that it may use. */
function affected(before: Access, after: Access, signIns: readonly SignInRecord[]): readonly SignInRecord[] {
  const changed = signIns.filter((record) => mayUse(before, record) !== mayUse(after, record));
  return changed.length > 0 ? changed : signIns.filter((record) => mayUse(after, record));
}

export interface GrantChanges {
  /**
   * Changes a grant, which keeps its id and its key; resolves once the socket's thread has it. Fails with
   * `tool_unknown`, `account_unknown`, or as `RecordStore.write` and `RecordStore.erase` do.
   */
  change(change: Argument<"tools.change">): Promise<Result<null>>;
}

interface Parts {
  readonly list: GrantList;
  readonly records: Pick<RecordStore, "get" | "write" | "erase">;
  readonly signIns: () => readonly SignInRecord[];
  readonly history: {
    readonly note: (event: {
      readonly signIn: string;
      readonly what: "access_changed";
      readonly tool: string;
    }) => void;
  };
  /** Sends the token table to the socket's thread; resolves once it counts. */
  readonly push: () => Promise<void>;
}

/**
 * Stores the grant where its lifetime keeps it: in the vault, or in memory. While it moves, it is in both places, and
 * the one in memory counts: no table is without it, which would disconnect the tool.
 */
async function store({ list, records }: Parts, grant: ToolGrant): Promise<Result<null>> {
  const { lifetime, generation: _generation, ...draft } = grant;
  if (lifetime === "always") {
    const written = await records.write<GrantRecord>(draft);
    if (!written.ok) return written;
    list.removeTemporary(grant.id);
    return ok(null);
  }
  const wasTemporary = list.isTemporary(grant.id);
  list.addTemporary(grant);
  if (wasTemporary) return ok(null);
  const erased = await records.erase(grant.id);
  if (!erased.ok) list.removeTemporary(grant.id);
  return erased;
}

/** `changed`: called when the list of tools has changed. */
export function createGrantChanges(parts: Parts, changed: () => void): GrantChanges {
  const { list, signIns, history, push } = parts;
  return {
    async change({ id, access, lifetime }) {
      const before = list.all().find((grant) => grant.id === id);
      if (before === undefined) return failed({ code: "tool_unknown" });
      const { accounts, signIns: oldSignIns, scopes, ...rest } = before;
      const old: Access = {
        ...(accounts !== undefined && { accounts }),
        ...(oldSignIns !== undefined && { signIns: oldSignIns }),
        ...(scopes !== undefined && { scopes }),
      };
      const chosen = access === undefined ? ok(old) : accessOf(access, signIns());
      if (!chosen.ok) return chosen;
      // A tool of a connection has no key, so its grant cannot outlive the connection.
      const lasts = before.lifetime === "once" ? before.lifetime : (lifetime ?? before.lifetime);
      const stored = await store(parts, { ...rest, ...chosen.value, lifetime: lasts });
      if (!stored.ok) return stored;
      await push();
      for (const record of affected(old, chosen.value, signIns()))
        history.note({ signIn: record.id, what: "access_changed", tool: id });
      changed();
      return ok(null);
    },
  };
}
