/** The access token that a tool or a copy gets: the one there is, or a new one if that is needed and can be had. */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { holdsToken } from "../../core/accounts/status.ts";
import { isAppToken, mayRefresh } from "../../core/lifecycle/schedule.ts";
import type { Clock } from "../../core/ports.ts";
import { waitsFor, type Watches } from "./watches.ts";

/** Why a sign-in has no token to hand out, and cannot get one by itself. */
export function whyNoToken({ state, login: account }: SignInRecord): Failure {
  switch (state.name) {
    case "revoked":
      return { code: "token_revoked", account };
    case "config_error":
      return { code: state.why };
    default:
      return { code: "needs_sign_in", account };
  }
}

type Work = () => Promise<Result<SignInRecord>>;

/** `refresh`: of this sign-in, shared by all who ask. */
export function createTokenFor(
  watches: Watches,
  clock: Clock,
  refresh: (id: string) => Promise<Result<SignInRecord>>,
) {
  /** Refreshes only when the keeper itself would: no request gets around a back-off. */
  async function renew(record: SignInRecord): Promise<Result<SignInRecord>> {
    if (record.state.name === "config_error") return failed(whyNoToken(record));
    if (watches.of(record.id).changedElsewhere === true && !isAppToken(record))
      return failed({ code: "record_changed" });
    const waiting = waitsFor(watches.of(record.id), clock.nowMs());
    if (waiting !== undefined) return failed(waiting);
    return refresh(record.id);
  }
  const leftMsOf = (record: SignInRecord): number => (watches.endsAtMs(record) ?? Infinity) - clock.nowMs();

  /** `waiting`: counts the asker in for as long as a refresh is waited for. */
  return async (
    id: string,
    minValidMs: number,
    rest: boolean,
    waiting: (work: Work) => Promise<Result<SignInRecord>>,
  ): Promise<Result<SignInRecord>> => {
    const record = watches.current(id);
    if (record === undefined) return failed({ code: "account_unknown" });
    if (!holdsToken(record))
      return mayRefresh(record) ? waiting(() => renew(record)) : failed(whyNoToken(record));
    // No token lasts longer than its whole life: a request for more would cause a refresh at each call.
    const lifeMs = (record.expiresAtMs ?? Infinity) - record.issuedAtMs;
    const leftMs = leftMsOf(record);
    if (leftMs > 0 && leftMs >= Math.min(minValidMs, (lifeMs * 3) / 4)) return ok(record);
    const renewed = await waiting(() => renew(record));
    if (renewed.ok || !rest) return renewed;
    // The refresh may have taken long: the old token may have ended by now, or have been revoked.
    const now = watches.current(id);
    return now !== undefined && holdsToken(now) && leftMsOf(now) > 0 ? ok(now) : renewed;
  };
}
