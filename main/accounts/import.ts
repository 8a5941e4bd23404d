/**
 * Imports tokens that another tool got. Main finds candidates and sends nothing; the user chooses which of them the
 * provider is asked about, sees whose they are, and chooses which are stored. The window sees no token. A token that is
 * not stored is forgotten and not revoked: the other tool may still use it.
 */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Argument } from "../../contract/ipc.ts";
import type { CandidatesView, ImportedToken, ImportedView } from "../../contract/views/import.ts";
import type { Clock, HttpClient, Log, Randomness } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Providers } from "../../core/providers/registry.ts";
import type { Clipboard } from "../desktop/clipboard.ts";
import type { FileDialogs } from "../desktop/file-dialogs.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { RecordStore } from "../vault/types.ts";
import {
  candidateView,
  checkOwner,
  findTokens,
  isKnown,
  tokenView,
  unchanged,
  type Item,
} from "./import-check.ts";
import { clientOf, recordOf, type Choice } from "./import-record.ts";
import { textToImport } from "./import-source.ts";

/** Candidates that were found are dropped this long after the last call of the import. */
const DROP_AFTER_MS = 10 * 60_000;

export interface Importing {
  /**
   * Finds candidates, and sends nothing. Null: the user chose no file, or the import was ended meanwhile. Fails with
   * `import_empty`, `provider_unknown`, `vault_locked`, and as `textToImport` does.
   */
  read(question: Argument<"import.read">): Promise<Result<CandidatesView | null>>;
  /**
   * Sends the chosen candidates to the provider's validation endpoint, one after the other, each once: a final answer
   * about a token is remembered. Fails with `import_gone`, `provider_unknown` and `provider_changed`; the failure of
   * one token stands in that token's place.
   */
  check(question: Argument<"import.check">): Promise<Result<ImportedView>>;
  /**
   * Stores the chosen tokens as sign-ins. Fails with `import_gone`, `import_client_mismatch`, and as the vault does;
   * tokens that were stored before a failure stay stored, and are not stored again by the next try.
   */
  keep(answer: Argument<"import.keep">): Promise<Result<{ readonly signIns: readonly string[] }>>;
  /** Drops all candidates: at a lock, or when the user ends the import. */
  forget(): void;
}

interface ImportParts {
  readonly records: RecordStore;
  readonly providers: Providers;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
  readonly files: FileDialogs;
  readonly clipboard: Clipboard;
}

/** The candidates of the last `read`. */
interface Pending {
  readonly id: string;
  readonly provider: Provider;
  readonly items: readonly Item[];
  /** How many more were found than the window shows. */
  readonly more: number;
}

interface PendingImport {
  readonly current: Pending | undefined;
  /** Goes up with each `forget`. */
  readonly turn: number;
  set(pending: Pending): void;
  /** Starts the time again after which the candidates are dropped. */
  extend(): void;
  forget(): void;
}

function createPendingImport(clock: Clock): PendingImport {
  let current: Pending | undefined;
  let turn = 0;
  let cancel: () => void = () => undefined;
  const forget = (): void => {
    turn += 1;
    cancel();
    current = undefined;
  };
  const extend = (): void => {
    cancel();
    cancel = clock.after(DROP_AFTER_MS, forget);
  };
  return {
    get current() {
      return current;
    },
    get turn() {
      return turn;
    },
    set(pending) {
      current = pending;
      extend();
    },
    extend,
    forget,
  };
}

