/**
 * Locking, in its three strengths: the vault is closed; only the window is, and tools go on; or, where there is no
 * passphrase and a lock would only pretend, hand-outs are paused.
 */
import { stat } from "node:fs/promises";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Settings } from "../../contract/settings.ts";
import type { VaultView } from "../../contract/views/vault.ts";
import type { Log } from "../../core/ports.ts";
import type { Secret } from "../../core/secret.ts";
import { queuePerKey } from "../../core/single-flight.ts";
import { eraseDurably, writeDurably } from "../storage/durable-file.ts";
import type { Resealing, Vault } from "./types.ts";

/** What the person's absence is noticed by. */
export type Absence = "idle" | "screen_locked" | "suspended";

export interface Guard {
  /** The vault as the window may see it. */
  view(): VaultView;
  /** True while the window shows nothing and takes no calls but the one that unlocks it. */
  readonly curtain: boolean;
  /** True while tokens may leave. */
  readonly handsOut: boolean;
  /** True while it locks: nothing begins that a lock would have to wait for. */
  readonly closing: boolean;
  /** Before the vault opens: a window that was locked is locked after a restart. */
  load(): Promise<void>;
  /**
   * For what may open the vault: it and the locks follow each other, and what it has opened is looked after.
   */
  opening<V>(open: () => Promise<Result<V>>): Promise<Result<V>>;
  lock(what: "window" | "vault"): Promise<Result<null>>;
  unlock(passphrase: Secret): Promise<Result<null>>;
  pause(paused: boolean): Promise<Result<null>>;
  reseal(by: Resealing): Promise<Result<null>>;
  /** The way out of a forgotten passphrase: the vault is moved aside, and with it the lock, the window's too. */
  setAside(): Promise<Result<{ readonly folder: string }>>;
  /** The person went away; what follows is a setting. */
  away(absence: Absence): Promise<void>;
}

export function createGuard(
  parts: {
    readonly vault: Vault;
    readonly settings: () => Settings;
    readonly log: Log;
    /** There while the window is locked. */
    readonly curtainFile: string;
    /** Finishes what runs before the key is dropped; fails when an answer could not be kept. */
    readonly settle: () => Promise<Result<null>>;
    /** Tools get nothing any more: what was given until then is over. */
    readonly ending: () => void;
    /** A lock of either kind begins: nothing of ours stays in anybody's sight or reach. */
    readonly hiding: () => void;
    /** The vault is locked: what came in while it closed is forgotten too. */
    readonly locked: () => Promise<void>;
    /** The vault opened, or stays open after all. */
    readonly opened: () => Promise<void>;
    /** Brings the tools' table up to date; resolves once it counts. */
    readonly push: () => Promise<void>;
  },
  changed: () => void,
): Guard {
  const { vault, settings, log, curtainFile, settle, opened, ending, hiding, locked, push } = parts;
  let curtain = false;
  let closing = false;
  const turns = queuePerKey<string>();
  const inTurn = <V>(task: () => Promise<V>): Promise<V> => turns("guard", task);
  const hasPassphrase = (): boolean => vault.state.state === "open" && vault.state.sealedBy.passphrase;

  async function lift(): Promise<void> {
    curtain = false;
    await eraseDurably(curtainFile).catch((cause: unknown) => log.warn("guard.curtain", { cause }));
  }

  async function lock(what: "window" | "vault"): Promise<Result<null>> {
    // Without a passphrase a lock would only pretend to protect.
    if (!hasPassphrase()) return failed({ code: "passphrase_missing" });
    hiding();
    if (what === "window") {
      curtain = true;
      changed();
      // It is locked now; that it stays so over a restart is not worth refusing it for.
      await writeDurably(curtainFile, "{}").catch((cause: unknown) => log.warn("guard.curtain", { cause }));
      return ok(null);
    }
    closing = true;
    ending();
    try {
      await push(); // hand-outs stop at once; what runs is finished first
      const settled = await settle();
      if (settled.ok) {
        await vault.lock(true);
        await locked();
        await lift();
      }
      closing = false;
      if (!settled.ok) await opened(); // an answer that is only in memory would be lost with the key
      return settled;
    } finally {
      closing = false;
      await push();
    }
  }

  return {
    view() {
      if (!curtain) return vault.state;
      if (vault.state.state === "opening") return { state: "opening" };
      return hasPassphrase() ? { state: "locked", windowOnly: true } : vault.state;
    },
    get curtain() {
      // While it opens nobody knows yet whether there is a passphrase; what is read first is not shown then.
      return curtain && (vault.state.state === "opening" || hasPassphrase());
    },
    get closing() {
      return closing;
    },
    get handsOut() {
      return vault.state.state === "open" && !vault.state.paused && !closing;
    },
    async load() {
      curtain = await stat(curtainFile).then(
        () => true,
        () => false,
      );
    },
    async opening(open) {
      const answer = await inTurn(open);
      if (answer.ok) await opened();
      return answer;
    },
    lock: (what) => inTurn(() => lock(what)),
    async unlock(passphrase) {
      const answer = await inTurn(async () => {
        const is = await (vault.state.state === "open" ? vault.verify(passphrase) : vault.unlock(passphrase));
        if (is.ok) await lift();
        return is;
      });
      if (!answer.ok) return answer;
      await opened();
      await push();
      changed();
      return answer;
    },
    pause: (paused) =>
      inTurn(async () => {
        const answer = await vault.pause(paused);
        if (answer.ok && paused) ending();
        await push();
        return answer;
      }),
    reseal: (by) => vault.reseal(by),
    async setAside() {
      const answer = await inTurn(async () => {
        const shut = curtain && hasPassphrase() ? await lock("vault") : ok(null);
        if (!shut.ok) return shut;
        ending();
        const aside = await vault.setAside();
        if (aside.ok) await lift();
        return aside;
      });
      if (!answer.ok) return answer;
      await opened();
      await push(); // the tools of the old one are strangers here
      changed();
      return answer;
    },
    async away(absence) {
      const { lockOnScreenLock, lockOnSuspend, lockAfterIdleMin, lockWhat } = settings();
      const wanted = {
        screen_locked: lockOnScreenLock,
        suspended: lockOnSuspend,
        idle: lockAfterIdleMin > 0,
      };
      if (!wanted[absence] || !hasPassphrase() || (curtain && lockWhat === "window")) return;
      const done = await inTurn(() => lock(lockWhat));
      log.info("guard.away", { absence, what: lockWhat, ...(!done.ok && { code: done.failure.code }) });
    },
  };
}
