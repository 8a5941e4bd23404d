/** Tools that may ask for tokens over the socket, each with a key of its own that can be taken back. */
import { failed, ok, type Result } from "../contract/failure.ts";
import type { ToolView } from "../contract/view.ts";
import type { GrantRecord } from "../core/accounts/records.ts";
import type { Clock, Randomness } from "../core/ports.ts";
import { Secret } from "../core/secret.ts";
import type { Copying } from "./copying.ts";
import type { History } from "./history.ts";
import type { Use } from "./socket/types.ts";
import type { Vault } from "./vault/types.ts";

export interface Tools {
  create(
    name: string,
    accounts: readonly string[] | undefined,
  ): Promise<Result<{ readonly id: string; readonly clearsInMs: number }>>;
  copy(id: string): Promise<Result<{ readonly clearsInMs: number }>>;
  /** Resolves once the worker refuses it. */
  remove(id: string): Promise<Result<null>>;
  used(uses: readonly Use[]): void;
  views(): readonly ToolView[];
}

export function createTools(
  parts: {
    readonly vault: Vault;
    readonly clock: Clock;
    readonly random: Randomness;
    readonly copying: Copying;
    readonly history: History;
    /** Where tools connect; undefined while the socket is closed. */
    readonly endpoint: () => string | undefined;
    /** Brings the worker's table up to date. */
    readonly push: () => Promise<void>;
  },
  changed: () => void,
): Tools {
  const { vault, clock, random, copying, history } = parts;
  const lastUsed = new Map<string, number>();

  /** Lines for a tool's .env file: all it needs to connect and to prove itself. */
  const connection = (grant: GrantRecord): Secret =>
    new Secret(
      [
        `TOKENKEEP_ENDPOINT=${parts.endpoint() ?? ""}`,
        `TOKENKEEP_CLIENT=${grant.id}`,
        `TOKENKEEP_KEY=${grant.key.reveal()}`,
        "",
      ].join("\n"),
    );

  return {
    async create(name, accounts) {
      const written = await vault.write<GrantRecord>({
        kind: "grant",
        id: random.uuid(),
        name,
        key: new Secret(Buffer.from(random.bytes(32)).toString("base64url")),
        ...(accounts !== undefined && { accounts: [...accounts] }),
        createdAtMs: clock.nowMs(),
      });
      if (!written.ok) return written;
      await parts.push();
      changed();
      const copied = await copying.copy(connection(written.value));
      // The tool is there either way, and its lines can be copied again.
      return copied.ok ? ok({ id: written.value.id, ...copied.value }) : copied;
    },

    copy: (id) => {
      const grant = vault.get("grant", id);
      return grant === undefined
        ? Promise.resolve(failed({ code: "tool_unknown" }))
        : copying.copy(connection(grant));
    },

    async remove(id) {
      if (vault.get("grant", id) === undefined) return failed({ code: "tool_unknown" });
      const erased = await vault.erase(id);
      if (!erased.ok) return erased;
      await parts.push();
      changed();
      return erased;
    },

    used(uses) {
      for (const { grant, signIn, count, lastAtMs } of uses) {
        lastUsed.set(grant, Math.max(lastAtMs, lastUsed.get(grant) ?? 0));
        if (signIn !== undefined) history.note({ signIn, what: "handed_out", tool: grant, count });
      }
      changed();
    },

    views: () =>
      vault
        .list("grant")
        .map(({ id, name, accounts, createdAtMs }) => {
          const lastUsedAtMs = lastUsed.get(id);
          return {
            id,
            name,
            ...(accounts !== undefined && { accounts }),
            createdAtMs,
            ...(lastUsedAtMs !== undefined && { lastUsedAtMs }),
          };
        })
        .sort((a, b) => a.name.localeCompare(b.name)),
  };
}