async function read(
  parts: ImportParts,
  pending: PendingImport,
  unlocked: () => boolean,
  { from, provider: id }: Argument<"import.read">,
): Promise<Result<CandidatesView | null>> {
  const { records, providers, clock, random, log } = parts;
  pending.forget();
  const { turn } = pending;
  const provider = providers.get(id);
  if (provider === undefined) return failed({ code: "provider_unknown", provider: id });
  const text = await textToImport(from, parts);
  if (!text.ok) return text;
  if (text.value === null) return ok(null);
  if (!unlocked()) return failed({ code: "vault_locked" });
  const { candidates, more } = await findTokens(text.value, provider, clock);
  if (!unlocked()) return failed({ code: "vault_locked" });
  if (pending.turn !== turn) return ok(null); // another import began meanwhile, or this one was ended
  if (candidates.length === 0) return failed({ code: "import_empty" });
  const items = candidates.map((found): Item => ({ found, known: isKnown(records, found.accessToken) }));
  const importId = random.uuid();
  pending.set({ id: importId, provider, items, more });
  log.info("import.read", { from, candidates: items.length + more });
  return ok({
    id: importId,
    providerName: provider.name,
    suggests: provider.accessTokenForm !== undefined,
    candidates: items.map(candidateView),
    more,
  });
}

async function check(
  parts: ImportParts,
  pending: PendingImport,
  { id, keys }: Argument<"import.check">,
): Promise<Result<ImportedView>> {
  const tokens: ImportedToken[] = [];
  for (const key of new Set(keys)) {
    const from = pending.current;
    const item = from?.id === id ? from.items[key] : undefined;
    if (from === undefined || item === undefined) return failed({ code: "import_gone" });
    const provider = unchanged(parts.providers, from.provider);
    if (!provider.ok) return provider;
    pending.extend();
    const owner = await checkOwner(parts, from.provider, item);
    if (pending.current !== from) return failed({ code: "import_gone" });
    tokens.push(tokenView(parts.records, from.provider, item, owner, key));
  }
  parts.log.info("import.check", { tokens: tokens.length });
  return ok({ tokens });
}

/** The chosen tokens, each with the registration to store it with; nothing is stored if one of them does not fit. */
function choices(
  records: RecordStore,
  { provider, items }: Pending,
  tokens: Argument<"import.keep">["tokens"],
): Result<readonly (Choice & { readonly item: Item })[]> {
  const chosen: (Choice & { readonly item: Item })[] = [];
  for (const { key, client: id, renews } of new Map(tokens.map((one) => [one.key, one])).values()) {
    const item = items[key];
    if (item?.owner?.ok !== true) return failed({ code: "import_gone" });
    const owner = item.owner.value;
    const client = clientOf(records, provider, owner, id, renews);
    if (!client.ok) return client;
    chosen.push({ item, provider, found: item.found, owner, client: client.value, renews });
  }
  return ok(chosen);
}

async function keep(
  parts: ImportParts,
  pending: PendingImport,
  keeper: Pick<Keeper, "store">,
  { id, tokens }: Argument<"import.keep">,
): Promise<Result<{ readonly signIns: readonly string[] }>> {
  const from = pending.current;
  if (from?.id !== id) return failed({ code: "import_gone" });
  const chosen = choices(parts.records, from, tokens);
  if (!chosen.ok) return chosen;
  for (const choice of chosen.value) {
    if (choice.item.stored !== undefined) continue; // by an earlier try, which failed at a later token
    const taken = new Set(from.items.flatMap(({ stored }) => stored ?? []));
    const stored = await keeper.store(recordOf(parts, choice, taken), "imported");
    if (!stored.ok) return stored;
    choice.item.stored = stored.value.id;
  }
  if (pending.current === from) pending.forget();
  return ok({ signIns: chosen.value.flatMap(({ item }) => item.stored ?? []) });
}

/** `unlocked`: false once the vault or the window is locked, which can happen while a system dialog is open. */
export function createImporting(
  parts: ImportParts,
  keeper: Pick<Keeper, "store">,
  unlocked: () => boolean,
): Importing {
  const pending = createPendingImport(parts.clock);
  /** Checks and stores run one after the other. */
  let queue: Promise<unknown> = Promise.resolve();
  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = queue.then(run);
    queue = result.catch(() => undefined);
    return result;
  }
  return {
    forget: () => pending.forget(),
    read: (question) => read(parts, pending, unlocked, question),
    check: (question) => inTurn(() => check(parts, pending, question)),
    keep: (answer) => inTurn(() => keep(parts, pending, keeper, answer)),
  };
}
