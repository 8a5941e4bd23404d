/** Tools that may ask for tokens over the socket, each with a key of its own that can be taken back. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Lifetime } from "../../contract/socket.ts";
import type { ToolView } from "../../contract/views/tool.ts";
import type { Draft, GrantRecord } from "../../core/accounts/records.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { Secret } from "../../core/secret.ts";
import type { TokenClipboard } from "../desktop/clipboard.ts";
import type { History } from "../accounts/history.ts";
import type { Use } from "../socket/types.ts";
import type { Usages } from "./usage.ts";
import type { Vault } from "../vault/types.ts";

export type ToolGrant = GrantRecord & { readonly lifetime: Lifetime };
export type GrantTerms = Pick<
  ToolGrant,
  "name" | "developer" | "program" | "accounts" | "signIns" | "scopes" | "lifetime"
>;

export interface Tools {
  /** Those of the vault, and those that end with a connection or a lock and are in memory alone. */
  grants(): readonly ToolGrant[];
  /** Resolves once the worker knows it. */
  add(terms: GrantTerms): Promise<Result<ToolGrant>>;
  create(
    name: string,
    accounts: readonly string[] | undefined,
  ): Promise<Result<{ readonly id: string; readonly clearsInMs: number }>>;
  copy(id: string): Promise<Result<{ readonly clearsInMs: number }>>;
  /** Resolves once the worker refuses it. */
  remove(id: string): Promise<Result<null>>;
  /** As `remove`, and ends at their providers the tokens that the tool was handed. */
  removeWithTokens(id: string): Promise<Result<null>>;
  /** The vault closes, or the app: what was given until then is over. */
  endTemporary(): void;
  /** The vault is open: what was noted of tools that are no more (removed elsewhere, or ended with the app) is forgotten. */
  opened(): void;
  used(uses: readonly Use[]): void;
  views(): readonly ToolView[];
}

