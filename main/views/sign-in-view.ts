import type { Failure } from "../../contract/failure.ts";
import type { SignInStatus, SignInView } from "../../contract/view.ts";
import { accountKey, type ClientRecord, type SignInRecord } from "../../core/accounts/records.ts";
import {
  ENDS_SOON_MS,
  isAppToken,
  mayRefresh,
  REFRESH_MARGIN_MS,
  refreshesAtMs,
  renews,
} from "../../core/lifecycle/schedule.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Watch } from "../keeper/parts.ts";

/** The state that a person sees: the record's, refined by time and by what runs now. `endsAtMs`: as both clocks say. */
export function statusOf(
  record: SignInRecord,
  watch: Pick<Watch, "refreshing" | "reason">,
  nowMs: number,
  endsAtMs: number | undefined,
): SignInStatus {
  const { name } = record.state;
  if (
    name === "refresh_ambiguous" ||
    name === "needs_sign_in" ||
    name === "config_error" ||
    name === "revoked"
  )
    return name;
  // Its tokens are not sent to addresses it was not signed in at: only the person can say that these are right.
  if (watch.reason?.code === "provider_changed") return "needs_sign_in";
  if (watch.reason?.code === "provider_unknown") return "config_error";
  if (watch.refreshing || name === "refreshing") return isAppToken(record) ? "reminting" : "refreshing";
  if (record.access_token === undefined) return "expiring"; // the provider ended it, and a new one waits
  if (endsAtMs === undefined) return "signed_in";
  const leftMs = endsAtMs - nowMs;
  if (mayRefresh(record)) return leftMs < REFRESH_MARGIN_MS ? "expiring" : "signed_in";
  return leftMs < ENDS_SOON_MS ? "ends_soon" : "signed_in";
}

/** The failure that a stored state stands for, so that its sentence outlives a restart. */
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

/** `provider` and `client` may be gone; the account is shown all the same. */
export function signInView(
  record: SignInRecord,
  watch: Watch,
  provider: Provider | undefined,
  client: ClientRecord | undefined,
  nowMs: number,
  endsAtMs: number | undefined,
): SignInView {
  const providerName = provider?.name ?? record.provider;
  const reason =
    watch.condition === undefined ? (failureOf(record, providerName) ?? watch.reason) : watch.reason;
  const sinceMs = "sinceMs" in record.state ? record.state.sinceMs : watch.sinceMs;
  const refreshAt = refreshesAtMs(record);
  const { nextTryAtMs, validatedAtMs, condition } = watch;
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
    status: statusOf(record, watch, nowMs, endsAtMs),
    ...(condition !== undefined && { condition }),
    ...(reason !== undefined && { reason }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(nextTryAtMs !== undefined && { nextTryAtMs }),
    renews: renews(record),
    hasIdToken: record.id_token !== undefined,
    hasToken: record.access_token !== undefined,
    issuedAtMs: record.issuedAtMs,
    ...(endsAtMs !== undefined && record.access_token !== undefined && { expiresAtMs: endsAtMs }),
    ...(refreshAt !== undefined && { refreshesAtMs: refreshAt }),
    ...(validatedAtMs !== undefined && { validatedAtMs }),
    validating: watch.validating,
  };
}

/** True when nothing but the person can help: such rows come first. */
export const needsYou = ({ status }: Pick<SignInView, "status">): boolean =>
  status === "needs_sign_in" ||
  status === "config_error" ||
  status === "refresh_ambiguous" ||
  status === "ends_soon";
