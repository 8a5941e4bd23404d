/**
 * Main's log: one JSON object a line, in the profile, in files that are turned over. What it is given never holds a
 * secret; the sink does not trust that, and cleans every line before it is written.
 */
import { mkdirSync } from "node:fs";
import pino from "pino";
import { createStream } from "rotating-file-stream";
import type { Log } from "../core/ports.ts";
import { cleaned } from "../core/redaction.ts";

const FILE_SIZE = "1M";
/** Besides the current one. */
const OLD_FILES = 3;

export interface LogFile extends Log {
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

export function createLog(folder: string): LogFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = createStream("tokenkeep.log", {
    path: folder,
    size: FILE_SIZE,
    rotate: OLD_FILES,
    mode: 0o600,
  });
  file.on("error", () => undefined); // a full disk must not end the app
  file.on("warning", () => undefined);
  const logger = pino(
    { base: null, serializers: { cause: causeOf } },
    { write: (line) => void file.write(cleaned(line)) },
  );
  return {
    info: (event, facts = {}) => logger.info(facts, event),
    warn: (event, facts = {}) => logger.warn(facts, event),
    error: (event, facts = {}) => logger.error(facts, event),
    close: () => new Promise((resolve) => void file.end(() => resolve())),
  };
}

/** An error's name, message and stack, without what else hangs on it: a library's error may carry the request. */
function causeOf(cause: unknown): unknown {
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : undefined;
  return { name: cause.name, message: cause.message, stack: cause.stack };
}
