/**
 * A file of lines that is appended to and rotated when it is full. Whatever the disk refuses, logging continues as soon
 * as the disk takes it again: in the old file while the file cannot be rotated, and from a bounded buffer while nothing
 * can be written (ADR 0020).
 */
import { appendFile, mkdir, rename, stat, truncate } from "node:fs/promises";
import path from "node:path";

export interface LineFile {
  /** Takes a line with its end. Never fails and never waits. */
  append(line: string): void;
  /** Resolves when every line is in the file, or cannot be written. */
  end(): Promise<void>;
}

interface Bounds {
  /** The size at which the file is rotated. */
  readonly sizeBytes: number;
  /** Files besides the current one: `<file>.1` is the newest of them. */
  readonly oldFiles: number;
  /** The size that the current file may reach while it cannot be rotated. */
  readonly mostBytes: number;
  /** The size of the buffer; the oldest lines are dropped first. */
  readonly waitingChars: number;
}

/** Lines that were not written are tried again with the next line, or after this. */
const RETRY_AFTER_MS = 5_000;

async function rotate(file: string, oldFiles: number): Promise<void> {
  for (let at = oldFiles; at > 0; at -= 1) {
    const from = at === 1 ? file : `${file}.${String(at - 1)}`;
    await rename(from, `${file}.${String(at)}`).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
  }
}

/**
 * Appends text, and rotates the file first if the text would make it too large. Rejects with the file system's error.
 */
function createRotatingFile(file: string, bounds: Bounds): (text: string) => Promise<void> {
  /** Undefined: not known, at the start or after a failure. */
  let sizeBytes: number | undefined;
  async function append(text: string): Promise<void> {
    const bytes = Buffer.byteLength(text);
    sizeBytes ??= await stat(file).then(
      ({ size }) => size,
      () => 0,
    );
    if (sizeBytes > 0 && sizeBytes + bytes > bounds.sizeBytes) {
      await rotate(file, bounds.oldFiles).then(
        () => (sizeBytes = 0),
        async () => {
          // The obstacle may go away. Until then the current file grows, and is emptied when it has grown too much.
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
  return (text) =>
    append(text).catch((error: unknown) => {
      sizeBytes = undefined;
      throw error;
    });
}

/** `lost`: makes the line that reports how many lines were dropped. */
export function createLineFile(file: string, bounds: Bounds, lost: (lines: number) => string): LineFile {
  const appendText = createRotatingFile(file, bounds);
  let waiting: string[] = [];
  let waitingChars = 0;
  let lostLines = 0;
  /** The last write failed, and may have ended in the middle of a line. */
  let torn = false;
  let writing: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  function dropOldest(): void {
    let drop = 0;
    for (; waitingChars > bounds.waitingChars && drop < waiting.length; drop += 1)
      waitingChars -= waiting[drop]?.length ?? 0;
    waiting.splice(0, drop);
    lostLines += drop;
  }
  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const [taken, takenLost] = [waiting, lostLines];
      waiting = [];
      lostLines = waitingChars = 0;
      try {
        await appendText([torn ? "\n" : "", takenLost > 0 ? lost(takenLost) : "", ...taken].join(""));
        torn = false;
      } catch {
        torn = true;
        lostLines += takenLost;
        waiting = [...taken, ...waiting];
        waitingChars = waiting.reduce((chars, line) => chars + line.length, 0);
        dropOldest();
        retry ??= setTimeout(begin, RETRY_AFTER_MS).unref();
        return;
      }
    }
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
      dropOldest();
      begin();
    },
    async end() {
      begin();
      await writing;
      clearTimeout(retry);
    },
  };
}
