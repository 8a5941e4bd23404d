/** What a user, a tool or a bulk action requests of the keeper: a refresh, or a token that is valid long enough. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { holdsToken, waitsFor, whyNoToken } from "../../core/accounts/status.ts";
import { isAppToken, mayRefresh, retriesClientAtMs } from "../../core/lifecycle/schedule.ts";
import type { KeeperContext } from "./ports.ts";
import type { Refresher } from "./refresher.ts";
import type { Asker } from "./waiters.ts";

type Refreshed = Result<SignInRecord>;
type Refresh = (id: string) => Promise<Refreshed>;

/**
 * Refreshes a sign-in on request. A user overrides the waits of the keeper, and the sign-in then continues with the
 * record that another program left on disk. A bulk action does not retry a client error early.
 */
export async function refreshOnRequest(
  { watches, clock }: Pick<KeeperContext, "watches" | "clock">,
  refresher: Pick<Refresher, "takeFromDisk">,
  refresh: Refresh,
  id: string,
  asker: Exclude<Asker, "tool">,
): Promise<Refreshed> {
  const record = watches.current(id);
  if (asker === "bulk" && record?.state.name === "config_error") {
    const retryAtMs = retriesClientAtMs(record, clock.nowMs()) ?? Infinity;
    if (retryAtMs > clock.nowMs()) return failed(whyNoToken(record));
  }
  if (asker === "user") {
    const taken = await refresher.takeFromDisk(id);
    if (!taken.ok) return taken;
  }
  return refresh(id);
}

/**
 * Returns the function behind `Keeper.tokenFor`. `refresh` is shared by all callers; `waiting` counts the asker as
 * waiting for as long as its argument runs.
 */
export function createTokenFor(
  { watches, clock }: Pick<KeeperContext, "watches" | "clock">,
  refresh: Refresh,
) {
  /** Refreshes only when the keeper itself would: a request does not shorten a back-off. */
  async function renew(record: SignInRecord): Promise<Refreshed> {
    if (record.state.name === "config_error") return failed(whyNoToken(record));
    const health = watches.of(record.id);
    if (health.changedElsewhere === true && !isAppToken(record)) return failed({ code: "record_changed" });
    const waiting = waitsFor(health, clock.nowMs());
    if (waiting !== undefined) return failed(waiting);
    return refresh(record.id);
  }
  const leftMsOf = (record: SignInRecord): number => (watches.endsAtMs(record) ?? Infinity) - clock.nowMs();

  return async (
    id: string,
    minValidMs: number,
    acceptShorter: boolean,
    waiting: (work: () => Promise<Refreshed>) => Promise<Refreshed>,
  ): Promise<Refreshed> => {
    const record = watches.current(id);
    if (record === undefined) return failed({ code: "account_unknown" });
    if (!holdsToken(record))
      return mayRefresh(record) ? waiting(() => renew(record)) : failed(whyNoToken(record));
    // No token lasts longer than its lifetime: a request for more would otherwise refresh at each call.
    const lifeMs = (record.expiresAtMs ?? Infinity) - record.issuedAtMs;
    const leftMs = leftMsOf(record);
    if (leftMs > 0 && leftMs >= Math.min(minValidMs, (lifeMs * 3) / 4)) return ok(record);
    const renewed = await waiting(() => renew(record));
    if (renewed.ok || !acceptShorter) return renewed;
    // The refresh may have taken long: the old token may have expired or been revoked meanwhile.
    const now = watches.current(id);
    return now !== undefined && holdsToken(now) && leftMsOf(now) > 0 ? ok(now) : renewed;
  };
}
