/**
 * The life of the app: start, lock and unlock, sleep, quit, and new tries to open the vault after a keychain's failure.
 */
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

/** How often the app tries to open a vault again whose keychain failed. */
const KEYCHAIN_RETRY_MS = 5_000;
/** Failures of a keychain that may end without an action in the app. */
const TEMPORARY_FAILURES: readonly Failure["code"][] = [
  "keychain_locked",
  "keychain_stopped",
  "keychain_failing",
];

export function createLifecycle(
  host: Host,
  foundation: Foundation,
  signIns: SignIns,
  tools: Tools,
  state: State,
): { readonly lock: Lock; readonly open: () => Promise<Result<null>>; readonly lifecycle: Lifecycle } {
  const { vault, settings, log } = foundation;
  const lock = createAppLock(host, foundation, signIns, tools);
  const open = (): Promise<Result<null>> =>
    lock.opening(async () => {
      const view = await vault.open();
      return "failure" in view ? failed(view.failure) : ok(null);
    });
  const retry = createKeychainRetry(foundation, open);
  followChanges(host, foundation, signIns, tools, state);
  vault.onState(() => {
    foundation.changes.signIn(undefined, "now"); // at once: the window waits for the list
    retry.schedule();
  });
  const answers = createAnswers({
    keeper: signIns.keeper,
    ...tools,
    streamerMode: () => foundation.streamer.on,
    handsOut: () => foundation.lockState.handsOut,
    clock: foundation.clock,
  });
  const lifecycle: Lifecycle = {
    async start() {
      const { sandbox, sharedClient, customProviders } = signIns;
      // Before the vault opens, because the settings decide what happens from then on.
      await Promise.all([
        lock.load(),
        sandbox.recall(),
        sharedClient.load(),
        customProviders.load(),
        settings.load(),
        tools.usage.load(),
      ]);
      await Promise.all([open(), tools.link.start(answers)]);
      await tools.tableSync.push();
      foundation.changes.part();
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
      foundation.shutdown.begun = true;
      retry.cancel();
      foundation.streamer.stop();
      tools.bulk.cancel();
      const cleared = signIns.tokenClipboard.clearOurs(); // first: at the end of a desktop session the rest may be cut off
      host.proxyLogins?.end();
      await signIns.authorizations.endAll();
      const settled = await signIns.keeper.pause();
      if (!settled.ok) log.error("stop.unsaved");
      await cleared;
      await tools.link.stop();
      signIns.sandbox.stop();
      await Promise.all([settings.flush(), foundation.history.flush(), tools.usage.flush()]);
      await vault.lock(false);
    },
  };
  return { lock, open, lifecycle };
}

/** Creates the lock, with the work of every domain that a lock ends and the data that it drops. */
function createAppLock(host: Host, foundation: Foundation, signIns: SignIns, tools: Tools): Lock {
  const { vault, lockState, settings, changes, log } = foundation;
  const { keeper, authorizations, importing, undo, pictures, tokenClipboard } = signIns;
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
    onOpened: () => startKeeper(foundation, signIns, tools),
    onLocking() {
      pictures.forget();
      void tokenClipboard.clearOurs();
    },
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

/** Starts the keeper on the sign-ins of a vault that has opened. */
async function startKeeper(
  foundation: Foundation,
  { keeper, sandbox }: SignIns,
  { grants }: Tools,
): Promise<void> {
  const { vault, lockState, clock, changes, shutdown } = foundation;
  if (!lockState.vaultOpen) return;
  grants.opened();
  await keeper.start(async () => {
    await sandbox.startIfUsed(); // before the first validations, which would find the sandbox unreachable
    // With thousands of sign-ins the validations would keep main busy while the window waits for its list.
    const waitMs = Math.floor(vault.list("sign_in").length / 20);
    if (waitMs > 0) await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
    return !shutdown.begun && !lockState.closing;
  });
  changes.part(); // the sign-ins themselves were announced when the vault opened
}

/** Tries to open the vault again while its keychain is locked or does not answer. No try prompts the user. */
function createKeychainRetry({ vault, clock }: Foundation, open: () => Promise<Result<null>>) {
  let cancel: () => void = () => undefined;
  const schedule = (): void => {
    cancel();
    const view = vault.state;
    const code = "failure" in view ? view.failure.code : undefined;
    if (code === undefined || !TEMPORARY_FAILURES.includes(code)) return;
    cancel = clock.after(KEYCHAIN_RETRY_MS, () => void open().then(schedule));
  };
  return { schedule, cancel: () => cancel() };
}

/** Subscribes to the hub of changes: updates the window's state, the tools' table and the keeper after each change. */
function followChanges(
  host: Host,
  foundation: Foundation,
  { keeper }: SignIns,
  { tableSync, grants }: Tools,
  state: State,
): void {
  const { changes, settings, streamer, lockState, firstRows } = foundation;
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
  changes.on({
    signIn(id) {
      if (id === undefined) grants.signInsChanged(); // a removal is announced for all
    },
  });
  host.proxyLogins?.onChange(() => changes.part());
  state.onChange(({ signIns = [] }) => {
    if (lockState.vaultOpen) firstRows.keep(signIns);
  });
}
