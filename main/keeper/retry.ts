/** What the parts of the keeper do after a failure: keep in memory what the disk refuses, and try again later. */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { backOffMs, isAppToken, LONGEST_WAIT_MS } from "../../core/lifecycle/schedule.ts";
import type { HttpOutcome, Network, Randomness } from "../../core/ports.ts";
import type { KeeperContext } from "./ports.ts";
import { recordProblem } from "./watches.ts";

/** A random number from 0 to 1, which spreads the requests of many sign-ins over time. */
export const chanceOf = (random: Randomness): number => (random.bytes(1)[0] ?? 0) / 255;

/** The request never left, because the keeper paused while it waited; the outcome tells nothing about the provider. */
export const isAbandoned = (outcome: HttpOutcome): boolean =>
  outcome.kind === "not_sent" && outcome.cause === "abandoned";

/** `offline`: the computer has no network at all, so the provider is not the cause. */
const unreachableCondition = (network: Network, { code }: Failure): "unreachable" | "offline" =>
  code === "provider_unreachable" && !network.online() ? "offline" : "unreachable";

export interface Retry {
  /**
   * Writes a record. A record that the disk refuses is kept in memory and counts as the current one until the disk takes
   * it. Where another program has changed the file, the file stays and the keeper sends none of its tokens any more;
   * but with `news: "tokens"`, for tokens that no file holds yet, the record is written over it.
   */
  readonly save: (record: SignInRecord, news?: "tokens") => Promise<Result<SignInRecord>>;
  /** Notes that another program changed the record on disk. */
  readonly markChangedElsewhere: (id: string) => Result<never>;
  /** Records a problem and the instant of the next try: later after each failure, and not before `retryAfterMs`. */
  readonly retryLater: (
    id: string,
    failure: Failure,
    condition: "unreachable" | "storage_failing",
    retryAfterMs?: number,
  ) => Result<never>;
  /** Records a problem that a retry does not solve; the keeper checks it again after `LONGEST_WAIT_MS`. */
  readonly recordPermanentProblem: (id: string, failure: Failure) => Result<never>;
}

export function createRetry(context: KeeperContext): Retry {
  const { records, network, history, clock, random, log, watches } = context;
  const noteOnce = (id: string, failure: Failure): void => {
    if (watches.of(id).reason?.code !== failure.code) history.note({ signIn: id, what: "failed", failure });
  };
  const retryLater: Retry["retryLater"] = (id, failure, condition, retryAfterMs = 0) => {
    noteOnce(id, failure);
    const health = watches.of(id);
    const now = clock.nowMs();
    const shown = condition === "unreachable" ? unreachableCondition(network, failure) : condition;
    recordProblem(health, shown, failure, now);
    health.nextTryAtMs = now + backOffMs(health.failures - 1, chanceOf(random), retryAfterMs);
    health.askedToWaitUntilMs = now + Math.min(retryAfterMs, LONGEST_WAIT_MS);
    return failed(failure);
  };
  const markChangedElsewhere: Retry["markChangedElsewhere"] = (id) => {
    const health = watches.of(id);
    const failure: Failure = { code: "record_changed" };
    if (health.changedElsewhere !== true) {
      health.changedElsewhere = true;
      history.note({ signIn: id, what: "failed", failure });
      log.error("keeper.record_changed", { signIn: id });
    }
    return failed(failure);
  };
  return {
    retryLater,
    markChangedElsewhere,
    async save(record, news) {
      const health = watches.of(record.id);
      // Two programs cannot spend the same app token twice, so a change by another program does not matter.
      let written = await records.write<SignInRecord>(record, isAppToken(record) ? "anything" : "known");
      if (!written.ok && written.failure.code === "record_changed") {
        markChangedElsewhere(record.id);
        if (news === undefined && health.unsavedTokens !== true) {
          health.unsaved = undefined;
          health.unwritten = record;
          return ok(record);
        }
        written = await records.write<SignInRecord>(record);
      }
      if (written.ok) {
        health.unsaved = health.unwritten = health.unsavedTokens = undefined;
        return written;
      }
      health.unsaved = record;
      if (news === "tokens") health.unsavedTokens = true;
      retryLater(record.id, { code: "storage_failing" }, "storage_failing");
      log.error("keeper.unsaved", { signIn: record.id });
      return ok(record);
    },
    recordPermanentProblem(id, failure) {
      noteOnce(id, failure);
      const health = watches.of(id);
      health.condition = health.sinceMs = undefined;
      health.reason = failure;
      health.nextTryAtMs = clock.nowMs() + LONGEST_WAIT_MS;
      return failed(failure);
    },
  };
}
