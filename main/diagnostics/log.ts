/**
 * Main's log: one JSON object a line, in the profile, in rotated files. Callers never log a secret; the log does not
 * trust that, and redacts every line before it is written.
 */
import path from "node:path";
import pino from "pino";
import type { Log } from "../../core/ports.ts";
import { cleaned } from "../../core/redaction.ts";
import { createLineFile } from "./log-file.ts";

const MIB = 1024 * 1024;
const BOUNDS = { sizeBytes: MIB, oldFiles: 3, mostBytes: 4 * MIB, waitingChars: MIB } as const;

export interface LogFile extends Log {
  /** Resolves when every line is in the file, or cannot be written. */
  close(): Promise<void>;
}

export function createLog(folder: string): LogFile {
  const file = createLineFile(
    path.join(folder, "tokenkeep.log"),
    BOUNDS,
    (lines) => `${JSON.stringify({ level: 40, time: Date.now(), lines, msg: "log.lines_lost" })}\n`,
  );
  const logger = pino(
    { base: null, serializers: { cause: causeOf } },
    { write: (line) => file.append(cleaned(line)) },
  );
  return {
    info: (event, facts = {}) => logger.info(facts, event),
    warn: (event, facts = {}) => logger.warn(facts, event),
    error: (event, facts = {}) => logger.error(facts, event),
    close: () => file.end(),
  };
}

/** An error's name, message and stack, without its other members: a library's error may carry the request. */
function causeOf(cause: unknown): unknown {
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : undefined;
  return { name: cause.name, message: cause.message, stack: cause.stack };
}
