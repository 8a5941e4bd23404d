/** Lines of JSON over a stream of octets: one object a line, UTF-8, at most 64 KiB. */
import { MAX_LINE_BYTES } from "../../contract/socket.ts";

const LINE_FEED = 0x0a;

export interface Lines {
  /** Calls `take` for each line that `chunk` completes. False: a line is too long, and the stream is not read on. */
  feed(chunk: Buffer, take: (line: string) => void): boolean;
}

export function createLines(): Lines {
  let parts: Buffer[] = [];
  let size = 0;
  return {
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
        const line = parts.length === 0 ? part : Buffer.concat([...parts, part]);
        parts = [];
        size = 0;
        from = end + 1;
        take(line.toString("utf8"));
      }
    },
  };
}
