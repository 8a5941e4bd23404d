/**
 * Tokens that another tool got. They are read here, asked about at the provider, shown by their owner, and kept only
 * when the person says so; the window sees none of them. What is not kept is forgotten, and not revoked: the other tool
 * may still use it.
 */
import { open } from "node:fs/promises";
import { failed, ok, type Result } from "../contract/failure.ts";
import type { Argument } from "../contract/ipc.ts";
import type { ImportedView } from "../contract/view.ts";
import type { ClientRecord, SignInRecord } from "../core/accounts/records.ts";
import { findTokens, type FoundToken } from "../core/import/tokens.ts";
import { validationFailure } from "../core/oauth/failures.ts";
import { readValidation, validateRequest, type Validation } from "../core/oauth/validate.ts";
import { originsOf, type Provider } from "../core/providers/provider.ts";
import { describeScope } from "../core/scopes/catalogue.ts";
import type { Host } from "./host.ts";
import type { Keeper } from "./keeper/keeper.ts";
import type { KeeperParts } from "./keeper/parts.ts";

/** Other tools' files are a few kilobytes. */
const MAX_BYTES = 256 * 1024;
/** As long as any sign-in that waits for its person. */
const KEPT_MS = 10 * 60_000;

type Owned = Validation & { readonly user_id: string; readonly login: string };
interface Item {
  readonly found: FoundToken;
  readonly owner: Result<Owned>;
}
interface Pending {
  readonly id: string;
  readonly provider: Provider;
  readonly items: readonly Item[];
}

export interface Importing {
  /** Null: the person thought better of it. Fails with `import_empty`, `provider_unknown`. */
  read(question: Argument<"import.read">): Promise<Result<ImportedView | null>>;
  /** Fails with `import_gone`, `import_client_mismatch`, and as the vault does; what was kept before that stays kept. */
  keep(answer: Argument<"import.keep">): Promise<Result<{ readonly signIns: readonly string[] }>>;
  /** For a lock, and for who thinks better of it. */
  forget(): void;
}

async function readSmall(file: string): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(MAX_BYTES), position: 0 });
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

