/** The record of a sign-in that the user saves, and the record that it replaces. */
import type { KeptFlow } from "../../contract/flow.ts";
import { ownPartsOf, type Draft, type SignInRecord } from "../../core/accounts/records.ts";
import type { TokenSet } from "../../core/oauth/token-response.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { originsOf } from "../../core/providers/provider.ts";
import type { RecordStore } from "../vault/types.ts";
import type { IdentifiedTokens, PendingAuthorization } from "./pending-authorization.ts";

type Records = Pick<RecordStore, "get" | "list">;

/** Client tokens have no user id, so they match by client. */
const isSameUser = (record: SignInRecord, { provider, client, identified }: PendingAuthorization): boolean =>
  record.provider === provider.id &&
  record.user_id === identified?.user_id &&
  (record.user_id !== "" || record.client === client.id);
const renewedBy = (vault: Records, { renews }: PendingAuthorization): SignInRecord | undefined =>
  renews === undefined ? undefined : vault.get("sign_in", renews);

/** The sign-in that this one replaces: the one that the user wants to renew, or one of the same user and client. */
export function replacedBy(vault: Records, authorization: PendingAuthorization): SignInRecord | undefined {
  const renewed = renewedBy(vault, authorization);
  if (renewed !== undefined && isSameUser(renewed, authorization)) return renewed;
  return vault
    .list("sign_in")
    .find((record) => record.client === authorization.client.id && isSameUser(record, authorization));
}
/** The login that the user wanted to renew, when another user signed in. */
export function insteadOf(vault: Records, authorization: PendingAuthorization): string | undefined {
  const renewed = renewedBy(vault, authorization);
  return renewed === undefined || isSameUser(renewed, authorization) ? undefined : renewed.login;
}

type StorableTokens = IdentifiedTokens & { readonly tokens: TokenSet };

/** `replaced`: the record that the new one replaces. Its id, nickname and time of creation stay. */
export function toRecord(
  { flow, provider, client }: PendingAuthorization & { readonly flow: KeptFlow },
  { tokens, idToken, user_id, login, displayName, scopes, expiresAtMs, receivedAtMs }: StorableTokens,
  replaced: SignInRecord | undefined,
  { clock, random }: { readonly clock: Clock; readonly random: Randomness },
): Draft<SignInRecord> {
  const confidential = client.client_secret !== undefined;
  return {
    kind: "sign_in",
    id: replaced?.id ?? random.uuid(),
    provider: provider.id,
    pinned: originsOf(provider),
    flow,
    // Reuse of a refresh token of the device grant was only observed with public clients, where it fails.
    refreshReuse:
      flow === "client_credentials"
        ? "safe"
        : confidential && flow !== "device_code"
          ? provider.confidentialRefreshReuse
          : "one_time",
    client: client.id,
    client_id: client.client_id,
    user_id,
    login,
    // A known display name stays when the provider sends none.
    displayName: displayName ?? (replaced?.login === login ? replaced.displayName : login),
    ...ownPartsOf(replaced),
    access_token: tokens.accessToken,
    ...(tokens.refreshToken !== undefined && { refresh_token: tokens.refreshToken }),
    ...(idToken !== undefined && { id_token: idToken.token }),
    scopes: [...scopes],
    issuedAtMs: receivedAtMs,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    createdAtMs: replaced?.createdAtMs ?? clock.nowMs(),
    state: { name: "signed_in" },
  };
}