export function createTools(
  parts: {
    readonly vault: Vault;
    readonly clock: Clock;
    readonly random: Randomness;
    readonly copying: TokenClipboard;
    readonly history: History;
    readonly usages: Usages;
    /** Where tools connect; undefined while the socket is closed. */
    readonly endpoint: () => string | undefined;
    /** Brings the worker's table up to date. */
    readonly push: () => Promise<void>;
    readonly revoke: (signIn: string) => Promise<Result<null>>;
  },
  changed: () => void,
): Tools {
  const { vault, clock, random, copying, history, usages } = parts;
  const temporary = new Map<string, ToolGrant>();
  const reasons = new Map<string, string>();
  /** Of tools that are being removed together with their tokens: the sign-ins whose tokens they were handed. */
  const ending = new Map<string, Set<string>>();

  /** Lines for a tool's .env file: all it needs to connect and to prove itself. */
  const connection = (grant: GrantRecord): Secret => {
    const endpoint = parts.endpoint() ?? "";
    // A pipe has another name after each start: tools find it by what is announced.
    const stays = !endpoint.startsWith("\\\\.\\pipe\\");
    return new Secret(
      [
        ...(stays ? [`TOKENKEEP_ENDPOINT=${endpoint}`] : []),
        `TOKENKEEP_CLIENT=${grant.id}`,
        `TOKENKEEP_KEY=${grant.key.reveal()}`,
        "",
      ].join("\n"),
    );
  };
  const stored = (): readonly ToolGrant[] =>
    vault.list("grant").map((record) => ({ ...record, lifetime: "always" }));
  const grants = (): readonly ToolGrant[] =>
    vault.state.state === "open" ? [...stored(), ...temporary.values()] : [];

  async function keep({ lifetime, ...terms }: GrantTerms): Promise<Result<ToolGrant>> {
    const draft: Draft<GrantRecord> = {
      kind: "grant",
      id: random.uuid(),
      ...terms,
      key: new Secret(Buffer.from(random.bytes(32)).toString("base64url")),
      createdAtMs: clock.nowMs(),
    };
    if (lifetime === "always") {
      const written = await vault.write<GrantRecord>(draft);
      return written.ok ? ok({ ...written.value, lifetime }) : written;
    }
    const grant: ToolGrant = { ...draft, generation: 1, lifetime };
    temporary.set(grant.id, grant);
    return ok(grant);
  }
  async function add(terms: GrantTerms): Promise<Result<ToolGrant>> {
    const kept = await keep(terms);
    if (!kept.ok) return kept;
    await parts.push();
    changed();
    return kept;
  }
  async function remove(id: string): Promise<Result<null>> {
    if (!temporary.delete(id)) {
      if (vault.get("grant", id) === undefined) return failed({ code: "tool_unknown" });
      const erased = await vault.erase(id);
      if (!erased.ok) return erased;
    }
    forget(id);
    await parts.push();
    changed();
    return ok(null);
  }
  function forget(id: string): void {
    usages.forget(id);
    reasons.delete(id);
  }

  return {
    grants,
    add,
    remove,
    async create(name, accounts) {
      const added = await add({
        name,
        lifetime: "always",
        ...(accounts !== undefined && { accounts: [...accounts] }),
      });
      if (!added.ok) return added;
      const copied = await copying.copy(connection(added.value));
      // The tool is there either way, and its lines can be copied again.
      return copied.ok ? ok({ id: added.value.id, ...copied.value }) : copied;
    },

    copy: (id) => {
      const grant = vault.get("grant", id);
      return grant === undefined
        ? Promise.resolve(failed({ code: "tool_unknown" }))
        : copying.copy(connection(grant));
    },

    async removeWithTokens(id) {
      const signIns = new Set(usages.of(id)?.signIns);
      ending.set(id, signIns);
      const removed = await remove(id).finally(() => ending.delete(id)); // the thread has told the last uses by then
      if (!removed.ok) return removed;
      const there = [...signIns].filter((signIn) => vault.get("sign_in", signIn)?.access_token !== undefined);
      const ended = await Promise.all(there.map(parts.revoke));
      await parts.push();
      return ended.find((answer) => !answer.ok) ?? ok(null);
    },

    endTemporary() {
      if (temporary.size === 0) return;
      for (const id of temporary.keys()) forget(id);
      temporary.clear();
      changed();
    },

    opened() {
      // A record that cannot be read may be that of a tool.
      if (vault.state.state !== "open" || vault.state.unreadable.length > 0) return;
      usages.keepOnly(new Set(grants().map(({ id }) => id)));
    },

    used(uses) {
      // The thread tells a few seconds later: the tool may be gone by then. While the vault is closed nobody can tell, and
      // `opened` sees to it.
      const there = vault.state.state === "open" ? new Set(grants().map(({ id }) => id)) : undefined;
      usages.note(uses.filter(({ grant }) => there?.has(grant) !== false));
      for (const { grant, signIn, count, reason } of uses) {
        if (reason !== undefined && there?.has(grant) !== false) reasons.set(grant, reason);
        if (signIn === undefined) continue;
        ending.get(grant)?.add(signIn);
        history.note({ signIn, what: "handed_out", tool: grant, count });
      }
      changed();
    },

    views: () =>
      grants()
        .map(({ id, name, developer, program, accounts, signIns, scopes, lifetime, createdAtMs }) => {
          const usage = usages.of(id);
          const reason = reasons.get(id);
          return {
            id,
            name,
            lifetime,
            createdAtMs,
            uses: usage?.count ?? 0,
            tookFrom: usage?.signIns ?? [],
            ...(developer !== undefined && { developer }),
            ...(program !== undefined && { program }),
            ...(accounts !== undefined && { accounts }),
            ...(signIns !== undefined && { signIns }),
            ...(scopes !== undefined && { scopes }),
            ...(usage !== undefined && { lastUsedAtMs: usage.lastAtMs }),
            ...(reason !== undefined && { reason }),
          };
        })
        .sort((a, b) => a.name.localeCompare(b.name)),
  };
}
