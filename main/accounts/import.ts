/**
 * Tokens that another tool got. What may be one is found here, and nothing is sent; the person chooses which of them the
 * provider is asked about; those are shown by their owner, and kept when the person says so. The window sees none of
 * them. What is not kept is forgotten, and not revoked: the other tool may still use it.
 */
import { setImmediate } from "node:timers/promises";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Argument } from "../../contract/ipc.ts";
import type {
  CandidatesView,
  CandidateView,
  ImportedToken,
  ImportedView,
} from "../../contract/views/import.ts";
import type { ClientRecord, SignInRecord } from "../../core/accounts/records.ts";
import { findingTokens, type Candidate, type Findings } from "../../core/import/tokens.ts";
import { validationFailure } from "../../core/oauth/failures.ts";
import { readValidation, validateRequest, type Validation } from "../../core/oauth/validate.ts";
import { originsMatch, originsOf, type Provider } from "../../core/providers/provider.ts";
import { describeScope } from "../../core/scopes/catalogue.ts";
import { Secret } from "../../core/secret.ts";
import type { Host } from "../app/host.ts";
import { textToImport } from "./import-source.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { KeeperPorts } from "../keeper/ports.ts";
import type { RecordStore } from "../vault/types.ts";

/** Candidates that were found are dropped this long after the last call of the import. */
const KEPT_MS = 10 * 60_000;
/** The longest stretch of scanning a large file before other work gets its turn. */
const AT_ONCE_MS = 10;

type Owned = Validation & { readonly user_id: string; readonly login: string };
interface Item {
  readonly found: Candidate;
  /** It is known here as something else than an access token: it is never sent. */
  readonly known: boolean;
  owner?: Result<Owned>;
  /** The sign-in that it became. */
  kept?: string;
}
interface Pending {
  readonly id: string;
  readonly provider: Provider;
  readonly items: readonly Item[];
  readonly more: number;
}

export interface Importing {
  /**
   * Finds candidates, and sends nothing. Null: the person thought better of it. Fails with `import_empty`,
   * `provider_unknown`, `vault_locked`, and as `textToImport` does.
   */
  read(question: Argument<"import.read">): Promise<Result<CandidatesView | null>>;
  /**
   * Sends those that the person chose to the provider's validation endpoint, one after the other, each once: what it
   * said of one before is told again, unless it was not the provider that answered. Fails with `import_gone`, `provider_unknown` and
   * `provider_changed`; what is wrong with one of them stands in its place.
   */
  check(question: Argument<"import.check">): Promise<Result<ImportedView>>;
  /**
   * Fails with `import_gone`, `import_client_mismatch`, and as the vault does. What was kept before that stays kept and
   * is not kept again by the next try.
   */
  keep(answer: Argument<"import.keep">): Promise<Result<{ readonly signIns: readonly string[] }>>;
  /** For a lock, and for who thinks better of it. */
  forget(): void;
}

/** What the provider said about the token itself. After anything else it may be asked again. */
const LASTS: ReadonlySet<string> = new Set(["import_rejected", "import_own_client", "import_no_login"]);

