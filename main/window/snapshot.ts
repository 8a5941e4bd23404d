/** Builds each part of the window's snapshot from its domain, hidden behind a lock and masked in streamer mode. */
import type { Snapshot } from "../../contract/views/snapshot.ts";
import type { SignInView } from "../../contract/views/account.ts";
import type { RecordKind, SignInRecord, VaultRecord } from "../../core/accounts/records.ts";
import type { Clock } from "../../core/ports.ts";
import { byKey, naturalKey } from "../../core/natural-order.ts";
import type { Providers } from "../../core/providers/registry.ts";
import { knownScopes } from "../../core/scopes/catalogue.ts";
import type { Bulk } from "../accounts/bulk.ts";
import type { StreamerMode } from "../desktop/streamer-mode.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { ProxyLogins } from "../net/proxy-login.ts";
import type { Clients } from "../registrations/clients.ts";
import type { Console } from "../registrations/console.ts";
import type { CustomProviders } from "../registrations/custom-providers.ts";
import type { SharedClient } from "../registrations/shared-client.ts";
import type { Authorizations } from "../sign-in/authorizations.ts";
import type { SettingsStore } from "../storage/settings.ts";
import type { Grants } from "../tools/grants.ts";
import type { Pairing } from "../tools/pairing.ts";
import type { SocketLink } from "../tools/socket-link.ts";
import type { LockState } from "../vault/lock-state.ts";
import type { Vault } from "../vault/types.ts";
import { partBehindLock } from "./behind-lock.ts";
import { maskedPart } from "./masking.ts";
import type { Navigation } from "./navigation.ts";
import { providerView } from "./provider-view.ts";
import { signInView } from "./sign-in-view.ts";

/** One function per part of the snapshot. */
export type SnapshotParts = { readonly [K in keyof Snapshot]: () => Snapshot[K] };

/** The keys that sign-ins are sorted by: a record is never changed, so its key is made once. */
const keys = new WeakMap<SignInRecord, string>();
function keyOf(record: SignInRecord): string {
  const known = keys.get(record);
  if (known !== undefined) return known;
  const made = naturalKey(record.login);
  keys.set(record, made);
  return made;
}

/** The parts of the app that the snapshot is built from. */
interface Sources {
  readonly app: () => Snapshot["app"];
  readonly vaultFolder: string;
  readonly vault: Vault;
  readonly lockState: LockState;
  readonly providers: Providers;
  readonly customProviders: CustomProviders;
  readonly clients: Clients;
  readonly developerConsole: Console;
  readonly sharedClient: SharedClient;
  readonly keeper: Keeper;
  readonly authorizations: Authorizations;
  readonly bulk: Bulk;
  readonly grants: Grants;
  readonly pairing: Pairing;
  readonly navigation: Navigation;
  readonly link: SocketLink;
  readonly proxyLogins: ProxyLogins | undefined;
  readonly settings: SettingsStore;
  readonly streamer: StreamerMode;
  readonly clock: Clock;
}

/** Builds the rows of the list: all of them, or the one of a sign-in. */
export interface Rows {
  all(): SignInView[];
  /** The row of a sign-in as the window may see it now; undefined when it is gone, or hidden by a lock. */
  of(id: string): SignInView | undefined;
}

/** While the vault opens, the rows are those that were read first (`early`). */
export function createRows({
  vault,
  lockState,
  providers,
  keeper,
  settings,
  streamer,
  clock,
}: Sources): Rows {
  const early = <K extends RecordKind>(kind: K): Extract<VaultRecord, { kind: K }>[] =>
    vault.early.filter((record): record is Extract<VaultRecord, { kind: K }> => record.kind === kind);
  const row = (record: SignInRecord): SignInView =>
    signInView(
      record,
      keeper.watches.of(record.id),
      providers.get(record.provider),
      vault.get("client", record.client) ?? early("client").find(({ id }) => id === record.client),
      clock.nowMs(),
      keeper.watches.endsAtMs(record),
      settings.current.pictures,
    );
  return {
    /** Sorted by name also where streamer mode masks the names. */
    all: () =>
      [...(vault.state.state === "open" ? keeper.watches.all() : early("sign_in"))]
        .sort((a, b) => byKey(keyOf(a), keyOf(b)) || (a.id < b.id ? -1 : 1))
        .map(row),
    of(id) {
      const record = lockState.hidden ? undefined : keeper.watches.current(id);
      if (record === undefined) return undefined;
      const [shown] = streamer.on ? maskedPart("signIns", [row(record)]) : [row(record)];
      return shown;
    },
  };
}

/** The parts as their domains have them: nothing is hidden or masked. */
const plainParts = (sources: Sources, rows: Rows): SnapshotParts => {
  const { providers, customProviders, link, keeper } = sources;
  return {
    app: sources.app,
    vault: () => sources.lockState.view(),
    providers: () =>
      providers
        .list()
        .map((provider) =>
          providerView(
            provider,
            customProviders.formOf(provider.id),
            sources.developerConsole.formOf(provider.id),
          ),
        ),
    providerFiles: () => customProviders.unreadable,
    clients: () => sources.clients.views(),
    sharedClient: () => sources.sharedClient.view ?? null,
    scopes: () => knownScopes,
    signIns: () => rows.all(),
    tools: () => sources.grants.views(),
    pairing: () => sources.pairing.view ?? null,
    proxyLogin: () => sources.proxyLogins?.view ?? null,
    wish: () => sources.navigation.view ?? null,
    socket: () => ({
      ...(link.endpoint !== undefined && { endpoint: link.endpoint }),
      ...(link.failure !== undefined && { failure: link.failure }),
    }),
    authorizations: () => sources.authorizations.views(sources.grants.views()),
    keeper() {
      const { lastCheckAtMs, nextCheckAtMs } = keeper; // once: each read goes through all sign-ins
      return {
        ...(lastCheckAtMs !== undefined && { lastCheckAtMs }),
        ...(nextCheckAtMs !== undefined && { nextCheckAtMs }),
      };
    },
    bulk: () => sources.bulk.view ?? null,
    settings: () => sources.settings.current,
    streamer: () => sources.streamer.on,
    vaultFolder: () => sources.vaultFolder,
  };
};

/** The parts as the window may see them now. */
export function createSnapshotParts(sources: Sources, rows: Rows): SnapshotParts {
  const { lockState, streamer } = sources;
  const plain = plainParts(sources, rows);
  const visible = <K extends keyof Snapshot>(name: K): Snapshot[K] => {
    const part: () => Snapshot[K] = plain[name];
    const unmasked = lockState.hidden
      ? partBehindLock(name, part, lockState.windowLocked || lockState.vaultLocked)
      : part();
    return streamer.on ? maskedPart(name, unmasked) : unmasked;
  };
  return {
    app: () => visible("app"),
    vault: () => visible("vault"),
    providers: () => visible("providers"),
    providerFiles: () => visible("providerFiles"),
    clients: () => visible("clients"),
    sharedClient: () => visible("sharedClient"),
    scopes: () => visible("scopes"),
    signIns: () => visible("signIns"),
    tools: () => visible("tools"),
    pairing: () => visible("pairing"),
    proxyLogin: () => visible("proxyLogin"),
    wish: () => visible("wish"),
    socket: () => visible("socket"),
    authorizations: () => visible("authorizations"),
    keeper: () => visible("keeper"),
    bulk: () => visible("bulk"),
    settings: () => visible("settings"),
    streamer: () => visible("streamer"),
    vaultFolder: () => visible("vaultFolder"),
  };
}
