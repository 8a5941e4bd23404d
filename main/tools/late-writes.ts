/** Writes a small file some time after a change, so that many changes cost one write. */
import type { Clock, Log } from "../../core/ports.ts";
import { writeDurably } from "../storage/durable-file.ts";

export interface LateWrites {
  /** The content has changed: it is written within `everyMs`. */
  soon(): void;
  /** Writes what is still in memory. Never rejects. */
  flush(): Promise<void>;
}

/** `text`: the content at the time of the write. A write that fails is logged as `event`, and the next one repeats it. */
export function createLateWrites({
  file,
  everyMs,
  text,
  event,
  clock,
  log,
}: {
  readonly file: string;
  readonly everyMs: number;
  readonly text: () => string;
  readonly event: string;
  readonly clock: Pick<Clock, "after">;
  readonly log: Pick<Log, "warn">;
}): LateWrites {
  let cancelWrite: (() => void) | undefined;
  let lastWrite = Promise.resolve();

  const write = (): Promise<void> =>
    writeDurably(file, text()).catch((cause: unknown) => log.warn(event, { cause }));
  /** Writes follow each other, since two at once would use the same temporary file. A quit waits for the last one. */
  function flush(): Promise<void> {
    if (cancelWrite === undefined) return lastWrite;
    cancelWrite();
    cancelWrite = undefined;
    lastWrite = lastWrite.then(write);
    return lastWrite;
  }
  return {
    flush,
    soon() {
      cancelWrite ??= clock.after(everyMs, () => void flush());
    },
  };
}
