/** Makes a sign-in's record of a token that another tool got. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import { ownPartsOf, type ClientRecord, type Draft, type SignInRecord } from "../../core/accounts/records.ts";
import type { Candidate } from "../../core/import/tokens.ts";
import type { Validation } from "../../core/oauth/validate.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { originsOf, type Provider } from "../../core/providers/provider.ts";
import type { RecordStore } from "../vault/types.ts";

/** A validation that names the account. */
export type Owner = Validation & { readonly user_id: string; readonly login: string };

interface Parts {
  readonly records: RecordStore;
  readonly clock: Pick<Clock, "nowMs">;
  readonly random: Pick<Randomness, "uuid">;
}

/** What shall be stored: the token, its owner, and the registration that it belongs to. */
export interface Choice {
  readonly provider: Provider;
  readonly found: Candidate;
  readonly owner: Owner;
  readonly client: ClientRecord | undefined;
  /** The refresh token is stored too, because the other tool does not use it any more. */
  readonly renews: boolean;
}

/** Registrations that a token can belong to: those with its client ID, or all where the provider does not tell it. */
export const clientsFor = (
  records: RecordStore,
  provider: Provider,
  { client_id }: Validation,
): readonly ClientRecord[] =>
  records
    .list("client")
    .filter(
      (one) => one.provider === provider.id && (client_id === undefined || one.client_id === client_id),
    );

/**
 * The registration to store a token with: `chosen`, or the first that fits. Undefined: none fits, and none is needed.
 * Fails with `import_client_mismatch`.
 */
export function clientOf(
  records: RecordStore,
  provider: Provider,
  owner: Owner,
  chosen: string | undefined,
  renews: boolean,
): Result<ClientRecord | undefined> {
  const fitting = clientsFor(records, provider, owner);
  const client = fitting.find((one) => one.id === chosen) ?? (chosen === undefined ? fitting[0] : undefined);
  // A refresh token works with its own client alone; and some client is needed where the provider names none.
  const needed = renews || chosen !== undefined || owner.client_id === undefined;
  return client === undefined && needed ? failed({ code: "import_client_mismatch" }) : ok(client);
}

/**
 * The record for `choice`; in place of an earlier import of the same account and client, unless that is in `taken`
 * (sign-ins that other tokens of this import became).
 */
export function recordOf(
  { records, clock, random }: Parts,
  { provider, found, owner, client, renews }: Choice,
  taken: ReadonlySet<string>,
): Draft<SignInRecord> {
  const client_id = owner.client_id ?? client?.client_id ?? "";
  const before = records
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
    // A token of somebody else's client has no registration here; the id names none.
    client: client?.id ?? random.uuid(),
    client_id,
    user_id: owner.user_id,
    login: owner.login,
    displayName: owner.login,
    ...ownPartsOf(before),
    access_token: found.accessToken,
    ...(renews && found.refreshToken !== undefined && { refresh_token: found.refreshToken }),
    scopes: [...(owner.scopes ?? [])],
    issuedAtMs: clock.nowMs(), // the provider does not tell when it issued the token
    ...(owner.expiresAtMs !== undefined && { expiresAtMs: owner.expiresAtMs }),
    createdAtMs: before?.createdAtMs ?? clock.nowMs(),
    state: { name: "signed_in" },
  };
}
