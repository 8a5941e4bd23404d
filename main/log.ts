/** Main's log: one JSON object a line, in the profile. What it is given never holds a secret, and it checks again. */
import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import pino from "pino";
import type { Log } from "../core/ports.ts";

/** Members that must not appear, wherever they come from: a library's error may carry the request that failed. */
const FORBIDDEN = [
  "access_token",
  "refresh_token",
  "client_secret",
  "id_token",
  "code",
  "code_verifier",
  "state",
  "authorization",
  "body",
  "passphrase",
  "key",
];
const paths = FORBIDDEN.flatMap((name) => [`cause.${name}`, `cause.*.${name}`]);

export function createLog(folder: string): Log {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stream = createWriteStream(path.join(folder, "tokenkeep.log"), { flags: "a", mode: 0o600 });
  stream.on("error", () => undefined); // a full disk must not end the app
  const logger = pino(
    { base: null, redact: { paths, censor: "[redacted]" }, serializers: { cause: causeOf } },
    stream,
  );
  return {
    info: (event, facts = {}) => logger.info(facts, event),
    warn: (event, facts = {}) => logger.warn(facts, event),
    error: (event, facts = {}) => logger.error(facts, event),
  };
}

/** An error's name, message and stack, without URLs' queries and without what else hangs on it. */
function causeOf(cause: unknown): unknown {
  if (!(cause instanceof Error)) return typeof cause === "string" ? clean(cause) : undefined;
  return { name: cause.name, message: clean(cause.message), stack: clean(cause.stack ?? "") };
}
const clean = (text: string): string =>
  text.replace(/([a-z][a-z0-9+.-]*:\/\/[^\s?#]*)[?#]\S*/gi, "$1?[redacted]");
