/**
 * The status of a sign-in: whether tools get its access token, which status tools and the window see, and which failure
 * explains it. Pure: it computes a status or a failure from a record, the keeper's facts about it, and instants.
 *
 * Whether a sign-in can be refreshed and whether its access token is valid are two questions. A provider was seen to
 * refuse a refresh and to accept the access token of the same sign-in for hours after that (docs/twitch-auth.md
 * §21.10).
 */
import type { Failure } from "../../contract/failure.ts";
import type { Condition, SignInStatus } from "../../contract/status.ts";
import { ENDS_SOON_MS, isAppToken, mayRefresh, REFRESH_MARGIN_MS, renews } from "../lifecycle/schedule.ts";
import type { SignInRecord, SignInState } from "./records.ts";

/** The keeper's facts about a sign-in that its record does not hold. */
export interface Health {
  readonly refreshing: boolean;
  /** A passing problem; the status below it stays as it is. */
  readonly condition?: Condition | undefined;
  /** The failure behind `condition`, or the failure that keeps the sign-in from being refreshed. */
  readonly reason?: Failure | undefined;
  /** The keeper starts no refresh before this instant, in epoch milliseconds. */
  readonly nextTryAtMs?: number | undefined;
  /** The lasting state that a refresh under way tries to end; it counts until the refresh succeeds. */
  readonly stateBefore?: SignInState | undefined;
  /** Another program changed the record on disk, so this process does not refresh the sign-in any more. */
  readonly changedElsewhere?: boolean | undefined;
}

/** The states that last until the user, or another program, acts. */
export type Lasting =
  | "refresh_ambiguous"
  | Extract<SignInState, { name: "needs_sign_in" | "config_error" }>["why"]
  | "revoked"
  | "provider_changed"
  | "provider_unknown"
  | "record_changed";

/** One status for tools and one for the window. */
export interface Statuses {
  readonly tools: SignInStatus;
  readonly window: SignInStatus;
}
interface Row {
  /** False: the access token itself is invalid, so no tool gets it, even before it expires. */
  readonly keepsToken: boolean;
  /** The status before the access token expires (`living`) and after it (`ended`). */
  readonly living: Statuses;
  readonly ended: Statuses;
}

const both = (status: SignInStatus): Statuses => ({ tools: status, window: status });
const needsSignIn = both("needs_sign_in");
const withoutToken = (status: SignInStatus): Row => ({
  keepsToken: false,
  living: both(status),
  ended: both(status),
});
/** The client registration has an error; once the user has corrected it, the sign-in refreshes by itself again. */
const client: Row = { keepsToken: true, living: both("config_error"), ended: both("config_error") };
/** The window asks for a new sign-in at once; tools get the token until it expires. */
const cannotRefresh: Row = {
  keepsToken: true,
  living: { tools: "ends_soon", window: "needs_sign_in" },
  ended: needsSignIn,
};

export const LASTING: Readonly<Record<Lasting, Row>> = {
  refresh_ambiguous: { keepsToken: true, living: both("refresh_ambiguous"), ended: needsSignIn },
  refresh_token_rejected: cannotRefresh,
  provider_changed: cannotRefresh,
  record_changed: { keepsToken: true, living: both("ends_soon"), ended: needsSignIn },
  access_token_rejected: withoutToken("needs_sign_in"),
  identity_mismatch: withoutToken("needs_sign_in"),
  moved: withoutToken("needs_sign_in"),
  revoked: withoutToken("revoked"),
  client_id_rejected: client,
  client_secret_rejected: client,
  client_secret_missing: client,
  client_missing: client,
  provider_unknown: client,
};

function storedReason(state: SignInState): Lasting | undefined {
  switch (state.name) {
    case "refresh_ambiguous":
    case "revoked":
      return state.name;
    case "needs_sign_in":
    case "config_error":
      return state.why;
    default:
      return undefined;
  }
}

function lastingOf(record: SignInRecord, { stateBefore, changedElsewhere, reason }: Health) {
  const stored = storedReason(stateBefore ?? record.state);
  if (stored !== undefined) return stored;
  if (changedElsewhere === true) return "record_changed";
  const code = reason?.code;
  return code === "provider_changed" || code === "provider_unknown" ? code : undefined;
}

/** Whether the access token is used until it expires: the keeper validates it hourly, and tools get it. */
export function holdsToken(record: SignInRecord): boolean {
  const lasting = storedReason(record.state);
  return record.access_token !== undefined && (lasting === undefined || LASTING[lasting].keepsToken);
}

