/** Copies secrets to the clipboard from main, reads them back, and clears them after a while (own-texts.ts). */
import { setTimeout as sleep } from "node:timers/promises";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Clock, Log } from "../../core/ports.ts";
import { Secret } from "../../core/secret.ts";
import { queuePerKey } from "../../core/single-flight.ts";
import { becomeDue, ClipboardTimeout, createOwnTexts, digestOf, inTime, type OwnText } from "./own-texts.ts";

/** Waits between reads of the clipboard until our text is known to be gone; the last wait repeats. */
const READ_AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000] as const;
/** The reads at a lock or a quit. Three are needed when all goes well. */
const READS_AT_END = 6;
const BETWEEN_READS_MS = 50;

/** The system's clipboard. Every program of the desktop session can read a text on it. */
export interface Clipboard {
  /** `concealed`: programs that keep a history of the clipboard are asked to leave this text out. */
  write(text: Secret, concealed: boolean): Promise<void>;
  read(): Promise<string>;
  clear(): Promise<void>;
}

export interface TokenClipboard {
  /**
   * Copies a secret, which is cleared after `clearsInMs`. Fails with `clipboard_failing` when the text cannot be read back,
   * because some desktops lose writes of hidden windows; a text that arrived all the same is then cleared at once.
   */
  copy(text: Secret): Promise<Result<{ readonly clearsInMs: number }>>;
  /** Copies text that is no secret. It stays until something else is copied. */
  copyPlain(text: string): Promise<Result<null>>;
  /**
   * For a lock or a quit: clears our text now, if it is still on the clipboard. Tries a few times. A clipboard that cannot be
   * read is cleared if our text was the last known one. Never rejects; what could not be cleared is tried again later.
   */
  clearOurs(): Promise<void>;
}

interface Options {
  /** False: the vault or the window was locked meanwhile, and no secret goes to the clipboard any more. */
  readonly mayCopy?: () => boolean;
  /** How long a secret stays on the clipboard; read at each copy. */
  readonly clearAfterMs: () => number;
  readonly log?: Pick<Log, "warn">;
  readonly pause?: (ms: number) => Promise<unknown>;
}

export function createTokenClipboard(
  clipboard: Clipboard,
  clock: Clock,
  { clearAfterMs, mayCopy = () => true, log, pause = sleep }: Options,
): TokenClipboard {
  const texts = createOwnTexts(clipboard, clock);
  const turns = queuePerKey<string>();
  const inTurn = <V>(task: () => Promise<V>): Promise<V> => turns("clipboard", task);
  /** Reads the clipboard. A failure is logged and returned. */
  const look = (): Promise<unknown> =>
    texts.look().catch((cause: unknown) => {
      log?.warn("clipboard.look", { cause });
      return cause;
    });
  const repeat = createRepeat(clock, texts, () =>
    inTurn(async () => {
      await look();
      repeat.goOn();
    }),
  );

  /** Writes the text and reads it back. False: another text was read. */
  async function write(text: Secret, digest: string, concealed: boolean): Promise<boolean> {
    const writing = clipboard.write(text, concealed);
    texts.beginWrite(digest, writing);
    await inTime(clock, writing);
    return new Secret(await inTime(clock, clipboard.read())).equals(text);
  }

  /** `own`: the text is a secret, to be cleared later. */
  async function put(text: Secret, own?: OwnText): Promise<Result<null>> {
    const digest = digestOf(text.reveal());
    if (own !== undefined) texts.add(digest, own);
    texts.forgetOthers();
    let failure: Result<null> = failed({ code: "clipboard_failing" });
    try {
      if (await write(text, digest, own !== undefined)) {
        texts.onlyThis(own === undefined ? undefined : digest);
        return ok(null);
      }
    } catch (cause) {
      failure = failed({ code: "clipboard_failing" }, cause);
    }
    if (own === undefined) return failure;
    own.due = true; // the user reads that nothing was copied, so a text that arrived all the same is cleared now
    await look();
    repeat.restart();
    return failure;
  }

  return {
    copyPlain: (text) => inTurn(() => put(new Secret(text))),
    copy: (text) =>
      inTurn(async () => {
        if (!mayCopy()) return failed({ code: "vault_locked" });
        const own: OwnText = { due: false, cancelTimer: () => undefined };
        const done = await put(text, own);
        if (!done.ok) return done;
        const clearsInMs = clearAfterMs();
        own.cancelTimer = clock.after(clearsInMs, () => {
          becomeDue(own);
          repeat.now();
        });
        return ok({ clearsInMs });
      }),
    clearOurs: () =>
      inTurn(async () => {
        texts.allDue();
        repeat.cancel();
        for (let reads = 0; reads < READS_AT_END && texts.size > 0; reads += 1) {
          if (reads > 0) await pause(BETWEEN_READS_MS);
          if ((await look()) instanceof ClipboardTimeout && texts.unreadable) break;
        }
        // The last text known to be there is ours, and the app may end before another read.
        if (texts.size > 0 && texts.unreadable && !texts.othersSeen)
          await inTime(clock, Promise.resolve(clipboard.clear())).catch((cause: unknown) =>
            log?.warn("clipboard.clear", { cause }),
          );
        repeat.restart();
      }),
  };
}

/** Reads again and again, at growing intervals, as long as a text of ours is to be cleared. */
function createRepeat(clock: Clock, texts: { readonly anyDue: boolean }, read: () => Promise<void>) {
  let cancelTimer = (): void => undefined;
  let reads = 0;
  function cancel(): void {
    cancelTimer();
    cancelTimer = () => undefined;
  }
  function goOn(): void {
    cancel();
    if (!texts.anyDue) {
      reads = 0;
      return;
    }
    const waitMs = READ_AGAIN_MS[reads] ?? READ_AGAIN_MS[READ_AGAIN_MS.length - 1] ?? 0;
    reads += 1;
    cancelTimer = clock.after(waitMs, () => {
      cancelTimer = () => undefined;
      void read();
    });
  }
  return {
    goOn,
    cancel,
    now: () => void read(),
    restart(): void {
      reads = 0;
      goOn();
    },
  };
}
