/** What the keeper knows of each sign-in beyond its record, and which record of a sign-in is current. */
import type { Failure } from "../../contract/failure.ts";
import type { Condition } from "../../contract/status.ts";
import type { SignInRecord, SignInState } from "../../core/accounts/records.ts";
import type { Health } from "../../core/accounts/status.ts";
import type { Clock } from "../../core/ports.ts";
import type { RecordStore } from "../vault/types.ts";

/** The health of a sign-in. It is kept in memory only. Instants are epoch milliseconds. */
export interface SignInHealth extends Health {
  condition?: Condition | undefined;
  reason?: Failure | undefined;
  /** When the condition began. */
  sinceMs?: number | undefined;
  /** The number of failures in a row; the back-off grows with it. */
  failures: number;
  nextTryAtMs?: number | undefined;
  /** The refresh fails, so a successful validation does not clear the problem. */
  renewalFails?: boolean | undefined;
  /** The tokens came in one answer with an error, and no validation has confirmed them yet. */
  doubtful?: boolean | undefined;
  /** The server asked for no request before this instant. */
  askedToWaitUntilMs?: number | undefined;
  nextCheckAtMs: number;
  validatedAtMs?: number | undefined;
  validating: boolean;
  refreshing: boolean;
  /** When the token expires by the monotonic clock; undefined until the provider has answered since the start. */
  endsMonotonicMs?: number | undefined;
  /** The newest record, which the disk has refused so far. */
  unsaved?: SignInRecord | undefined;
  /** `unsaved` holds tokens that no file holds. */
  unsavedTokens?: boolean | undefined;
  stateBefore?: SignInState | undefined;
  /** True until the user acts or the vault is opened again. */
  changedElsewhere?: boolean | undefined;
  /** This process's own version of a record that another program changed; it does not replace the file. */
  unwritten?: SignInRecord | undefined;
}

/** The health of all sign-ins, and the current record of each. */
export interface Watches {
  /** The health of a sign-in; a new one if the keeper has none yet. */
  of(id: string): SignInHealth;
  drop(id: string): void;
  /** The record to use: the one that waits for the disk, if there is one, or the stored one. */
  current(id: string): SignInRecord | undefined;
  all(): readonly SignInRecord[];
  /**
   * How many milliseconds earlier the token expires than the wall clock shows, because that was set back; 0 or more.
   */
  clockLagMs(record: SignInRecord): number;
  /** When the token expires, by the wall clock, earlier by `clockLagMs`; undefined: the provider gave no expiry. */
  endsAtMs(record: SignInRecord): number | undefined;
  /** Notes the expiry of a record whose token the provider has just issued or confirmed. */
  endsIn(record: SignInRecord): void;
  clear(): void;
  /** The records that wait for the disk. */
  unsaved(): readonly SignInRecord[];
}

export function createWatches(records: Pick<RecordStore, "get" | "list">, clock: Clock): Watches {
  const healths = new Map<string, SignInHealth>();
  const of = (id: string): SignInHealth => {
    const health = healths.get(id) ?? {
      failures: 0,
      nextCheckAtMs: 0,
      validating: false,
      refreshing: false,
    };
    healths.set(id, health);
    return health;
  };
  const newest = (record: SignInRecord | undefined, id: string) => {
    const health = healths.get(id);
    return health?.unsaved ?? health?.unwritten ?? record;
  };
  const clockLagMs = ({ id, expiresAtMs }: SignInRecord): number => {
    const endsMonotonicMs = healths.get(id)?.endsMonotonicMs;
    if (expiresAtMs === undefined || endsMonotonicMs === undefined) return 0;
    return Math.max(0, expiresAtMs - clock.nowMs() - (endsMonotonicMs - clock.monotonicMs()));
  };
  return {
    of,
    drop: (id) => void healths.delete(id),
    current: (id) => newest(records.get("sign_in", id), id),
    all: () => records.list("sign_in").map((record) => newest(record, record.id) ?? record),
    clockLagMs,
    endsAtMs: (record) =>
      record.expiresAtMs === undefined ? undefined : record.expiresAtMs - clockLagMs(record),
    endsIn({ id, expiresAtMs }) {
      of(id).endsMonotonicMs =
        expiresAtMs === undefined ? undefined : clock.monotonicMs() + expiresAtMs - clock.nowMs();
    },
    clear: () => healths.clear(),
    unsaved: () => [...healths.values()].flatMap(({ unsaved }) => (unsaved === undefined ? [] : [unsaved])),
  };
}

/** Records a passing problem. `sinceMs` stays at the beginning of the condition until it is cleared. */
export function recordProblem(
  health: SignInHealth,
  condition: Condition,
  reason: Failure,
  nowMs: number,
): void {
  if (health.condition !== condition) health.sinceMs = nowMs;
  health.condition = condition;
  health.reason = reason;
  health.failures += 1;
}

/** Clears every problem, and the waits that came from it. */
export function clearProblem(health: SignInHealth): void {
  health.condition = health.reason = health.sinceMs = undefined;
  health.nextTryAtMs = health.askedToWaitUntilMs = health.renewalFails = health.doubtful = undefined;
  health.failures = 0;
}