/** Whether the keeper may refresh the sign-in without an action of the user. */
export const refreshesItself = (record: SignInRecord, { changedElsewhere }: Health): boolean =>
  mayRefresh(record) && changedElsewhere !== true;

/** `endsAtMs`: when the access token expires, in epoch milliseconds; undefined: the provider gave no expiry. */
export function statusesOf(
  record: SignInRecord,
  health: Health,
  nowMs: number,
  endsAtMs: number | undefined,
): Statuses {
  const leftMs = (endsAtMs ?? Infinity) - nowMs;
  const lives = record.access_token !== undefined && leftMs > 0;
  const lasting = lastingOf(record, health);
  if (lasting !== undefined) return LASTING[lasting][lives ? "living" : "ended"];
  if (health.refreshing || record.state.name === "refreshing")
    return both(isAppToken(record) ? "reminting" : "refreshing");
  if (mayRefresh(record)) return both(lives && leftMs >= REFRESH_MARGIN_MS ? "signed_in" : "expiring");
  if (!lives) return needsSignIn;
  return both(leftMs < ENDS_SOON_MS ? "ends_soon" : "signed_in");
}

/** Whether a tool or the clipboard can get an access token: a valid one, or a new one after a refresh. */
export const handsOut = (record: SignInRecord, nowMs: number, endsAtMs: number | undefined): boolean =>
  holdsToken(record) && ((endsAtMs ?? Infinity) > nowMs || mayRefresh(record));

/** The next instant, in epoch milliseconds, at which the passing of time changes a status; undefined: none. */
export function statusChangesAtMs(
  record: SignInRecord,
  health: Health,
  nowMs: number,
  endsAtMs: number | undefined,
): number | undefined {
  if (endsAtMs === undefined) return undefined;
  const now = statusesOf(record, health, nowMs, endsAtMs);
  return [endsAtMs - ENDS_SOON_MS + 1, endsAtMs - REFRESH_MARGIN_MS + 1, endsAtMs]
    .filter((atMs) => atMs > nowMs)
    .find((atMs) => {
      const then = statusesOf(record, health, atMs, endsAtMs);
      return then.tools !== now.tools || then.window !== now.window;
    });
}

/** The passing problem to show. A change by another program comes first, because waiting does not end it. */
export const conditionOf = ({ changedElsewhere, condition }: Health): Condition | undefined =>
  changedElsewhere === true ? "record_changed" : condition;

/** The failure because of which no refresh starts yet, not even for a tool; undefined: a refresh may start. */
export const waitsFor = ({ reason, nextTryAtMs = 0 }: Health, nowMs: number): Failure | undefined =>
  nextTryAtMs > nowMs ? reason : undefined;

/** The failure that a stored state stands for, so that the window can explain the state after a restart as well. */
export function failureOf(
  { state, login: account }: Pick<SignInRecord, "state" | "login">,
  providerName: string,
): Failure | undefined {
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

/** The failure that explains a sign-in's status in the window; undefined: there is nothing to explain. */
export function reasonOf(
  record: SignInRecord,
  health: Health,
  status: SignInStatus,
  providerName: string,
): Failure | undefined {
  if (health.changedElsewhere === true) return { code: "record_changed" };
  if (health.condition !== undefined) return health.reason;
  const known = failureOf(record, providerName) ?? health.reason;
  // A token without a refresh token has expired as planned.
  if (known === undefined && status === "needs_sign_in")
    return { code: "needs_sign_in", account: record.login };
  return known;
}

/** Why a tool gets no token of a sign-in that cannot be refreshed. */
export function whyNoToken({ state, login: account }: Pick<SignInRecord, "state" | "login">): Failure {
  switch (state.name) {
    case "revoked":
      return { code: "token_revoked", account };
    case "config_error":
      return { code: state.why };
    default:
      return { code: "needs_sign_in", account };
  }
}

/** Why a sign-in cannot be refreshed, not even when the user asks; undefined: it can. */
export function whyNoRefresh(record: SignInRecord): Failure | undefined {
  const account = record.login;
  switch (record.state.name) {
    case "revoked":
      return { code: "token_revoked", account };
    case "needs_sign_in":
      return { code: "needs_sign_in", account };
    case "refresh_ambiguous":
      return { code: "refresh_ambiguous", account, why: record.state.why ?? "interrupted" };
    default:
      return renews(record) ? undefined : { code: "refresh_token_missing", account };
  }
}

/** Whether only the user can help; the window and the tray list such sign-ins first. */
export const needsAttention = ({ status }: { readonly status: SignInStatus }): boolean =>
  status === "needs_sign_in" ||
  status === "config_error" ||
  status === "refresh_ambiguous" ||
  status === "ends_soon";
