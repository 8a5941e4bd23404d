/** The one place where parts meet. `main/electron/` passes the real host; tests pass theirs. */
import path from "node:path";
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import type { SignInView } from "../../contract/views/account.ts";
import type { RecordKind, SignInRecord, VaultRecord } from "../../core/accounts/records.ts";
import { requestEveryMs, requestsToRefresh } from "../../core/lifecycle/pace.ts";
import { createProviders } from "../../core/providers/registry.ts";
import { knownScopes } from "../../core/scopes/catalogue.ts";
import { createBroker } from "../tools/answers.ts";
import { createBulk } from "../accounts/bulk.ts";
import { createClaims } from "../accounts/claims.ts";
import { createClients } from "../registrations/clients.ts";
import { createCopying } from "../desktop/clipboard.ts";
import type { Host } from "./host.ts";
import { createHandlers } from "../window/dispatch.ts";
import { createImporting } from "../accounts/import.ts";
import { createKeeper } from "../keeper/keeper.ts";
import type { Changed } from "../keeper/watches.ts";
import { createOwnProviders } from "../registrations/custom-providers.ts";
import { createSandbox } from "../registrations/sandbox.ts";
import { createPacedHttp } from "../net/paced-http.ts";
import { createPairing } from "../tools/pairing.ts";
import { createPushing } from "../tools/table-sync.ts";
import { createDoctor } from "../diagnostics/doctor.ts";
import { createFirstRows } from "../window/first-rows.ts";
import { createLockState } from "../vault/lock-state.ts";
import { createLock, type Absence } from "../vault/lock.ts";
import { createHistory } from "../accounts/history.ts";
import { createSettings } from "../storage/settings.ts";
import { createAuthorizations } from "../sign-in/authorizations.ts";
import { createStreamer } from "../desktop/streamer-mode.ts";
import { maskedAuthorization, maskedBulk, maskedSignIn } from "../window/masking.ts";
import { createTools } from "../tools/grants.ts";
import { createUndo, withFreeAlias } from "../vault/undo.ts";
import { createUsages } from "../tools/usage.ts";
import { createVault } from "../vault/vault.ts";
import { providerView } from "../window/provider-view.ts";
import { signInView } from "../window/sign-in-view.ts";
import { createWishes } from "../window/navigation.ts";
import { behindLock } from "../window/behind-lock.ts";
import { createState, type State } from "../window/state.ts";

/** While the keychain keeps the vault closed. */
const KEYCHAIN_RETRY_MS = 5_000;
const COMES_BACK: readonly Failure["code"][] = ["keychain_locked", "keychain_stopped", "keychain_failing"];
const byLogin = new Intl.Collator("en"); // a collator of its own: ten times as fast as one per comparison

export interface App {
  readonly handlers: Handlers;
  readonly state: State;
  /** Opens the vault and everything behind it. Does not reject: what fails is in the state. */
  start(): Promise<void>;
  /** A link of our own scheme, from whomever. */
  takeLink(link: string): void;
  /** The machine goes to sleep, and is back. */
  suspend(): void;
  resume(): void;
  /** The person went away; what follows is a setting. */
  away(absence: Absence): void;
  /** After this long without keyboard and mouse it counts as away; undefined: never. */
  readonly idleMs: number | undefined;
  /** The window comes to the question of the tool that waits. */
  showPairing(): void;
  /** Finishes what runs, forgets what is not to be kept, and closes. */
  stop(): Promise<void>;
}

