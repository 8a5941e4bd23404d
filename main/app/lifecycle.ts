/** The life of the app: start, lock and unlock, sleep, quit, and a keychain that comes back by itself. */
import path from "node:path";
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import { createAnswers } from "../tools/answers.ts";
import { createLock, type Absence, type Lock } from "../vault/lock.ts";
import type { State } from "../window/state.ts";
import type { Foundation } from "./foundation.ts";
import type { Host } from "./host.ts";
import type { SignIns } from "./sign-ins.ts";
import type { Tools } from "./tools.ts";

export interface Lifecycle {
  /** Opens the vault and everything behind it. Never rejects: the state shows what failed. */
  start(): Promise<void>;
  /** The computer goes to sleep. */
  suspend(): void;
  /** The computer woke up, or the network is back. */
  resume(): void;
  /** The user went away; the settings say what is locked. */
  away(absence: Absence): void;
  /** The user counts as away after this long without keyboard and mouse, in milliseconds; undefined: never. */
  idleMs(): number | undefined;
  /** Finishes running requests, clears the clipboard, and closes the vault. */
  stop(): Promise<void>;
}

/** How often a keychain that keeps the vault closed is asked again. */
const KEYCHAIN_RETRY_MS = 5_000;
const COMES_BACK: readonly Failure["code"][] = ["keychain_locked", "keychain_stopped", "keychain_failing"];

export function createLifecycle(
  host: Host,
  base: Foundation,
  signIns: SignIns,
  tools: Tools,
  state: State,
): { readonly lock: Lock; readonly open: () => Promise<Result<null>>; readonly lifecycle: Lifecycle } {
  const { vault, settings, log } = base;
  const lock = createAppLock(host, base, signIns, tools);
  const open = (): Promise<Result<null>> =>
    lock.opening(async () => {
      const view = await vault.open();
      return "failure" in view ? failed(view.failure) : ok(null);
    });
  const retry = createKeychainRetry(base, open);
  listen(host, base, signIns, tools, state);
  vault.onState(() => {
    base.changes.signIn(undefined, "now"); // the window waits for the list, and keeping thousands of sign-ins begins slowly
    retry.schedule();
  });
  const answers = createAnswers({
    keeper: signIns.keeper,
    ...tools,
    streamerMode: () => base.streamer.on,
    handsOut: () => base.lockState.handsOut,
    clock: base.clock,
  });
  const lifecycle: Lifecycle = {
    async start() {
      const { sandbox, customProviders } = signIns;
      // The settings count from the moment at which the vault is seen open.
      await Promise.all([
        lock.load(),
        sandbox.recall(),
        customProviders.load(),
        settings.load(),
        tools.usage.load(),
      ]);
      await Promise.all([open(), tools.link.start(answers)]);
      await tools.tableSync.push();
      base.changes.part();
    },
    suspend() {
      signIns.keeper.suspend();
      void lock.away("suspended");
    },
    resume: () => signIns.keeper.resume(),
    away: (absence) => void lock.away(absence),
    idleMs() {
      const { lockAfterIdleMin } = settings.current;
      return lockAfterIdleMin === 0 ? undefined : lockAfterIdleMin * 60_000;
    },
    async stop() {
      base.run.stopping = true;
      retry.cancel();
      base.streamer.stop();
      tools.bulk.cancel();
      const cleared = signIns.clipboard.clearOurs(); // first: a session that ends does not wait for everything else
      host.proxyLogins?.end();
      await signIns.authorizations.endAll();
      const settled = await signIns.keeper.pause();
      if (!settled.ok) log.error("stop.unsaved");
      await cleared;
      await tools.link.stop();
      signIns.sandbox.stop();
      await Promise.all([base.history.flush(), tools.usage.flush()]);
      await vault.lock(false);
    },
  };
  return { lock, open, lifecycle };
}

/** The lock, with what it ends and forgets in every domain. */
function createAppLock(host: Host, base: Foundation, signIns: SignIns, tools: Tools): Lock {
  const { vault, lockState, settings, changes, log } = base;
  const { keeper, authorizations, importing, undo, clipboard } = signIns;
  const { bulk, navigation, pairing, grants, tableSync } = tools;
  return createLock({
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
    onOpened: () => startKeeper(base, signIns, tools),
    onLocking: () => void clipboard.clearOurs(),
    async onVaultLocked() {
      bulk.forget();
      navigation.forget();
      undo.forget();
      importing.forget();
      pairing.end();
      await authorizations.endAll();
    },
    onHandOutsStopped() {
      pairing.end();
      grants.endTemporary();
    },
    syncTable: () => tableSync.push(),
    onChange: () => changes.signIn(undefined, "now"), // a locked window shows nothing from this turn on
  });
}

/** Begins to keep the sign-ins of a vault that has opened. */
async function startKeeper(base: Foundation, { keeper, sandbox }: SignIns, { grants }: Tools): Promise<void> {
  const { vault, lockState, clock, changes, run } = base;
  if (!lockState.vaultOpen) return;
  grants.opened();
  await keeper.start(async () => {
    await sandbox.startIfUsed(); // before the first checks, which would find its accounts unreachable
    // Thousands of first checks would keep main busy while the window waits to draw its list.
    const waitMs = Math.floor(vault.list("sign_in").length / 20);
    if (waitMs > 0) await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
    return !run.stopping && !lockState.closing;
  });
  changes.part(); // the sign-ins were announced when the vault opened
}

/** Asks a keychain that was locked or away again, without ever prompting for it. */
function createKeychainRetry({ vault, clock }: Foundation, open: () => Promise<Result<null>>) {
  let cancel: () => void = () => undefined;
  const schedule = (): void => {
    cancel();
    const view = vault.state;
    const code = "failure" in view ? view.failure.code : undefined;
    if (code === undefined || !COMES_BACK.includes(code)) return;
    cancel = clock.after(KEYCHAIN_RETRY_MS, () => void open().then(schedule));
  };
  return { schedule, cancel: () => cancel() };
}

/** Connects what changes with what follows from it. */
function listen(host: Host, base: Foundation, { keeper }: SignIns, { tableSync }: Tools, state: State): void {
  const { changes, settings, streamer, lockState, firstRows } = base;
  let withoutLock = false;
  changes.on({
    settings() {
      streamer.follow();
      changes.signIn();
      const { withoutLock: now } = settings.current;
      if (now && !withoutLock) keeper.resume(); // refreshes that waited for a profile lock are tried again at once
      withoutLock = now;
    },
  });
  changes.on({
    signIn(id, urgency) {
      state.touch(id, urgency === "passing" ? "passing" : undefined);
      if (urgency === "now") state.flush();
    },
    part: () => state.touchParts(),
    display: () => state.touch(),
  });
  changes.on({ signIn: (id) => tableSync.touch(id) });
  host.proxyLogins?.onChange(() => changes.part());
  state.onChange(({ signIns = [] }) => {
    if (lockState.vaultOpen) firstRows.keep(signIns);
  });
}
