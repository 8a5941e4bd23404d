import type { Failure } from "../../contract/failure.ts";
import type { Condition } from "../../contract/status.ts";
import type { ClientRecord, SignInRecord, SignInState } from "../../core/accounts/records.ts";
import { originsMatch, type Provider } from "../../core/providers/provider.ts";
import type { Providers } from "../../core/providers/registry.ts";
import type { Clock, HttpClient, HttpOutcome, Log, Network, Randomness, Turn } from "../../core/ports.ts";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { History } from "../accounts/history.ts";
import type { Vault } from "../vault/types.ts";

/** What every part of the keeper works with. */
export interface KeeperParts {
  readonly vault: Vault;
  readonly providers: Providers;
  readonly http: HttpClient;
  readonly network: Network;
  readonly history: History;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
  /** Whether nobody else can be using the profile's one-time tokens, or the person takes that on themselves. */
  readonly maySpendOneTime: () => boolean;
}

/** From 0 to 1, so that what began together does not go on together. */
export const chanceOf = (random: Randomness): number => (random.bytes(1)[0] ?? 0) / 255;

/** What the keeper knows of a sign-in beyond its record; gone after a restart. */
export interface Watch {
  condition?: Condition | undefined;
  reason?: Failure | undefined;
  sinceMs?: number | undefined;
  /** Failures in a row, for the back-off. */
  failures: number;
  /** No refresh on its own before this instant. */
  nextTryAtMs?: number | undefined;
  /** The trouble is with renewing: that the token is still valid does not end it. */
  renewalFails?: boolean | undefined;
  /** Its tokens came together with an error, and nothing has shown yet that they work. */
  doubtful?: boolean | undefined;
  /** The server asked not to be asked before this instant. */
  askedToWaitUntilMs?: number | undefined;
  nextCheckAtMs: number;
  validatedAtMs?: number | undefined;
  validating: boolean;
  refreshing: boolean;
  /** When the token ends by the clock that does not jump; known once the provider has told it since start. */
  endsMonotonicMs?: number | undefined;
  /** Newer than the vault's: the answer came and the disk did not take it. */
  unsaved?: SignInRecord | undefined;
  /** Its tokens are on no disk yet. */
  unsavedTokens?: boolean | undefined;
  /** The lasting state that the refresh under way tries to end. */
  stateBefore?: SignInState | undefined;
  /**
   * Another writer changed the record on disk: this process spends nothing of it any more, until the person acts or the
   * vault is opened anew.
   */
  changedElsewhere?: boolean | undefined;
  /** What this process knows of such a sign-in and does not write over the other writer's record. */
  unwritten?: SignInRecord | undefined;
}

/** All watches, and the record that counts for each sign-in. */
export interface Watches {
  of(id: string): Watch;
  drop(id: string): void;
  /** The record to use: one that waits for the disk comes before the stored one. */
  current(id: string): SignInRecord | undefined;
  all(): readonly SignInRecord[];
  /** By how much the token ends sooner than the wall clock says: it may have been set back since. 0 or more. */
  clockLagMs(record: SignInRecord): number;
  /** The earlier of what both clocks say; undefined: the provider told no end. */
  endsAtMs(record: SignInRecord): number | undefined;
  /** The provider has just told when the token ends. */
  endsIn(record: SignInRecord): void;
  clear(): void;
  unsaved(): readonly SignInRecord[];
}

export function createWatches(vault: Vault, clock: Clock): Watches {
  const watches = new Map<string, Watch>();
  const of = (id: string): Watch => {
    const watch = watches.get(id) ?? {
      failures: 0,
      nextCheckAtMs: 0,
      validating: false,
      refreshing: false,
    };
    watches.set(id, watch);
    return watch;
  };
  const known = (record: SignInRecord | undefined, id: string) => {
    const watch = watches.get(id);
    return watch?.unsaved ?? watch?.unwritten ?? record;
  };
  const current = (id: string) => known(vault.get("sign_in", id), id);
  const clockLagMs = ({ id, expiresAtMs }: SignInRecord): number => {
    const endsMonotonicMs = watches.get(id)?.endsMonotonicMs;
    if (expiresAtMs === undefined || endsMonotonicMs === undefined) return 0;
    return Math.max(0, expiresAtMs - clock.nowMs() - (endsMonotonicMs - clock.monotonicMs()));
  };
  return {
    clockLagMs,
    endsAtMs: (record) =>
      record.expiresAtMs === undefined ? undefined : record.expiresAtMs - clockLagMs(record),
    endsIn({ id, expiresAtMs }) {
      of(id).endsMonotonicMs =
        expiresAtMs === undefined ? undefined : clock.monotonicMs() + expiresAtMs - clock.nowMs();
    },
    of,
    drop: (id) => void watches.delete(id),
    current,
    all: () => vault.list("sign_in").map((record) => known(record, record.id) ?? record),
    clear: () => watches.clear(),
    unsaved: () => [...watches.values()].flatMap(({ unsaved }) => (unsaved === undefined ? [] : [unsaved])),
  };
}

/** `offline`: it was not the provider, there is no network at all. */
export const unreachable = (network: Network, { code }: Failure): "unreachable" | "offline" =>
  code === "provider_unreachable" && !network.online() ? "offline" : "unreachable";

/** What lies over the state for a while: what another writer did comes first, since waiting does not end it. */
export const conditionOf = ({ changedElsewhere, condition }: Watch): Condition | undefined =>
  changedElsewhere === true ? "record_changed" : condition;

/** Notes trouble that changes nothing below it. The instant it began stays until it is over. */
export function trouble(watch: Watch, condition: Condition, reason: Failure, nowMs: number): void {
  if (watch.condition !== condition) watch.sinceMs = nowMs;
  watch.condition = condition;
  watch.reason = reason;
  watch.failures += 1;
}

/** The trouble after which no refresh begins yet, not even when a tool asks for one; undefined: it may begin. */
export const waitsFor = ({ reason, nextTryAtMs = 0 }: Watch, nowMs: number): Failure | undefined =>
  nextTryAtMs > nowMs ? reason : undefined;

export function allWell(watch: Watch): void {
  watch.condition = watch.reason = watch.sinceMs = undefined;
  watch.nextTryAtMs = watch.askedToWaitUntilMs = watch.renewalFails = watch.doubtful = undefined;
  watch.failures = 0;
}

/** The provider of a sign-in, as long as its addresses are those its tokens were sealed with. */
export function providerFor(
  providers: Providers,
  record: Pick<SignInRecord, "provider" | "pinned">,
): Result<Provider> {
  const provider = providers.get(record.provider);
  if (provider === undefined) return failed({ code: "provider_unknown", provider: record.provider });
  return originsMatch(provider, record.pinned)
    ? ok(provider)
    : failed({ code: "provider_changed", provider: provider.name });
}

/** Something about a sign-in, or about any of them, is another than before. `passing`: nothing that somebody waits for. */
export type Changed = (signIn?: string, news?: "passing") => void;

/** How a request of this sign-in waits until it may leave. */
export type TurnOf = (id: string) => Turn;

/** It never left: the keeper paused while it waited for its turn. That says nothing about the provider. */
export const isAbandoned = (outcome: HttpOutcome): boolean =>
  outcome.kind === "not_sent" && outcome.cause === "abandoned";

export const credentialsOf = ({ client_id, client_secret }: ClientRecord) => ({
  client_id,
  ...(client_secret !== undefined && { client_secret }),
});
