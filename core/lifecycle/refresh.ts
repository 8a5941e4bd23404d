/**
 * What each outcome of a refresh request means for a sign-in (ADR 0004). Pure; main/keeper/refresher.ts carries it out.
 *
 * Two rules. A one-time refresh token that may have reached the server is never sent again, because a second use can
 * end the whole grant (docs/twitch-auth.md §10). Only a refusal by the server makes the user sign in again.
 */
import type { Failure } from "../../contract/failure.ts";
import type { SignInRecord, SignInState } from "../accounts/records.ts";
import { statusFailure } from "../oauth/failures.ts";
import type { TokenSet } from "../oauth/token-response.ts";
import type { TokenVerdict } from "../oauth/token-request.ts";
import { unreachable } from "../oauth/unreachable.ts";
import type { Secret } from "../secret.ts";
import { issuesAfter } from "./schedule.ts";

export type RefreshDecision =
  /**
   * Write the new tokens, then hand them out. `failure`: an error in the same answer; the tokens are validated at once.
   */
  | {
      readonly kind: "replace";
      readonly tokens: TokenSet;
      readonly state: SignInState;
      readonly failure?: Failure;
    }
  /**
   * The answer holds a new refresh token but no usable access token: write the refresh token, then try again with it.
   */
  | {
      readonly kind: "rotate";
      readonly refreshToken: Secret;
      readonly failure: Failure;
      readonly retryAfterMs: number;
    }
  /** The refresh token is not spent: withdraw the intent and try again, not before `retryAfterMs` has passed. */
  | { readonly kind: "retry"; readonly failure: Failure; readonly retryAfterMs?: number }
  /** The sign-in gets a state that lasts until the user acts. */
  | { readonly kind: "change_state"; readonly state: SignInState; readonly failure: Failure };

/** The shortest wait before a one-time refresh token is sent again. */
const ONE_TIME_WAIT_MS = 60_000;

/** Maps each refusal of the client to the error that the sign-in shows. */
const CLIENT_ERRORS = {
  client_id: "client_id_rejected",
  client: "client_secret_rejected", // the client ID was right when the user signed in
  client_secret: "client_secret_rejected",
  client_secret_missing: "client_secret_missing",
  client_public: "client_secret_missing", // no known provider refuses a refresh like this; a client secret solves it too
} as const;

/** `providerName` and the record's login appear in failures only. */
export function decideRefresh(
  verdict: TokenVerdict,
  record: Pick<SignInRecord, "refreshReuse" | "login">,
  providerName: string,
  nowMs: number,
): RefreshDecision {
  switch (verdict.kind) {
    case "tokens":
      return replace(verdict, record, providerName, nowMs);
    case "unusable": {
      const { member: detail, refreshToken } = verdict;
      const failure = {
        code: "provider_misbehaved",
        provider: providerName,
        what: "member",
        detail,
      } as const;
      return refreshToken === undefined
        ? outcomeUnknown(record, failure, "unusable", nowMs)
        : { kind: "rotate", refreshToken, failure, retryAfterMs: ONE_TIME_WAIT_MS };
    }
    case "not_sent":
      return { kind: "retry", failure: unreachable(providerName, verdict.cause) };
    case "busy": {
      // A complete answer of 429, 500 or 503 means that the server did nothing; see ADR 0004 for the wait.
      const leastWaitMs = record.refreshReuse === "one_time" ? ONE_TIME_WAIT_MS : 0;
      const retryAfterMs = Math.max(leastWaitMs, verdict.retryAfterMs ?? 0);
      return {
        kind: "retry",
        failure: statusFailure(providerName, verdict.status, verdict.own),
        ...(retryAfterMs > 0 && { retryAfterMs }),
      };
    }
    case "refused":
      return refused(verdict.why, record, nowMs);
    case "uncertain":
      return outcomeUnknown(
        record,
        uncertainFailure(verdict, providerName),
        verdict.failure === "lost" ? "lost" : "unusable",
        nowMs,
      );
  }
}

type Judged = Pick<SignInRecord, "refreshReuse" | "login">;

/** The refresh token may be spent, so a one-time token is not sent again. */
function outcomeUnknown(
  { refreshReuse, login }: Judged,
  failure: Failure,
  why: "lost" | "unusable",
  nowMs: number,
): RefreshDecision {
  return refreshReuse === "safe"
    ? { kind: "retry", failure }
    : {
        kind: "change_state",
        state: { name: "refresh_ambiguous", sinceMs: nowMs, why },
        failure: { code: "refresh_ambiguous", account: login, why },
      };
}

