/**
 * A file of lines that is appended to and turned over when it has grown. Whatever the disk refuses, it goes on as soon
 * as that is over: in the old file while it cannot be turned over, and from memory of bounded size while nothing can be
 * written.
 */
import { appendFile, mkdir, rename, stat, truncate } from "node:fs/promises";
import path from "node:path";

export interface LineFile {
  /** Takes a line with its end. Never fails and never waits. */
  append(line: string): void;
  /** Resolves when everything is in the file, or cannot be. */
  end(): Promise<void>;
}

interface Bounds {
  /** The size at which the file is rotated. */
  readonly sizeBytes: number;
  /** Files besides the current one: `<file>.1` is the newest of them. */
  readonly oldFiles: number;
  /** The size that the current file may reach while it cannot be rotated. */
  readonly mostBytes: number;
  /** What waits in memory at most; the oldest lines are dropped first. */
  readonly waitingChars: number;
}

/** Lines that were not written are tried again with the next one, or after this. */
const RETRY_AFTER_MS = 5_000;

/** `lost`: makes the line that stands for those that were dropped. */
export function createLineFile(file: string, bounds: Bounds, lost: (lines: number) => string): LineFile {
  let waiting: string[] = [];
  let waitingChars = 0;
  let lostLines = 0;
  /** Undefined: not known, since the start or since something failed. */
  let sizeBytes: number | undefined;
  /** What was written last may have ended in the middle of a line. */
  let torn = false;
  let writing: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  async function turnOver(): Promise<void> {
    for (let at = bounds.oldFiles; at > 0; at -= 1) {
      const from = at === 1 ? file : `${file}.${String(at - 1)}`;
      await rename(from, `${file}.${String(at)}`).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      });
    }
  }
  async function write(text: string): Promise<void> {
    const bytes = Buffer.byteLength(text);
    sizeBytes ??= await stat(file).then(
      ({ size }) => size,
      () => 0,
    );
    if (sizeBytes > 0 && sizeBytes + bytes > bounds.sizeBytes) {
      await turnOver().then(
        () => (sizeBytes = 0),
        async () => {
          // What stands in the way may go. Until then the old file takes more, and is begun anew when it has too much.
          if ((sizeBytes ?? 0) + bytes <= bounds.mostBytes) return;
          await truncate(file);
          sizeBytes = 0;
        },
      );
    }
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, text, { mode: 0o600 });
    sizeBytes += bytes;
  }
  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const [taken, takenLost] = [waiting, lostLines];
      waiting = [];
      lostLines = waitingChars = 0;
      try {
        await write([torn ? "\n" : "", takenLost > 0 ? lost(takenLost) : "", ...taken].join(""));
        torn = false;
      } catch {
        torn = true;
        sizeBytes = undefined;
        lostLines += takenLost;
        waiting = [...taken, ...waiting];
        waitingChars = waiting.reduce((chars, line) => chars + line.length, 0);
        bound();
        retry ??= setTimeout(begin, RETRY_AFTER_MS).unref();
        return;
      }
    }
  }
  function bound(): void {
    let drop = 0;
    for (; waitingChars > bounds.waitingChars && drop < waiting.length; drop += 1)
      waitingChars -= waiting[drop]?.length ?? 0;
    waiting.splice(0, drop);
    lostLines += drop;
  }
  function begin(): void {
    clearTimeout(retry);
    retry = undefined;
    writing ??= writeAll().finally(() => (writing = undefined));
  }
  return {
    append(line) {
      waiting.push(line);
      waitingChars += line.length;
      bound();
      begin();
    },
    async end() {
      begin();
      await writing;
      clearTimeout(retry);
    },
  };
}
