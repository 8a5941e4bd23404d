/** Splits a stream of octets into lines. */

const LINE_FEED = 0x0a;

export interface LineReader {
  /** Calls `onLine` for each line that `chunk` ends, until the reader is stopped. */
  feed(chunk: Buffer): void;
  /** Sets the octets that a line may have from now on. */
  limit(maxBytes: number): void;
  /** Ignores the rest of the stream. */
  stop(): void;
}

/** `onTooLong`: a line is longer than the limit; the caller stops the reader. */
export function createLineReader(
  maxBytes: number,
  onLine: (line: Buffer) => void,
  onTooLong: () => void,
): LineReader {
  let parts: Buffer[] = [];
  let size = 0;
  let stopped = false;
  return {
    feed(chunk) {
      for (let from = 0; !stopped;) {
        const end = chunk.indexOf(LINE_FEED, from);
        const part = chunk.subarray(from, end < 0 ? chunk.length : end);
        parts.push(part);
        size += part.length;
        if (size > maxBytes) return onTooLong();
        if (end < 0) return;
        const line = parts.length === 1 ? part : Buffer.concat(parts);
        [parts, size, from] = [[], 0, end + 1];
        onLine(line);
      }
    },
    limit: (bytes) => void (maxBytes = bytes),
    stop: () => void (stopped = true),
  };
}