/** The new tokens are used, also when the answer holds an error beside them. */
function replace(
  { tokens, error }: Extract<TokenVerdict, { kind: "tokens" }>,
  { refreshReuse, login: account }: Judged,
  provider: string,
  nowMs: number,
): RefreshDecision {
  // The new refresh token is unreadable, and a one-time token that was sent is spent: no refresh token is left.
  if (tokens.refreshTokenUnreadable === true && refreshReuse === "one_time")
    return {
      kind: "replace",
      tokens,
      state: { name: "refresh_ambiguous", sinceMs: nowMs, why: "unusable" },
      failure: { code: "refresh_ambiguous", account, why: "unusable" },
    };
  return {
    kind: "replace",
    tokens,
    state: { name: "signed_in" },
    ...(error !== undefined && { failure: { code: "provider_error", provider, error } }),
  };
}

/** The server refused the grant, which ends the sign-in, or the client, which the user can correct. */
function refused(
  why: Extract<TokenVerdict, { kind: "refused" }>["why"],
  { login }: Pick<SignInRecord, "login">,
  nowMs: number,
): RefreshDecision {
  if (why === "grant" || why === "redirect_uri") {
    return {
      kind: "change_state",
      state: { name: "needs_sign_in", sinceMs: nowMs, why: "refresh_token_rejected" },
      failure: { code: "refresh_token_rejected", account: login },
    };
  }
  const code = CLIENT_ERRORS[why];
  return {
    kind: "change_state",
    state: { name: "config_error", sinceMs: nowMs, why: code },
    failure: { code },
  };
}

/** The failure for an outcome that leaves open whether the server acted. */
function uncertainFailure(verdict: Extract<TokenVerdict, { kind: "uncertain" }>, provider: string): Failure {
  const { failure: what, detail } = verdict;
  return what === "lost"
    ? { code: "provider_unreachable", provider }
    : { code: "provider_misbehaved", provider, what, detail };
}

/** The state of a record after a start: an intent that is still open was interrupted before its answer was written. */
export const afterInterruption = ({
  refreshReuse,
  state,
}: Pick<SignInRecord, "refreshReuse" | "state">): SignInState =>
  state.name !== "refreshing"
    ? state
    : refreshReuse === "safe"
      ? { name: "signed_in" }
      : { name: "refresh_ambiguous", sinceMs: state.sinceMs, why: "interrupted" };

/**
 * Whether the refresh token may be used a second time. The last answer decides: it returned the same refresh token
 * (`safe`) or another one (`one_time`) (docs/twitch-auth.md §10). Before the first answer, the provider's data decides;
 * unknown counts as `one_time`.
 */
export const reuseAfter = (
  record: Pick<SignInRecord, "refreshReuse" | "refresh_token">,
  tokens: TokenSet,
): "safe" | "one_time" => {
  if (tokens.refreshToken === undefined) return record.refreshReuse;
  return record.refresh_token?.equals(tokens.refreshToken) === true ? "safe" : "one_time";
};

/** The record with the tokens of a successful refresh. `issuedAtMs`: now, in epoch milliseconds. */
export function renewedRecord(
  record: SignInRecord,
  tokens: TokenSet,
  state: SignInState,
  issuedAtMs: number,
): SignInRecord {
  const { expiresAtMs: _ended, ...rest } = record;
  const rotated = tokens.refreshToken?.equals(record.refresh_token ?? tokens.refreshToken) === false;
  return {
    ...rest,
    access_token: tokens.accessToken,
    ...(tokens.refreshToken !== undefined && { refresh_token: tokens.refreshToken }),
    scopes: [...tokens.scopes],
    refreshReuse: reuseAfter(record, tokens),
    issuedAtMs,
    // The provider limits the access tokens of one refresh token (docs/twitch-auth.md §10), so a new refresh token
    // counts from one.
    recentIssuesAtMs: rotated ? [issuedAtMs] : issuesAfter(record, issuedAtMs, tokens.expiresAtMs),
    ...(tokens.expiresAtMs !== undefined && { expiresAtMs: tokens.expiresAtMs }),
    state,
  };
}

/** The earlier client error with the new instant, when the provider has repeated it; undefined: it is another error. */
export const repeatedClientError = (
  before: SignInState,
  now: SignInState,
  nowMs: number,
): SignInState | undefined =>
  before.name === "config_error" && now.name === "config_error" && before.why === now.why
    ? { ...before, triedAtMs: nowMs }
    : undefined;
