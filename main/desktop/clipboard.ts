/**
 * Copies secrets to the clipboard: from main, read back, and taken away again (design: the desktop).
 *
 * A clipboard may fail at any moment: a write may throw after it took effect, a look may throw, or show what was there
 * before. So a text of ours counts as being there from the moment when its write begins until it is known not to be: a
 * text that we wrote later was read back, or two looks in a row showed somebody else's.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { failed, ok, type Result } from "../../contract/failure.ts";
import { Secret } from "../../core/secret.ts";
import type { Clock, Log } from "../../core/ports.ts";
import { queuePerKey } from "../../core/single-flight.ts";

export const CLEAR_AFTER_MS = 30_000;
/** Waits between looks, until ours is known to be gone; the last one repeats. */
const LOOK_AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000] as const;
/** At a lock or a quit: this many looks, so far apart. Three are needed when all goes well. */
const LOOKS = 6;
const BETWEEN_LOOKS_MS = 50;
/** A clipboard that does not answer for this long counts as failing. */
const ANSWER_LIMIT_MS = 1_000;

/** The system's clipboard. Every program of the desktop session can read a text on it. */
export interface Clipboard {
  /** `concealed`: programs that keep a history of the clipboard are asked to leave this text out. */
  write(text: Secret, concealed: boolean): Promise<void>;
  read(): Promise<string>;
  clear(): Promise<void>;
}

export interface TokenClipboard {
  /**
   * Fails with `clipboard_failing` when the text cannot be read back: some desktops lose writes of hidden windows. What
   * may be there all the same is then cleared without waiting.
   */
  copy(text: Secret): Promise<Result<{ readonly clearsInMs: number }>>;
  /** Text that is no secret: it stays until something else is copied. */
  copyPlain(text: string): Promise<Result<null>>;
  /**
   * For a lock or a quit: clears now what we put there, if it is still there. Tries a few times; a clipboard that cannot
   * be read is cleared all the same when the last thing known to be there is ours. Does not reject; what is left is
   * looked after further.
   */
  clearOurs(): Promise<void>;
}