export function createImporting(
  {
    vault,
    providers,
    http,
    clock,
    random,
    log,
    files,
    clipboard,
  }: KeeperParts & Pick<Host, "files" | "clipboard">,
  keeper: Pick<Keeper, "adopt">,
  /** False: the vault, or the window, was locked while a dialog of the system was open. */
  atHand: () => boolean,
): Importing {
  let pending: Pending | undefined;
  let cancel: () => void = () => undefined;
  const forget = (): void => {
    cancel();
    pending = undefined;
  };

  async function textFrom(from: "clipboard" | "file"): Promise<Result<string | null>> {
    try {
      if (from === "clipboard") return ok((await clipboard.read()).slice(0, MAX_BYTES));
      const file = await files.open("tokens");
      return ok(file === undefined ? null : await readSmall(file));
    } catch (cause) {
      return failed({ code: "import_empty" }, cause);
    }
  }
  async function ownerOf(provider: Provider, { accessToken }: FoundToken): Promise<Result<Owned>> {
    const outcome = await http.send(validateRequest(provider, accessToken));
    const verdict = readValidation(provider, outcome, clock.nowMs());
    if (verdict.kind !== "valid") return failed(validationFailure(verdict, provider));
    const { client_id, user_id, login } = verdict.validation;
    // TA §18: a session of the provider's own site may do anything, and is not for other programs.
    if (client_id !== undefined && provider.ownClients?.includes(client_id) === true)
      return failed({ code: "import_own_client", provider: provider.name });
    if (user_id === undefined || login === undefined)
      return failed({ code: "import_no_login", provider: provider.name });
    return ok({ ...verdict.validation, user_id, login });
  }

  /** Registrations that a token can belong to: those with its client id, or any where the provider does not tell it. */
  const clientsFor = (provider: Provider, { client_id }: Validation): readonly ClientRecord[] =>
    vault
      .list("client")
      .filter(
        (one) => one.provider === provider.id && (client_id === undefined || one.client_id === client_id),
      );

  function view({ id, provider, items }: Pending): ImportedView {
    return {
      id,
      providerName: provider.name,
      tokens: items.map(({ found, owner }, key) => {
        const common = { key, ...(found.name !== undefined && { name: found.name }) };
        if (!owner.ok) return { ...common, failure: owner.failure };
        const { client_id, user_id, login, scopes = [], expiresAtMs } = owner.value;
        return {
          ...common,
          owner: {
            login,
            user_id,
            scopes: scopes.map(describeScope),
            ...(client_id !== undefined && { client_id }),
            ...(expiresAtMs !== undefined && { expiresAtMs }),
          },
          clients: clientsFor(provider, owner.value).map((one) => ({ id: one.id, name: one.name })),
          hasRefreshToken: found.refreshToken !== undefined,
        };
      }),
    };
  }

  function recordOf(
    provider: Provider,
    found: FoundToken,
    owner: Owned,
    client: ClientRecord | undefined,
    renews: boolean,
  ): Omit<SignInRecord, "generation"> {
    const client_id = owner.client_id ?? client?.client_id ?? "";
    const before = vault
      .list("sign_in")
      .find(
        (one) =>
          one.flow === "import" &&
          one.provider === provider.id &&
          one.user_id === owner.user_id &&
          one.client_id === client_id,
      );
    return {
      kind: "sign_in",
      id: before?.id ?? random.uuid(),
      provider: provider.id,
      pinned: originsOf(provider),
      flow: "import",
      refreshReuse:
        renews && client?.client_secret !== undefined ? provider.confidentialRefreshReuse : "one_time",
      // Of a client that is not the person's own there is no registration here, and none is made up.
      client: client?.id ?? random.uuid(),
      client_id,
      user_id: owner.user_id,
      login: owner.login,
      displayName: owner.login,
      ...(before?.alias !== undefined && { alias: before.alias }),
      access_token: found.accessToken,
      ...(renews && found.refreshToken !== undefined && { refresh_token: found.refreshToken }),
      scopes: [...(owner.scopes ?? [])],
      issuedAtMs: clock.nowMs(), // not told; from here on it is in our care
      ...(owner.expiresAtMs !== undefined && { expiresAtMs: owner.expiresAtMs }),
      createdAtMs: before?.createdAtMs ?? clock.nowMs(),
      state: { name: "signed_in" },
    };
  }

  return {
    forget,
    async read({ from, provider: id }) {
      forget();
      const provider = providers.get(id);
      if (provider === undefined) return failed({ code: "provider_unknown", provider: id });
      const text = await textFrom(from);
      if (!text.ok) return text;
      if (text.value === null) return ok(null);
      if (!atHand()) return failed({ code: "vault_locked" });
      const found = findTokens(text.value);
      if (found.length === 0) return failed({ code: "import_empty" });
      const items: Item[] = [];
      for (const one of found) items.push({ found: one, owner: await ownerOf(provider, one) });
      if (!atHand()) return failed({ code: "vault_locked" });
      pending = { id: random.uuid(), provider, items };
      cancel = clock.after(KEPT_MS, forget);
      log.info("import.read", { from, tokens: items.length });
      return ok(view(pending));
    },
    async keep({ id, tokens }) {
      const from = pending;
      if (from?.id !== id) return failed({ code: "import_gone" });
      const records: Omit<SignInRecord, "generation">[] = [];
      for (const { key, client: chosen, renews } of tokens) {
        const item = from.items[key];
        if (item?.owner.ok !== true) return failed({ code: "import_gone" });
        const fitting = clientsFor(from.provider, item.owner.value);
        const client =
          fitting.find((one) => one.id === chosen) ?? (chosen === undefined ? fitting[0] : undefined);
        // A refresh token is good with its own client alone; and somebody has to be named where nobody tells.
        const needed = renews || chosen !== undefined || item.owner.value.client_id === undefined;
        if (client === undefined && needed) return failed({ code: "import_client_mismatch" });
        records.push(recordOf(from.provider, item.found, item.owner.value, client, renews));
      }
      const kept: string[] = [];
      for (const record of records) {
        const adopted = await keeper.adopt(record, "imported");
        if (!adopted.ok) return adopted;
        kept.push(adopted.value.id);
      }
      forget();
      return ok({ signIns: kept });
    },
  };
}
