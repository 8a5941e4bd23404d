import type { Failure } from "../../contract/failure.ts";
import type { SignInStatus } from "../../contract/status.ts";
import type { SignInView } from "../../contract/views/account.ts";
import { accountKey, type ClientRecord, type SignInRecord } from "../../core/accounts/records.ts";
import { handsOut, statusesOf } from "../../core/accounts/status.ts";
import { refreshesAtMs, renews } from "../../core/lifecycle/schedule.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { conditionOf, type Watch } from "../keeper/watches.ts";

/** The failure that a stored state stands for: its sentence is the same after a restart. */
function failureOf(record: SignInRecord, providerName: string): Failure | undefined {
  const { state, login: account } = record;
  switch (state.name) {
    case "needs_sign_in":
      if (state.why === "refresh_token_rejected") return { code: "refresh_token_rejected", account };
      if (state.why === "identity_mismatch") return { code: "identity_mismatch" };
      if (state.why === "moved") return { code: "moved_here", account };
      return { code: "access_token_rejected", provider: providerName };
    case "config_error":
      return { code: state.why };
    case "refresh_ambiguous":
      return { code: "refresh_ambiguous", account, why: state.why ?? "interrupted" };
    case "revoked":
      return { code: "token_revoked", account };
    default:
      return undefined;
  }
}

function reasonOf(
  record: SignInRecord,
  watch: Watch,
  status: SignInStatus,
  providerName: string,
): Failure | undefined {
  if (watch.changedElsewhere === true) return { code: "record_changed" };
  if (watch.condition !== undefined) return watch.reason;
  const known = failureOf(record, providerName) ?? watch.reason;
  // A token that cannot be refreshed has reached its end.
  if (known === undefined && status === "needs_sign_in")
    return { code: "needs_sign_in", account: record.login };
  return known;
}

/** Builds the row of a sign-in. Its provider and its client registration may have been removed. */
export function signInView(
  record: SignInRecord,
  watch: Watch,
  provider: Provider | undefined,
  client: ClientRecord | undefined,
  nowMs: number,
  endsAtMs: number | undefined,
): SignInView {
  const providerName = provider?.name ?? record.provider;
  const status = statusesOf(record, watch, nowMs, endsAtMs).window;
  const reason = reasonOf(record, watch, status, providerName);
  const sinceMs = "sinceMs" in record.state ? record.state.sinceMs : watch.sinceMs;
  const refreshAt = refreshesAtMs(record);
  const { nextTryAtMs, validatedAtMs } = watch;
  const condition = conditionOf(watch);
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
    scopes: record.scopes,
    status,
    ...(condition !== undefined && { condition }),
    ...(reason !== undefined && { reason }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(nextTryAtMs !== undefined && { nextTryAtMs }),
    renews: renews(record),
    hasIdToken: record.id_token !== undefined,
    hasToken: handsOut(record, nowMs, endsAtMs),
    issuedAtMs: record.issuedAtMs,
    ...(endsAtMs !== undefined && record.access_token !== undefined && { expiresAtMs: endsAtMs }),
    ...(refreshAt !== undefined && { refreshesAtMs: refreshAt }),
    ...(validatedAtMs !== undefined && { validatedAtMs }),
    validating: watch.validating,
  };
}

/** True when only the user can help; the tray and the first rows put these first. */
export const needsYou = ({ status }: Pick<SignInView, "status">): boolean =>
  status === "needs_sign_in" ||
  status === "config_error" ||
  status === "refresh_ambiguous" ||
  status === "ends_soon";
