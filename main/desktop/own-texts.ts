/**
 * Remembers which of our secrets may be on the clipboard. A clipboard may fail at any moment: a write may throw after
 * it took effect, a read may throw, or may return an older text. So a text of ours counts as being on the clipboard
 * from the moment when its write begins until it is known to be gone: a later text of ours was read back, or two reads
 * in a row returned another program's text.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../../core/ports.ts";

/** A clipboard that does not answer within this time counts as failing. */
const ANSWER_LIMIT_MS = 1_000;

export class ClipboardTimeout extends Error {}

/** Rejects with `ClipboardTimeout` when the clipboard does not answer in time. */
export function inTime<V>(clock: Clock, work: Promise<V>): Promise<V> {
  let cancel = (): void => undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(ANSWER_LIMIT_MS, () => {
      cancel = () => undefined;
      reject(new ClipboardTimeout("the clipboard does not answer"));
    });
  });
  return Promise.race([work, limit]).finally(() => cancel());
}

/** Only digests are remembered, because a copied token may outlive its account here. */
export const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64");

/** A text of ours that may be on the clipboard. */
export interface OwnText {
  /** True: the text is to be cleared now. False: it stays, so that the user can paste it. */
  due: boolean;
  cancelTimer: () => void;
}

export interface OwnTexts {
  readonly size: number;
  /** Whether any text is to be cleared now. */
  readonly anyDue: boolean;
  /** The last read returned another program's text. One such read may have returned an older text. */
  readonly othersSeen: boolean;
  /** The last read failed. */
  readonly unreadable: boolean;
  /** A secret is about to be written; it replaces what was known of the same text. */
  add(digest: string, text: OwnText): void;
  /** Resets `othersSeen`, because the next write makes earlier reads outdated. */
  forgetOthers(): void;
  /** Notes a write. Until it has ended it may still take effect, so its text is not forgotten. */
  beginWrite(digest: string, write: Promise<void>): void;
  /** This text was read back: all others are gone, but for those whose write has not ended. */
  onlyThis(digest: string | undefined): void;
  /** Marks all texts as due: to be cleared now. */
  allDue(): void;
  /** Reads the clipboard, and clears it if it holds a text of ours that is due. Rejects when the clipboard fails. */
  look(): Promise<void>;
}

/** A text that is to be cleared now. */
export function becomeDue(text: OwnText): void {
  text.cancelTimer();
  text.cancelTimer = () => undefined;
  text.due = true;
}

export function createOwnTexts(
  clipboard: { read(): Promise<string>; clear(): Promise<void> },
  clock: Clock,
): OwnTexts {
  const texts = new Map<string, OwnText>();
  /** How many writes of a text have not ended: each may still take effect. */
  const writes = new Map<string, number>();
  let othersSeen = false;
  let unreadable = false;

  function onlyThis(digest: string | undefined): void {
    for (const [key, text] of texts) {
      if (key === digest || writes.has(key)) continue;
      text.cancelTimer();
      texts.delete(key);
    }
  }
  return {
    get size() {
      return texts.size;
    },
    get anyDue() {
      return [...texts.values()].some(({ due }) => due);
    },
    get othersSeen() {
      return othersSeen;
    },
    get unreadable() {
      return unreadable;
    },
    add(digest, text) {
      texts.get(digest)?.cancelTimer();
      texts.set(digest, text);
    },
    beginWrite(digest, write) {
      writes.set(digest, (writes.get(digest) ?? 0) + 1);
      const ended = (): void => {
        const left = (writes.get(digest) ?? 1) - 1;
        if (left > 0) writes.set(digest, left);
        else writes.delete(digest);
      };
      void write.then(ended, ended);
    },
    forgetOthers: () => void (othersSeen = false),
    onlyThis,
    allDue() {
      for (const text of texts.values()) becomeDue(text);
    },
    async look() {
      unreadable = true;
      const digest = digestOf(await inTime(clock, clipboard.read()));
      unreadable = false;
      const text = texts.get(digest);
      if (text === undefined) {
        if (othersSeen) onlyThis(undefined);
        othersSeen = true;
        return;
      }
      othersSeen = false;
      onlyThis(digest);
      if (text.due) await inTime(clock, Promise.resolve(clipboard.clear())); // the next reads show whether it worked
    },
  };
}