export function compose(host: Host): App {
  const { clock, random, log } = host;
  const pushing = createPushing(
    host,
    (only) => broker.push(only),
    () => vault.list("sign_in").length,
  );
  const changed: Changed = (signIn, news): void => {
    state.touch(signIn, news);
    pushing.touch(signIn);
  };

  const vaultFolder = path.join(host.profileFolder, "vault");
  const firstRows = createFirstRows(path.join(host.profileFolder, "first-rows.json"), log);
  const vault = createVault({
    folder: vaultFolder,
    keychain: host.keychain,
    clock,
    random,
    log,
    firstOnes: () => firstRows.load(),
  });
  const lockState = createLockState(vault);
  const providers = createProviders(host.providers);
  const history = createHistory(path.join(host.profileFolder, "history"), clock, log);
  let withoutLock = false;
  const settings = createSettings(host.profileFolder, clock, log, () => {
    streamer.follow();
    changed();
    const { withoutLock: now } = settings.current;
    if (now && !withoutLock) keeper.resume(); // what rested because of the lock is tried again at once
    withoutLock = now;
  });
  const streamer = createStreamer(
    { settings: () => settings.current, studioRuns: host.studioRuns, clock, log },
    () => state.touch(),
  );
  /** The person's yes is for where nobody can tell: another that has the lock is not "the only one". */
  const maySpendOneTime = (): boolean => {
    const profileLock = host.profileLock();
    return profileLock === "held" || (profileLock === "unavailable" && settings.current.withoutLock);
  };
  const http = createPacedHttp(host.http, clock, (origin) =>
    requestEveryMs(requestsToRefresh(vault.list("sign_in"), origin)),
  );
  const parts = {
    vault,
    providers,
    http,
    network: host.network,
    history,
    clock,
    random,
    log,
    maySpendOneTime,
  };
  const keeper = createKeeper(parts, changed);
  const authorizations = createAuthorizations(
    {
      ...parts,
      openUserAgent: host.openUserAgent,
      openInBrowser: (url) => host.openInBrowser(url, settings.current.browser),
      linksReachUs: host.linksReachUs,
      speech: host.speech,
    },
    keeper,
    changed,
  );
  const copying = createCopying(host.clipboard, clock, { log, mayCopy: () => atHand() && !stopping });
  const sandbox = createSandbox(host, vault, providers, changed);
  const usages = createUsages(path.join(host.profileFolder, "tools-used.json"), clock, log);
  const wishes = createWishes(random, () => state.touchParts());
  const broker = createBroker(host, keeper, {
    handsOut: () => lockState.handsOut,
    grants: () => tools.grants(),
    onUse: (uses) => tools.used(uses),
    onLeft: (grant) => void tools.remove(grant),
    changed: () => state.touchParts(),
    pair: (ask, gone) => pairing.ask(ask, gone),
    async revokeSelf({ grant }) {
      const removed = await tools.remove(grant);
      return removed.ok ? { ok: true, value: null } : { ok: false, code: "internal" };
    },
    show({ action, account, scopes }) {
      wishes.make({ action, ...(account !== undefined && { account }), ...(scopes && { scopes }) });
      return Promise.resolve({ ok: true, value: { shown: !streamer.on } });
    },
  });
  const tools = createTools(
    {
      ...parts,
      copying,
      usages,
      endpoint: () => broker.endpoint,
      push: () => broker.push(),
      revoke: (signIn) => keeper.revoke(signIn),
    },
    () => state.touchParts(),
  );
  const pairing = createPairing(
    {
      tools,
      signIns: () => keeper.watches.all(),
      settings: () => settings.current,
      changeSettings: (next) => settings.change(next),
      programAt: host.programAt,
      clock,
      random,
    },
    () => state.touchParts(),
  );
  const clients = createClients(parts, changed, (client) => keeper.clientChanged(client));
  const ownProviders = createOwnProviders(path.join(host.profileFolder, "providers"), parts, (id) => {
    keeper.providerChanged(id);
    changed();
  });
  const importing = createImporting({ ...host, ...parts }, keeper, () => atHand());
  const doctor = createDoctor({ ...host, http }, vault, providers, broker);
  const claims = createClaims(providers, http, keeper);
  const bulk = createBulk(
    {
      validate: (id) => keeper.validate(id, "bulk"),
      refresh: (id) => keeper.refresh(id, "bulk"),
      async revoke(id) {
        const answer = await keeper.revoke(id, "bulk");
        await pushing.push(); // or the socket's thread would hand it out for as long as the others take
        return answer;
      },
    },
    (id) => keeper.watches.current(id)?.login,
    log,
    () => state.touchParts(),
  );
  const undo = createUndo(async (record) => {
    if (record.kind === "sign_in")
      return keeper.adopt(withFreeAlias(record, vault.list("sign_in")), "restored");
    const written = await vault.write(record);
    if (written.ok && record.kind === "client") keeper.clientChanged(record.id);
    return written;
  }, clock);
  let stopping = false;
  const opened = async (): Promise<void> => {
    if (vault.state.state !== "open") return;
    tools.opened();
    await keeper.start(async () => {
      await sandbox.startIfUsed(); // before the first checks, or its accounts would be called unreachable
      // With thousands there is enough to do for a moment that the window would wait to draw its list.
      const waitMs = Math.floor(vault.list("sign_in").length / 20);
      if (waitMs > 0) await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
      return !stopping && !lockState.closing;
    });
    state.touchParts(); // the sign-ins were told of when the vault opened
  };
  const open = (): Promise<Result<null>> =>
    lock.opening(async () => {
      const view = await vault.open();
      return "failure" in view ? failed(view.failure) : ok(null);
    });
  const lock = createLock({
    state: lockState,
    door: vault,
    settings: () => settings.current,
    log,
    windowLockedFile: path.join(host.profileFolder, "window-locked.json"),
    async settle() {
      bulk.cancel();
      undo.forget();
      importing.forget();
      await authorizations.endAll();
      return keeper.pause();
    },
    onOpened: opened,
    onLocking: () => void copying.clearOurs(),
    async onVaultLocked() {
      bulk.forget();
      wishes.forget();
      undo.forget();
      importing.forget();
      pairing.end();
      await authorizations.endAll();
    },
    onHandOutsStopped() {
      pairing.end();
      tools.endTemporary();
    },
    syncTable: () => broker.push(),
    onChange() {
      changed();
      state.tell(); // a locked window shows nothing from this turn on
    },
  });
  /** The vault and the window are open: what is in them may be seen and copied. */
  const atHand = (): boolean => lockState.unlocked;
  /** The first rows are looked at while the vault opens. */
  const hidden = (): boolean => !atHand() && (lockState.windowLocked || vault.state.state !== "opening");
  const early = <K extends RecordKind>(kind: K): Extract<VaultRecord, { kind: K }>[] =>
    vault.early.filter((record): record is Extract<VaultRecord, { kind: K }> => record.kind === kind);
  const row = (record: SignInRecord): SignInView => {
    const plain = signInView(
      record,
      keeper.watches.of(record.id),
      providers.get(record.provider),
      vault.get("client", record.client) ?? early("client").find(({ id }) => id === record.client),
      clock.nowMs(),
      keeper.watches.endsAtMs(record),
    );
    return streamer.on ? maskedSignIn(plain) : plain;
  };
  /** Sorted by their names, also where those are masked. */
  const rows = (): SignInView[] =>
    [...(vault.state.state === "open" ? keeper.watches.all() : early("sign_in"))]
      .sort((a, b) => byLogin.compare(a.login, b.login) || (a.id < b.id ? -1 : 1))
      .map(row);

  const state = createState(
    behindLock(
      {
        app: () => ({ ...host.app, unlocked: host.profileLock() !== "held" }),
        vault: () => lockState.view(),
        providers: () =>
          providers.list().map((provider) => providerView(provider, ownProviders.formOf(provider.id))),
        providerFiles: () => ownProviders.unreadable,
        clients: () => clients.views(),
        scopes: () => knownScopes,
        signIns: rows,
        tools: () => tools.views(),
        pairing: () => pairing.view ?? null,
        proxyLogin: () => host.proxyLogins?.view ?? null,
        wish: () => wishes.view ?? null,
        socket: () => ({
          ...(broker.endpoint !== undefined && { endpoint: broker.endpoint }),
          ...(broker.failure !== undefined && { failure: broker.failure }),
        }),
        authorizations: () => {
          const courses = authorizations.views();
          return streamer.on ? courses.map(maskedAuthorization) : courses;
        },
        keeper: () => {
          const { lastCheckAtMs, nextCheckAtMs } = keeper;
          return {
            ...(lastCheckAtMs !== undefined && { lastCheckAtMs }),
            ...(nextCheckAtMs !== undefined && { nextCheckAtMs }),
          };
        },
        bulk: () => {
          const { view } = bulk;
          return view === undefined ? null : streamer.on ? maskedBulk(view) : view;
        },
        settings: () => settings.current,
        streamer: () => streamer.on,
        vaultFolder: () => vaultFolder,
      },
      () => ({ hidden: hidden(), locked: lockState.windowLocked || vault.state.state === "locked" }),
    ),
    (id) => {
      const record = hidden() ? undefined : keeper.watches.current(id);
      return record === undefined ? undefined : row(record);
    },
    () => vault.list("sign_in").length,
  );

  host.proxyLogins?.onChange(() => state.touchParts());

  state.onChange(({ signIns = [] }) => {
    if (vault.state.state === "open") firstRows.keep(signIns);
  });

  /** A keychain that was locked or away may come by itself: asked about, never prompted for. */
  let cancelRetry: () => void = () => undefined;
  const retryLater = (): void => {
    cancelRetry();
    const view = vault.state;
    const code = "failure" in view ? view.failure.code : undefined;
    if (code === undefined || !COMES_BACK.includes(code)) return;
    cancelRetry = clock.after(KEYCHAIN_RETRY_MS, () => void open().then(retryLater));
  };
  vault.onState(() => {
    changed();
    state.tell(); // the list is waited for; what looks after thousands of sign-ins takes a while to begin
    retryLater();
  });
  return {
    state,
    handlers: createHandlers({
      vault,
      lock,
      lockState,
      keeper,
      authorizations,
      copying,
      sandbox,
      tools,
      pairing,
      wishes,
      clients,
      ownProviders,
      providers,
      importing,
      claims,
      doctor,
      bulk,
      undo,
      history,
      settings,
      streamer,
      state,
      broker,
      host,
      open,
      changed,
    }),
    async start() {
      // Who sees the vault open has the settings.
      await Promise.all([lock.load(), sandbox.recall(), ownProviders.load(), settings.load(), usages.load()]);
      await Promise.all([open(), broker.start()]);
      await broker.push();
      state.touchParts();
    },
    takeLink: (link) => authorizations.takeLink(link),
    suspend() {
      keeper.suspend();
      void lock.away("suspended");
    },
    resume: () => keeper.resume(),
    away: (absence) => void lock.away(absence),
    get idleMs() {
      const { lockAfterIdleMin } = settings.current;
      return lockAfterIdleMin === 0 ? undefined : lockAfterIdleMin * 60_000;
    },
    showPairing: () => wishes.make({ action: "pairing" }),
    async stop() {
      stopping = true;
      cancelRetry();
      streamer.stop();
      bulk.cancel();
      const cleared = copying.clearOurs(); // first: a session that ends does not wait for all the rest
      host.proxyLogins?.end();
      await authorizations.endAll();
      const settled = await keeper.pause();
      if (!settled.ok) log.error("stop.unsaved");
      await cleared;
      await broker.stop();
      sandbox.stop();
      await Promise.all([history.flush(), usages.flush()]);
      await vault.lock(false);
    },
  };
}
