/** Grants: each lets one tool ask for tokens over the socket, with a key of its own that can be taken back. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { ToolView } from "../../contract/views/tool.ts";
import type { Draft, GrantRecord } from "../../core/accounts/records.ts";
import { byNaturalName } from "../../core/natural-order.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { Secret } from "../../core/secret.ts";
import type { Use } from "../socket/types.ts";
import type { RecordStore, VaultDoor } from "../vault/types.ts";
import type { GrantList, ToolGrant } from "./grant-list.ts";
import type { ToolUsage } from "./usage.ts";

export type GrantTerms = Pick<
  ToolGrant,
  "name" | "developer" | "program" | "accounts" | "signIns" | "scopes" | "lifetime"
>;

/** The answer of a copy to the clipboard: after how long it is cleared. */
type Copied = Result<{ readonly clearsInMs: number }>;

export interface Grants {
  /** Makes a grant with a new key; resolves once the socket's thread knows it. Fails as `RecordStore.write` does. */
  add(terms: GrantTerms): Promise<Result<ToolGrant>>;
  /** Adds a lasting grant, and copies its connection lines. Without `accounts` it may use all of them. */
  create(
    name: string,
    accounts: readonly string[] | undefined,
  ): Promise<Result<{ readonly id: string; readonly clearsInMs: number }>>;
  /** Copies the connection lines of a lasting grant. Fails with `tool_unknown`, or as the clipboard does. */
  copy(id: string): Promise<Copied>;
  /** Resolves once the socket's thread refuses the tool. Fails with `tool_unknown`, or as `RecordStore.erase` does. */
  remove(id: string): Promise<Result<null>>;
  /** As `remove`, and then revokes at their providers the tokens that the tool was handed. */
  removeWithTokens(id: string): Promise<Result<null>>;
  /** Ends the grants that last until a lock or a quit. */
  endTemporary(): void;
  /** The vault has opened: drops the usage of grants that were removed elsewhere, or ended with the app. */
  opened(): void;
  /** Sign-ins may have been removed: what tools asked of them is forgotten. */
  signInsChanged(): void;
  /** Notes that tools used their grants. */
  noteUses(uses: readonly Use[]): void;
  /** For the window, by name. */
  views(): readonly ToolView[];
}

export interface GrantParts {
  readonly list: GrantList;
  readonly records: Pick<RecordStore, "get" | "list" | "write" | "erase">;
  readonly vault: Pick<VaultDoor, "state">;
  readonly usage: ToolUsage;
  readonly copy: (text: Secret) => Promise<Copied>;
  readonly history: {
    readonly note: (event: {
      readonly signIn: string;
      readonly what: "handed_out";
      readonly tool: string;
      readonly count: number;
    }) => void;
  };
  /** Where tools connect; undefined while the socket is closed. */
  readonly endpoint: () => string | undefined;
  /** Sends the token table to the socket's thread; resolves once it counts. */
  readonly push: () => Promise<void>;
  /** Revokes the tokens of a sign-in at its provider. */
  readonly revoke: (signIn: string) => Promise<Result<null>>;
  readonly clock: Pick<Clock, "nowMs">;
  readonly random: Randomness;
}

/** What is noted of the uses that the socket's thread reports. */
function createUses({ list, records, vault, usage, history }: GrantParts) {
  /** By grant: the reason that its tool gave with its last token request. */
  const reasons = new Map<string, string>();
  /** By grant that is being removed together with its tokens: the sign-ins whose tokens its tool was handed. */
  const removals = new Map<string, Set<string>>();
  /** A record that could not be read may be that of a grant or a sign-in. */
  const allAreRead = (): boolean => vault.state.state === "open" && vault.state.unreadable.length === 0;
  function forgetRemovedSignIns(): void {
    if (allAreRead()) usage.asked.forgetSignIns((id) => records.get("sign_in", id) === undefined);
  }
  return {
    forgetRemovedSignIns,
    /** Forgets what was removed while the vault was closed, and begins to count for what is new. */
    keepKnown(): void {
      if (!allAreRead()) return;
      const grants = new Set(list.all().map(({ id }) => id));
      usage.keepOnly(grants);
      usage.asked.begin(grants);
      forgetRemovedSignIns();
    },
    note(uses: readonly Use[]): void {
      // Uses arrive some seconds late, so their grant may be removed by now. While the vault is closed no grant is
      // known: all are noted, and the usage of removed grants is dropped when it opens.
      const known = vault.state.state === "open" ? new Set(list.all().map(({ id }) => id)) : undefined;
      const isKnown = ({ grant }: Use): boolean => known === undefined || known.has(grant);
      // A sign-in that was removed meanwhile is forgotten with the scopes that were asked of it.
      const isGone = (signIn: string): boolean =>
        known !== undefined && records.get("sign_in", signIn) === undefined;
      usage.asked.begin(known ?? []);
      usage.note(
        uses
          .filter(isKnown)
          .map((use) => (use.signIn !== undefined && isGone(use.signIn) ? { ...use, scopes: [] } : use)),
      );
      for (const use of uses) {
        const { grant, signIn, count, reason } = use;
        if (reason !== undefined && isKnown(use)) reasons.set(grant, reason);
        if (signIn === undefined) continue;
        removals.get(grant)?.add(signIn);
        history.note({ signIn, what: "handed_out", tool: grant, count });
      }
    },
    reasonOf: (id: string): string | undefined => reasons.get(id),
    forget(id: string): void {
      usage.forget(id);
      reasons.delete(id);
    },
    /**
     * The sign-ins whose tokens the tool was handed, those of uses that are yet to be reported included, until `stop`.
     */
    collectSignIns(id: string) {
      const found = new Set(usage.of(id)?.signIns);
      removals.set(id, found);
      return { found, stop: () => void removals.delete(id) };
    },
  };
}

