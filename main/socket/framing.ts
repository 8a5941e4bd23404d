/** Splits a stream of octets into lines: UTF-8, at most 64 KiB each. */
import { MAX_LINE_BYTES } from "../../contract/socket.ts";

const LINE_FEED = 0x0a;

export interface Lines {
  /** Calls `take` for each line that `chunk` completes. False: a line is too long or not UTF-8, and ends the stream. */
  feed(chunk: Buffer, take: (line: string) => void): boolean;
  /** True in the middle of a line. */
  readonly begun: boolean;
}

export function createLines(): Lines {
  let parts: Buffer[] = [];
  let size = 0;
  // Strict (RFC 3629): a replacement character would silently change a name or a secret. A byte order mark stays in the
  // text, where JSON does not allow it (RFC 8259 section 8.1).
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decoded = (line: Buffer): string | undefined => {
    try {
      return decoder.decode(line);
    } catch {
      return undefined;
    }
  };
  return {
    get begun() {
      return size > 0;
    },
    feed(chunk, take) {
      let from = 0;
      for (;;) {
        const end = chunk.indexOf(LINE_FEED, from);
        const part = chunk.subarray(from, end === -1 ? chunk.length : end);
        size += part.length;
        if (size > MAX_LINE_BYTES) return false;
        if (end === -1) {
          if (part.length > 0) parts.push(part);
          return true;
        }
        const line = decoded(parts.length === 0 ? part : Buffer.concat([...parts, part]));
        parts = [];
        size = 0;
        from = end + 1;
        if (line === undefined) return false;
        take(line);
      }
    },
  };
}
