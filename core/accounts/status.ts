/**
 * The status of a sign-in: whether its access token is handed out, what tools are told and what the window shows.
 * Pure: a record, what the keeper knows besides, and two instants in; a status out.
 *
 * Whether a sign-in can be refreshed and whether its access token is valid are two questions. A provider was seen to
 * refuse a refresh and to accept the access token of the same sign-in for hours after that (TA §21.10).
 */
import type { Failure } from "../../contract/failure.ts";
import type { SignInStatus } from "../../contract/status.ts";
import { ENDS_SOON_MS, isAppToken, mayRefresh, REFRESH_MARGIN_MS } from "../lifecycle/schedule.ts";
import type { SignInRecord, SignInState } from "./records.ts";

/** What the keeper knows of a sign-in beyond its record. */
export interface Health {
  readonly refreshing: boolean;
  /** Why it is not refreshed at the moment. */
  readonly reason?: Failure | undefined;
  /** The lasting state that a refresh under way tries to end; it counts until the refresh succeeds. */
  readonly stateBefore?: SignInState | undefined;
  /** Another writer changed the record on disk, so this process refreshes the sign-in no longer. */
  readonly changedElsewhere?: boolean | undefined;
}

/** What lasts until the person, or another writer, acts. */
export type Lasting =
  | "refresh_ambiguous"
  | Extract<SignInState, { name: "needs_sign_in" | "config_error" }>["why"]
  | "revoked"
  | "provider_changed"
  | "provider_unknown"
  | "record_changed";

export interface Statuses {
  readonly tools: SignInStatus;
  readonly window: SignInStatus;
}
interface Row {
  /** False: the access token itself is no good, so nobody gets it, however long it would live. */
  readonly keepsToken: boolean;
  /** While the access token lives, and after it. */
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
/** The registration has to be set right: then the sign-in refreshes itself again. */
const client: Row = { keepsToken: true, living: both("config_error"), ended: both("config_error") };
/** The window asks for a sign-in at once; a tool works until the token ends. */
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

/** Whether the access token counts until it ends: it is validated hourly and handed out. */
export function holdsToken(record: SignInRecord): boolean {
  const lasting = storedReason(record.state);
  return record.access_token !== undefined && (lasting === undefined || LASTING[lasting].keepsToken);
}

/** Whether a refresh may begin without the person. */
export const refreshesItself = (record: SignInRecord, { changedElsewhere }: Health): boolean =>
  mayRefresh(record) && changedElsewhere !== true;

/** `endsAtMs`: when the access token ends; undefined: the provider told no end. */
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

/** Whether a copy can be had: a token that lives, or one that is refreshed when somebody asks. */
export const handsOut = (record: SignInRecord, nowMs: number, endsAtMs: number | undefined): boolean =>
  holdsToken(record) && ((endsAtMs ?? Infinity) > nowMs || mayRefresh(record));

/** The next instant at which time alone changes a status; undefined: none. */
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