/** Makes a grant of these terms with a new key: a record in the vault, or a temporary one in memory. */
async function store(
  { list, records, clock, random }: Pick<GrantParts, "list" | "records" | "clock" | "random">,
  { lifetime, ...terms }: GrantTerms,
): Promise<Result<ToolGrant>> {
  const draft: Draft<GrantRecord> = {
    kind: "grant",
    id: random.uuid(),
    ...terms,
    key: new Secret(Buffer.from(random.bytes(32)).toString("base64url")),
    createdAtMs: clock.nowMs(),
  };
  if (lifetime === "always") {
    const written = await records.write<GrantRecord>(draft);
    return written.ok ? ok({ ...written.value, lifetime }) : written;
  }
  const grant: ToolGrant = { ...draft, generation: 1, lifetime };
  list.addTemporary(grant);
  return ok(grant);
}

/** Lines for a tool's .env file: all that it needs to connect and to prove itself. */
function connectionLines(grant: GrantRecord, endpoint = ""): Secret {
  // On Windows the pipe has another name after each start: tools read it from the announced file instead.
  const endpointIsStable = !endpoint.startsWith("\\\\.\\pipe\\");
  return new Secret(
    [
      ...(endpointIsStable ? [`TOKENKEEP_ENDPOINT=${endpoint}`] : []),
      `TOKENKEEP_CLIENT=${grant.id}`,
      `TOKENKEEP_KEY=${grant.key.reveal()}`,
      "",
    ].join("\n"),
  );
}

function toolView(
  { id, name, developer, program, accounts, signIns, scopes, lifetime, createdAtMs }: ToolGrant,
  usage: ReturnType<ToolUsage["of"]>,
  reason: string | undefined,
): ToolView {
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
}

/** `changed`: called when `views` has changed. */
export function createGrants(parts: GrantParts, changed: () => void): Grants {
  const { list, records, usage, copy, push } = parts;
  const uses = createUses(parts);

  async function add(terms: GrantTerms): Promise<Result<ToolGrant>> {
    const stored = await store(parts, terms);
    if (!stored.ok) return stored;
    usage.asked.begin([stored.value.id]);
    await push();
    changed();
    return stored;
  }
  async function remove(id: string): Promise<Result<null>> {
    if (!list.removeTemporary(id)) {
      if (records.get("grant", id) === undefined) return failed({ code: "tool_unknown" });
      const erased = await records.erase(id);
      if (!erased.ok) return erased;
    }
    uses.forget(id);
    await push();
    changed();
    return ok(null);
  }

  return {
    add,
    remove,
    async create(name, accounts) {
      const added = await add({
        name,
        lifetime: "always",
        ...(accounts !== undefined && { accounts: [...accounts] }),
      });
      if (!added.ok) return added;
      // If the copy fails, the grant stays: its lines can be copied again.
      const copied = await copy(connectionLines(added.value, parts.endpoint()));
      return copied.ok ? ok({ id: added.value.id, ...copied.value }) : copied;
    },

    copy: (id) => {
      const grant = records.get("grant", id);
      return grant === undefined
        ? Promise.resolve(failed({ code: "tool_unknown" }))
        : copy(connectionLines(grant, parts.endpoint()));
    },

    async removeWithTokens(id) {
      const signIns = uses.collectSignIns(id);
      // The thread reports the last uses before it acknowledges the table without the grant.
      const removed = await remove(id).finally(signIns.stop);
      if (!removed.ok) return removed;
      const withToken = [...signIns.found].filter(
        (signIn) => records.get("sign_in", signIn)?.access_token !== undefined,
      );
      const revoked = await Promise.all(withToken.map(parts.revoke));
      await push();
      return revoked.find((answer) => !answer.ok) ?? ok(null);
    },

    endTemporary() {
      const ended = list.removeAllTemporary();
      for (const id of ended) uses.forget(id);
      if (ended.length > 0) changed();
    },

    opened: () => uses.keepKnown(),
    signInsChanged: () => uses.forgetRemovedSignIns(),

    noteUses(reported) {
      uses.note(reported);
      changed();
    },

    views: () =>
      list
        .all()
        .map((grant) => toolView(grant, usage.of(grant.id), uses.reasonOf(grant.id)))
        .sort((a, b) => byNaturalName(a.name, b.name)),
  };
}
