/** Builds the window's row of a sign-in. */
import type { SignInView } from "../../contract/views/account.ts";
import { accountKey, type ClientRecord, type SignInRecord } from "../../core/accounts/records.ts";
import { conditionOf, handsOut, reasonOf, statusesOf } from "../../core/accounts/status.ts";
import { refreshesAtMs, renews } from "../../core/lifecycle/schedule.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { SignInHealth } from "../keeper/watches.ts";

/**
 * Builds the row of a sign-in. Its provider and its client registration may have been removed. `pictures`: the user wants them.
 */
export function signInView(
  record: SignInRecord,
  health: SignInHealth,
  provider: Provider | undefined,
  client: ClientRecord | undefined,
  nowMs: number,
  endsAtMs: number | undefined,
  pictures: boolean,
): SignInView {
  const providerName = provider?.name ?? record.provider;
  const status = statusesOf(record, health, nowMs, endsAtMs).window;
  const reason = reasonOf(record, health, status, providerName);
  const sinceMs = "sinceMs" in record.state ? record.state.sinceMs : health.sinceMs;
  const refreshAt = refreshesAtMs(record);
  const { nextTryAtMs, validatedAtMs } = health;
  const condition = conditionOf(health);
  return {
    id: record.id,
    account: accountKey(record),
    provider: record.provider,
    providerName,
    test: provider?.test ?? false,
    flow: record.flow,
    client: record.client,
    clientName: client?.name ?? record.client_id,
    user_id: record.user_id,
    login: record.login,
    displayName: record.displayName,
    ...(record.alias !== undefined && { alias: record.alias }),
    ...(record.note !== undefined && { note: record.note }),
    ...(record.onTop === true && { pinned: true }),
    ...(pictures && provider?.pictures !== undefined && record.user_id !== "" && { picture: true }),
    scopes: record.scopes,
    status,
    ...(condition !== undefined && { condition }),
    ...(reason !== undefined && { reason }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(nextTryAtMs !== undefined && { nextTryAtMs }),
    renews: renews(record),
    irc: provider?.ircScopes?.some((scope) => record.scopes.includes(scope)) ?? false,
    hasIdToken: record.id_token !== undefined,
    hasToken: handsOut(record, nowMs, endsAtMs),
    issuedAtMs: record.issuedAtMs,
    ...(endsAtMs !== undefined && record.access_token !== undefined && { expiresAtMs: endsAtMs }),
    ...(refreshAt !== undefined && { refreshesAtMs: refreshAt }),
    ...(validatedAtMs !== undefined && { validatedAtMs }),
    validating: health.validating,
  };
}
