import type { Failure } from "../../contract/failure.ts";
import type { Condition } from "../../contract/view.ts";
import type { ClientRecord, SignInRecord } from "../../core/accounts/records.ts";
import { originsMatch, type Provider } from "../../core/providers/provider.ts";
import type { Providers } from "../../core/providers/registry.ts";
import type { Clock, HttpClient, Log, Randomness } from "../../core/ports.ts";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Vault } from "../vault/types.ts";

/** What every part of the keeper works with. */
export interface KeeperParts {
  readonly vault: Vault;
  readonly providers: Providers;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
}

/** What the keeper knows of a sign-in beyond its record; gone after a restart. */
export interface Watch {
  condition?: Condition | undefined;
  reason?: Failure | undefined;
  sinceMs?: number | undefined;
  /** Failures in a row, for the back-off. */
  failures: number;
  /** No refresh on its own before this instant. */
  nextTryAtMs?: number | undefined;
  nextCheckAtMs: number;
  validatedAtMs?: number | undefined;
  validating: boolean;
  refreshing: boolean;
  /** Newer than the vault's: the answer came and the disk did not take it. */
  unsaved?: SignInRecord | undefined;
}

/** All watches, and the record that counts for each sign-in. */
export interface Watches {
  of(id: string): Watch;
  drop(id: string): void;
  /** The record to use: one that waits for the disk comes before the stored one. */
  current(id: string): SignInRecord | undefined;
  all(): readonly SignInRecord[];
  clear(): void;
  unsaved(): readonly SignInRecord[];
}

export function createWatches(vault: Vault): Watches {
  const watches = new Map<string, Watch>();
  const of = (id: string): Watch => {
    const watch = watches.get(id) ?? { failures: 0, nextCheckAtMs: 0, validating: false, refreshing: false };
    watches.set(id, watch);
    return watch;
  };
  const current = (id: string) => watches.get(id)?.unsaved ?? vault.get("sign_in", id);
  return {
    of,
    drop: (id) => void watches.delete(id),
    current,
    all: () => vault.list("sign_in").map((record) => watches.get(record.id)?.unsaved ?? record),
    clear: () => watches.clear(),
    unsaved: () => [...watches.values()].flatMap(({ unsaved }) => (unsaved === undefined ? [] : [unsaved])),
  };
}

/** Notes trouble that changes nothing below it. The instant it began stays until it is over. */
export function trouble(watch: Watch, condition: Condition, reason: Failure, nowMs: number): void {
  if (watch.condition !== condition) watch.sinceMs = nowMs;
  watch.condition = condition;
  watch.reason = reason;
  watch.failures += 1;
}

export function allWell(watch: Watch): void {
  watch.condition = watch.reason = watch.sinceMs = watch.nextTryAtMs = undefined;
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

export const credentialsOf = ({ client_id, client_secret }: ClientRecord) => ({
  client_id,
  ...(client_secret !== undefined && { client_secret }),
});
