/**
 * What the end of a refresh means (design: the keeper's outcome table). Pure; the keeper carries it out.
 *
 * The rule behind the table: a one-time refresh token that may have reached the server is never sent again, because
 * a second use can end the whole connection (TA §10); and nothing but the server's own refusal ends an account.
 */
import type { Failure } from "../../contract/failure.ts";
import type { SignInRecord, SignInState } from "../accounts/records.ts";
import { statusFailure } from "../oauth/failures.ts";
import type { TokenSet } from "../oauth/token-response.ts";
import type { TokenVerdict } from "../oauth/token-request.ts";
import { unreachable } from "../oauth/unreachable.ts";
import type { Secret } from "../secret.ts";

export type RefreshDecision =
  /** Write the new tokens, then hand them out. `failure`: what the answer told beside them; they are validated at once. */
  | {
      readonly kind: "replace";
      readonly tokens: TokenSet;
      readonly state: SignInState;
      readonly failure?: Failure;
    }
  /** A new refresh token came, and no access token that can be used: write it, and try again with it. */
  | {
      readonly kind: "rotate";
      readonly refreshToken: Secret;
      readonly failure: Failure;
      readonly retryAfterMs: number;
    }
  /** The refresh token was not spent: take the intent back and try again, not before `retryAfterMs`. */
  | { readonly kind: "retry"; readonly failure: Failure; readonly retryAfterMs?: number }
  /** The state changes until the person does something. */
  | { readonly kind: "settle"; readonly state: SignInState; readonly failure: Failure };

const ONE_TIME_WAIT_MS = 60_000;

const NOT_OURS = {
  client_id: "client_id_rejected",
  client: "client_secret_rejected", // its id was right when the person signed in
  client_secret: "client_secret_rejected",
  client_secret_missing: "client_secret_missing",
  client_public: "client_secret_missing", // not seen for a refresh; what to do about it is the same
} as const;

/** `providerName` and the record's login only serve the sentence. */
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
        ? unknownEnd(record, failure, "unusable", nowMs)
        : { kind: "rotate", refreshToken, failure, retryAfterMs: ONE_TIME_WAIT_MS };
    }
    case "not_sent":
      return { kind: "retry", failure: unreachable(providerName, verdict.cause) };
    case "busy": {
      // A whole answer of 429, 500 or 503 says that nothing was done; a one-time token is sent again slowly (ADR 0004).
      const slowlyMs = record.refreshReuse === "one_time" ? ONE_TIME_WAIT_MS : 0;
      const retryAfterMs = Math.max(slowlyMs, verdict.retryAfterMs ?? 0);
      return {
        kind: "retry",
        failure: statusFailure(providerName, verdict.status, verdict.own),
        ...(retryAfterMs > 0 && { retryAfterMs }),
      };
    }
    case "refused":
      return refused(verdict.why, record, nowMs);
    case "uncertain":
      return unknownEnd(
        record,
        uncertain(verdict, providerName),
        verdict.failure === "lost" ? "lost" : "unusable",
        nowMs,
      );
  }
}

type Judged = Pick<SignInRecord, "refreshReuse" | "login">;

/** The refresh token may be spent: one that works once is not sent again. */
function unknownEnd(
  { refreshReuse, login }: Judged,
  failure: Failure,
  why: "lost" | "unusable",
  nowMs: number,
): RefreshDecision {
  return refreshReuse === "safe"
    ? { kind: "retry", failure }
    : {
        kind: "settle",
        state: { name: "refresh_ambiguous", sinceMs: nowMs, why },
        failure: { code: "refresh_ambiguous", account: login, why },
      };
}

/** The tokens that came count, whatever else the answer told. */
function replace(
  { tokens, error }: Extract<TokenVerdict, { kind: "tokens" }>,
  { refreshReuse, login: account }: Judged,
  provider: string,
  nowMs: number,
): RefreshDecision {
  // A new refresh token that cannot be read leaves us with the old one, which is spent if it works once.
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

function refused(
  why: Extract<TokenVerdict, { kind: "refused" }>["why"],
  { login }: Pick<SignInRecord, "login">,
  nowMs: number,
): RefreshDecision {
  if (why === "grant" || why === "redirect_uri") {
    return {
      kind: "settle",
      state: { name: "needs_sign_in", sinceMs: nowMs, why: "refresh_token_rejected" },
      failure: { code: "refresh_token_rejected", account: login },
    };
  }
  const code = NOT_OURS[why];
  return { kind: "settle", state: { name: "config_error", sinceMs: nowMs, why: code }, failure: { code } };
}

/** The sentence for an answer that does not tell what happened, where trying again does no harm. */
function uncertain(verdict: Extract<TokenVerdict, { kind: "uncertain" }>, provider: string): Failure {
  const { failure: what, detail } = verdict;
  return what === "lost"
    ? { code: "provider_unreachable", provider }
    : { code: "provider_misbehaved", provider, what, detail };
}

/** After a start: a record whose intent is still open was interrupted between intent and answer. */
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
 * Whether a second use of the refresh token is known to be harmless. What was seen last counts: the same string came
 * back, or another one did (TA §10). Before the first answer it is what the provider's data says of such a client;
 * unknown counts as one-time.
 */
export const reuseAfter = (
  record: Pick<SignInRecord, "refreshReuse" | "refresh_token">,
  tokens: TokenSet,
): "safe" | "one_time" => {
  if (tokens.refreshToken === undefined) return record.refreshReuse;
  return record.refresh_token?.equals(tokens.refreshToken) === true ? "safe" : "one_time";
};