export function createImporting(
  host: Omit<KeeperPorts, "records" | "vaultIsOpen"> & { readonly vault: RecordStore } & Pick<
      Host,
      "files" | "clipboard"
    >,
  keeper: Pick<Keeper, "store">,
  /** False: the vault, or the window, was locked while a dialog of the system was open. */
  atHand: () => boolean,
): Importing {
  const { vault, providers, http, clock, random, log } = host;
  let pending: Pending | undefined;
  let cancel: () => void = () => undefined;
  /** Of the last read: an earlier one that ends later is over. */
  let turn = 0;
  /** One thing at a time is sent, and kept. */
  let queue: Promise<unknown> = Promise.resolve();
  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = queue.then(run);
    queue = result.catch(() => undefined);
    return result;
  }
  const forget = (): void => {
    turn += 1;
    cancel();
    pending = undefined;
  };
  const keepAwhile = (): void => {
    cancel();
    cancel = clock.after(KEPT_MS, forget);
  };

  async function find(text: string, provider: Provider): Promise<Findings> {
    const finding = findingTokens(text, provider);
    let pausedAtMs = clock.monotonicMs();
    for (;;) {
      const step = finding.next();
      if (step.done === true) return step.value;
      if (clock.monotonicMs() - pausedAtMs < AT_ONCE_MS) continue;
      await setImmediate();
      pausedAtMs = clock.monotonicMs();
    }
  }
  /** A client's ID or secret, or the refresh token of a sign-in: such a value has no business at a validation. */
  function isKnown(value: Secret): boolean {
    const isClient = vault
      .list("client")
      .some(
        ({ client_id, client_secret }) =>
          value.equals(new Secret(client_id)) || client_secret?.equals(value) === true,
      );
    return isClient || vault.list("sign_in").some((one) => one.refresh_token?.equals(value) === true);
  }

  async function ownerOf(provider: Provider, { accessToken }: Candidate): Promise<Result<Owned>> {
    const outcome = await http.send(validateRequest(provider, accessToken));
    const verdict = readValidation(provider, outcome, clock.nowMs());
    if (verdict.kind === "rejected") return failed({ code: "import_rejected", provider: provider.name });
    if (verdict.kind !== "valid") return failed(validationFailure(verdict, provider));
    const { client_id, user_id, login } = verdict.validation;
    // TA §18: a session of the provider's own site may do anything, and is not for other programs.
    if (client_id !== undefined && provider.ownClients?.includes(client_id) === true)
      return failed({ code: "import_own_client", provider: provider.name });
    if (user_id === undefined || login === undefined)
      return failed({ code: "import_no_login", provider: provider.name });
    return ok({ ...verdict.validation, user_id, login });
  }
  /** Its addresses may have changed, or it may be gone, while the person was choosing. */
  function unchanged(before: Provider): Result<Provider> {
    const { id, name } = before;
    const provider = providers.get(id);
    if (provider === undefined) return failed({ code: "provider_unknown", provider: id });
    const same =
      originsMatch(provider, originsOf(before)) && provider.validationEndpoint === before.validationEndpoint;
    return same ? ok(provider) : failed({ code: "provider_changed", provider: name });
  }

  /** Registrations that a token can belong to: those with its client id, or any where the provider does not tell it. */
  const clientsFor = (provider: Provider, { client_id }: Validation): readonly ClientRecord[] =>
    vault
      .list("client")
      .filter(
        (one) => one.provider === provider.id && (client_id === undefined || one.client_id === client_id),
      );

  const candidateView = ({ found, known }: Item, key: number): CandidateView => ({
    key,
    line: found.line,
    ...(found.name !== undefined && { name: found.name }),
    ...(found.owner !== undefined && { owner: found.owner }),
    hasRefreshToken: found.refreshToken !== undefined,
    ...(known ? { doubt: "known" } : found.doubt !== undefined && { doubt: found.doubt }),
  });
  function tokenView(provider: Provider, { found }: Item, owner: Result<Owned>, key: number): ImportedToken {
    const common = {
      key,
      ...(found.name !== undefined && { name: found.name }),
      ...(found.owner !== undefined && { called: found.owner }),
    };
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
  }

  function recordOf(
    provider: Provider,
    found: Candidate,
    owner: Owned,
    client: ClientRecord | undefined,
    renews: boolean,
    /** Sign-ins that others of the same import became. */
    taken: ReadonlySet<string>,
  ): Omit<SignInRecord, "generation"> {
    const client_id = owner.client_id ?? client?.client_id ?? "";
    const before = vault
      .list("sign_in")
      .find(
        (one) =>
          one.flow === "import" &&
          !taken.has(one.id) &&
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

  async function checkOne(from: Pending, item: Item): Promise<Result<Owned>> {
    if (item.known) return failed({ code: "import_withheld" });
    const { owner } = item;
    if (owner !== undefined && (owner.ok || LASTS.has(owner.failure.code))) return owner;
    return (item.owner = await ownerOf(from.provider, item.found));
  }
  /** The registration that a token is kept with; undefined: none is needed, and none fits. */
  function clientOf(
    provider: Provider,
    owner: Owned,
    chosen: string | undefined,
    renews: boolean,
  ): Result<ClientRecord | undefined> {
    const fitting = clientsFor(provider, owner);
    const client =
      fitting.find((one) => one.id === chosen) ?? (chosen === undefined ? fitting[0] : undefined);
    // A refresh token is good with its own client alone; and somebody has to be named where nobody tells.
    const needed = renews || chosen !== undefined || owner.client_id === undefined;
    return client === undefined && needed ? failed({ code: "import_client_mismatch" }) : ok(client);
  }

  return {
    forget,
    async read({ from, provider: id }) {
      forget();
      const ours = turn;
      const provider = providers.get(id);
      if (provider === undefined) return failed({ code: "provider_unknown", provider: id });
      const text = await textToImport(from, host);
      if (!text.ok) return text;
      if (text.value === null) return ok(null);
      if (!atHand()) return failed({ code: "vault_locked" });
      const { candidates, more } = await find(text.value, provider);
      if (!atHand()) return failed({ code: "vault_locked" });
      if (turn !== ours) return ok(null); // another one was begun meanwhile, or it was dropped
      if (candidates.length === 0) return failed({ code: "import_empty" });
      const items = candidates.map((found): Item => ({ found, known: isKnown(found.accessToken) }));
      pending = { id: random.uuid(), provider, items, more };
      keepAwhile();
      log.info("import.read", { from, candidates: items.length + more });
      return ok({
        id: pending.id,
        providerName: provider.name,
        suggests: provider.accessTokenForm !== undefined,
        candidates: items.map(candidateView),
        more,
      });
    },
    check: ({ id, keys }) =>
      inTurn(async () => {
        const tokens: ImportedToken[] = [];
        for (const key of new Set(keys)) {
          const from = pending;
          const item = from?.id === id ? from.items[key] : undefined;
          if (from === undefined || item === undefined) return failed({ code: "import_gone" });
          const provider = unchanged(from.provider);
          if (!provider.ok) return provider;
          keepAwhile();
          const owner = await checkOne(from, item);
          if (pending !== from) return failed({ code: "import_gone" });
          tokens.push(tokenView(from.provider, item, owner, key));
        }
        log.info("import.check", { tokens: tokens.length });
        return ok({ tokens });
      }),
    keep: ({ id, tokens }) =>
      inTurn(async () => {
        const from = pending;
        if (from?.id !== id) return failed({ code: "import_gone" });
        const chosen: { item: Item; owner: Owned; client: ClientRecord | undefined; renews: boolean }[] = [];
        for (const { key, client, renews } of new Map(tokens.map((one) => [one.key, one])).values()) {
          const item = from.items[key];
          if (item?.owner?.ok !== true) return failed({ code: "import_gone" });
          const owner = item.owner.value;
          const fitting = clientOf(from.provider, owner, client, renews);
          if (!fitting.ok) return fitting;
          chosen.push({ item, owner, client: fitting.value, renews });
        }
        for (const { item, owner, client, renews } of chosen) {
          if (item.kept !== undefined) continue; // by a try that failed at a later one
          const taken = new Set(from.items.flatMap(({ kept }) => kept ?? []));
          const record = recordOf(from.provider, item.found, owner, client, renews, taken);
          const adopted = await keeper.store(record, "imported");
          if (!adopted.ok) return adopted;
          item.kept = adopted.value.id;
        }
        if (pending === from) forget();
        return ok({ signIns: chosen.flatMap(({ item }) => item.kept ?? []) });
      }),
  };
}
