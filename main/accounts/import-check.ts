/** Finds tokens in a text, and asks the provider whose they are. */
import { setImmediate } from "node:timers/promises";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { CandidateView, ImportedToken } from "../../contract/views/import.ts";
import { findingTokens, type Candidate, type Findings } from "../../core/import/tokens.ts";
import { validationFailure } from "../../core/oauth/failures.ts";
import { readValidation, validateRequest } from "../../core/oauth/validate.ts";
import type { Clock, HttpClient } from "../../core/ports.ts";
import { originsMatch, originsOf, type Provider } from "../../core/providers/provider.ts";
import type { Providers } from "../../core/providers/registry.ts";
import { describeScope } from "../../core/scopes/catalogue.ts";
import { Secret } from "../../core/secret.ts";
import type { RecordStore } from "../vault/types.ts";
import { clientsFor, type Owner } from "./import-record.ts";

/** The longest stretch of scanning a large file before other work gets its turn. */
const SLICE_MS = 10;

export interface Item {
  readonly found: Candidate;
  /** The vault has this value as something else than an access token: it is never sent. */
  readonly known: boolean;
  /** What the provider answered. */
  owner?: Result<Owner>;
  /** The sign-in that the token became. */
  stored?: string;
}

/** Finds what may be tokens, in slices; sends nothing. */
export async function findTokens(text: string, provider: Provider, clock: Clock): Promise<Findings> {
  const finding = findingTokens(text, provider);
  let pausedAtMs = clock.monotonicMs();
  for (;;) {
    const step = finding.next();
    if (step.done === true) return step.value;
    if (clock.monotonicMs() - pausedAtMs < SLICE_MS) continue;
    await setImmediate();
    pausedAtMs = clock.monotonicMs();
  }
}

/** True for a client ID, a client secret or a refresh token of this vault: none of them may be sent to a validation. */
export function isKnown(records: RecordStore, value: Secret): boolean {
  const isClient = records
    .list("client")
    .some(
      ({ client_id, client_secret }) =>
        value.equals(new Secret(client_id)) || client_secret?.equals(value) === true,
    );
  return isClient || records.list("sign_in").some((one) => one.refresh_token?.equals(value) === true);
}

/**
 * The provider as it is now. Fails with `provider_unknown` or `provider_changed` if it was removed, or has other
 * addresses, since the tokens were found.
 */
export function unchanged(providers: Providers, before: Provider): Result<Provider> {
  const { id, name } = before;
  const provider = providers.get(id);
  if (provider === undefined) return failed({ code: "provider_unknown", provider: id });
  const same =
    originsMatch(provider, originsOf(before)) && provider.validationEndpoint === before.validationEndpoint;
  return same ? ok(provider) : failed({ code: "provider_changed", provider: name });
}

/**
 * Failures that are the provider's word about the token itself. After any other failure the token may be sent again.
 */
const FINAL: ReadonlySet<string> = new Set(["import_rejected", "import_own_client", "import_no_login"]);

/** Whose token this is, by the provider's validation endpoint; an answer that is final is remembered in the item. */
export async function checkOwner(
  { http, clock }: { readonly http: HttpClient; readonly clock: Clock },
  provider: Provider,
  item: Item,
): Promise<Result<Owner>> {
  if (item.known) return failed({ code: "import_withheld" });
  const { owner } = item;
  if (owner !== undefined && (owner.ok || FINAL.has(owner.failure.code))) return owner;
  const outcome = await http.send(validateRequest(provider, item.found.accessToken));
  const verdict = readValidation(provider, outcome, clock.nowMs());
  item.owner = ownerOf(provider, verdict);
  return item.owner;
}

function ownerOf(provider: Provider, verdict: ReturnType<typeof readValidation>): Result<Owner> {
  if (verdict.kind === "rejected") return failed({ code: "import_rejected", provider: provider.name });
  if (verdict.kind !== "valid") return failed(validationFailure(verdict, provider));
  const { client_id, user_id, login } = verdict.validation;
  // docs/twitch-auth.md §18: a session of the provider's own site may do anything, and is not for other programs.
  if (client_id !== undefined && provider.ownClients?.includes(client_id) === true)
    return failed({ code: "import_own_client", provider: provider.name });
  if (user_id === undefined || login === undefined)
    return failed({ code: "import_no_login", provider: provider.name });
  return ok({ ...verdict.validation, user_id, login });
}

/** A candidate for the window, which never sees the token. */
export const candidateView = ({ found, known }: Item, key: number): CandidateView => ({
  key,
  line: found.line,
  ...(found.name !== undefined && { name: found.name }),
  ...(found.owner !== undefined && { owner: found.owner }),
  hasRefreshToken: found.refreshToken !== undefined,
  ...(known ? { doubt: "known" } : found.doubt !== undefined && { doubt: found.doubt }),
});

/** A checked token for the window, with the registrations that it can be stored with. */
export function tokenView(
  records: RecordStore,
  provider: Provider,
  { found }: Item,
  owner: Result<Owner>,
  key: number,
): ImportedToken {
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
    clients: clientsFor(records, provider, owner.value).map((one) => ({ id: one.id, name: one.name })),
    hasRefreshToken: found.refreshToken !== undefined,
  };
}