interface Options {
  /** False: the vault or the window was locked meanwhile, and no secret goes to the clipboard any more. */
  readonly mayCopy?: () => boolean;
  readonly log?: Pick<Log, "warn">;
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** A text of ours that may be on the clipboard. */
interface Ours {
  /** It is to be cleared; before that it stays for the person to paste. */
  due: boolean;
  cancelTimer: () => void;
}

const nothing = (): void => undefined;

class ClipboardTimeout extends Error {}

export function createTokenClipboard(
  clipboard: Clipboard,
  clock: Clock,
  { mayCopy = () => true, log, pause = sleep }: Options = {},
): TokenClipboard {
  // Only a digest is remembered: what was copied may outlive its account here otherwise.
  const digest = (text: string) => createHash("sha256").update(text).digest("base64");
  const ours = new Map<string, Ours>();
  /** How many writes of a text have not ended: each may still take effect. */
  const writes = new Map<string, number>();
  /** The last look showed a text that is not ours. One such look is not believed yet: it may show what was before. */
  let othersSeen = false;
  /** The last look saw nothing at all. */
  let unreadable = false;
  let cancelLook = nothing;
  let looks = 0;
  const turns = queuePerKey<string>();
  const inTurn = <V>(task: () => Promise<V>): Promise<V> => turns("clipboard", task);

  function inTime<V>(work: Promise<V>): Promise<V> {
    let cancel = nothing;
    const limit = new Promise<never>((_resolve, reject) => {
      cancel = clock.after(ANSWER_LIMIT_MS, () => {
        cancel = nothing;
        reject(new ClipboardTimeout("the clipboard does not answer"));
      });
    });
    return Promise.race([work, limit]).finally(() => cancel());
  }

  /** Forgets all texts of ours but this one, and those whose write may still take effect. */
  function goneBut(here?: string): void {
    for (const [key, one] of ours) {
      if (key === here || writes.has(key)) continue;
      one.cancelTimer();
      ours.delete(key);
    }
  }
  function becomeDue(one: Ours): void {
    one.cancelTimer();
    one.cancelTimer = nothing;
    one.due = true;
  }

  /** Rejects when the clipboard does; then as much is known as before. */
  async function look(): Promise<void> {
    unreadable = true;
    const seen = digest(await inTime(clipboard.read()));
    unreadable = false;
    const here = ours.get(seen);
    if (here === undefined) {
      if (othersSeen) goneBut();
      othersSeen = true;
      return;
    }
    othersSeen = false;
    goneBut(seen);
    if (here.due) await inTime(Promise.resolve(clipboard.clear())); // believed when the next looks show it
  }
  const lookOrSay = (): Promise<unknown> =>
    look().catch((cause: unknown) => {
      log?.warn("clipboard.look", { cause });
      return cause;
    });

  /** As long as anything is due, and less and less often. */
  function lookLater(): void {
    cancelLook();
    cancelLook = nothing;
    if (![...ours.values()].some(({ due }) => due)) {
      looks = 0;
      return;
    }
    const waitMs = LOOK_AGAIN_MS[looks] ?? LOOK_AGAIN_MS[LOOK_AGAIN_MS.length - 1] ?? 0;
    looks += 1;
    cancelLook = clock.after(waitMs, () => {
      cancelLook = nothing;
      void lookNow();
    });
  }
  const lookNow = (): Promise<void> =>
    inTurn(async () => {
      await lookOrSay();
      lookLater();
    });

  /** The write, and whether it can be read back. */
  async function written(text: Secret, key: string, concealed: boolean): Promise<boolean> {
    const writing = clipboard.write(text, concealed);
    writes.set(key, (writes.get(key) ?? 0) + 1);
    const ended = (): void => {
      const left = (writes.get(key) ?? 1) - 1;
      if (left > 0) writes.set(key, left);
      else writes.delete(key);
    };
    void writing.then(ended, ended);
    await inTime(writing);
    return new Secret(await inTime(clipboard.read())).equals(text);
  }

  async function put(text: Secret, one?: Ours): Promise<Result<null>> {
    const key = digest(text.reveal());
    if (one !== undefined) {
      ours.get(key)?.cancelTimer();
      ours.set(key, one);
    }
    othersSeen = false; // what was seen may be out of date from here on
    let failure: Result<null> = failed({ code: "clipboard_failing" });
    try {
      if (await written(text, key, one !== undefined)) {
        goneBut(one === undefined ? undefined : key);
        return ok(null);
      }
    } catch (cause) {
      failure = failed({ code: "clipboard_failing" }, cause);
    }
    if (one === undefined) return failure;
    // The person is told that nothing was copied: what came through all the same has no time to be pasted in.
    one.due = true;
    await lookOrSay();
    looks = 0;
    lookLater();
    return failure;
  }

  return {
    copyPlain: (text) => inTurn(() => put(new Secret(text))),
    copy: (text) =>
      inTurn(async () => {
        if (!mayCopy()) return failed({ code: "vault_locked" });
        const one: Ours = { due: false, cancelTimer: nothing };
        const done = await put(text, one);
        if (!done.ok) return done;
        one.cancelTimer = clock.after(CLEAR_AFTER_MS, () => {
          one.cancelTimer = nothing;
          becomeDue(one);
          void lookNow();
        });
        return ok({ clearsInMs: CLEAR_AFTER_MS });
      }),
    clearOurs: () =>
      inTurn(async () => {
        for (const one of ours.values()) becomeDue(one);
        cancelLook();
        cancelLook = nothing;
        for (let nth = 0; nth < LOOKS && ours.size > 0; nth += 1) {
          if (nth > 0) await pause(BETWEEN_LOOKS_MS);
          if ((await lookOrSay()) instanceof ClipboardTimeout && unreadable) break;
        }
        // The last thing known to be there is ours, and nobody may look at it again.
        if (ours.size > 0 && unreadable && !othersSeen)
          await inTime(Promise.resolve(clipboard.clear())).catch((cause: unknown) =>
            log?.warn("clipboard.clear", { cause }),
          );
        looks = 0;
        lookLater();
      }),
  };
}
