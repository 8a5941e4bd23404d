/** One connection: greeting, proof of both sides, requests. What a server says before its proof is not used. */
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { locate, placesText } from "./endpoint.ts";
import { TokenkeepError } from "./errors.ts";
import { proofOf, sameProof, type Credentials } from "./proof.ts";

/** Who has not proved itself gets no more memory of ours than a line of the protocol. */
const MAX_LINE_UNPROVED = 64 * 1024;
const MAX_LINE = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;
/** Strict: a line that is no UTF-8 is not one of Tokenkeep's. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** For greeting and proof. */
const START_MS = 10_000;
/** An answer may need the provider, which has half a minute. */
const ANSWER_MS = 60_000;

export interface Notice {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}
export interface ConnectionOptions {
  readonly endpoint: string;
  /** Absent: nothing is proved, and all that can be asked for is a pairing. */
  readonly credentials?: Credentials | undefined;
  readonly onNotice?: ((notice: Notice) => void) | undefined;
  readonly onClose?: ((why: TokenkeepError) => void) | undefined;
  /** Keeps the process running while nothing is asked, too. */
  readonly stay?: boolean;
}
export interface Connection {
  /**
   * May be called at once: it goes out behind the proof. Rejects with a `TokenkeepError`; one that is not answered
   * within `timeoutMs` ends the connection.
   */
  request(method: string, params?: object, timeoutMs?: number): Promise<unknown>;
  /** False once it has ended, from whichever side. */
  readonly open: boolean;
  close(): void;
}
type Message = Readonly<Record<string, unknown>>;

export function openConnection(options: ConnectionOptions): Connection {
  const { endpoint, credentials } = options;
  interface Waiting {
    resolve(result: unknown): void;
    reject(error: Error): void;
    readonly late: NodeJS.Timeout | undefined;
  }
  const waiting = new Map<unknown, Waiting>();
  /** Takes the next line: first the greeting, then the server's proof, then answers. */
  let hear = greeted;
  let maxLine = MAX_LINE_UNPROVED;
  /** What was asked before the greeting; undefined once it has gone out. */
  let outbox: string | undefined = "";
  let ended: TokenkeepError | undefined;
  let lastId = 0;
  let parts: Buffer[] = [];
  let size = 0;

  const socket = connect(endpoint);
  socket.on("data", (chunk) => {
    for (let from = 0; ended === undefined;) {
      const end = chunk.indexOf(LINE_FEED, from);
      const part = chunk.subarray(from, end < 0 ? chunk.length : end);
      parts.push(part);
      size += part.length;
      if (size > maxLine) return stranger();
      if (end < 0) return;
      const line = parts.length === 1 ? part : Buffer.concat(parts);
      [parts, size, from] = [[], 0, end + 1];
      take(line);
    }
  });
  socket.on("error", ({ code, message }: NodeJS.ErrnoException) =>
    code === "ENOENT" || code === "ECONNREFUSED"
      ? end("not_running", notRunning())
      : end("disconnected", `The connection to Tokenkeep failed: ${message}`),
  );
  socket.on("close", () => end("disconnected", "The connection to Tokenkeep has ended."));
  const late = setTimeout(() => end("timeout", "Tokenkeep did not answer."), START_MS);

  /** With the places that were looked at, where no endpoint was given. */
  function notRunning(): string {
    const { endpoint: found, places } = locate();
    const looked = found === endpoint ? placesText(places) : "";
    return `Tokenkeep is not running.${looked === "" ? "" : ` Looked at: ${looked}.`}`;
  }
  /** Ends it, with one reason for all who wait. */
  function end(...[code, message, more]: Told): void {
    if (ended !== undefined) return;
    ended = new TokenkeepError(code, message, more);
    clearTimeout(late);
    socket.destroy();
    for (const asked of waiting.values()) {
      clearTimeout(asked.late);
      asked.reject(ended);
    }
    waiting.clear();
    options.onClose?.(ended);
  }
  const stranger = (): void =>
    end("not_tokenkeep", "What listens there cannot prove that it is Tokenkeep. Nothing it said was used.");

  function take(line: Buffer): void {
    let message: unknown;
    try {
      message = JSON.parse(utf8.decode(line));
    } catch {
      return stranger();
    }
    if (typeof message === "object" && message !== null) hear(message as Message);
    else stranger();
  }

  function greeted({ tokenkeep, challenge }: Message): void {
    if (tokenkeep !== 1 || typeof challenge !== "string") return stranger();
    let first = "";
    if (credentials === undefined) started();
    else {
      const nonce = randomBytes(32).toString("base64url");
      const input = { ...credentials, endpoint, challenge, nonce };
      const { client } = credentials;
      first = textOf(0, "auth", { client, nonce, proof: proofOf("client", input) });
      hear = ({ id, method, result, error }) => {
        if (typeof method === "string") return; // a notification means nothing before the proof
        // Not proved: it means “later”, no more. Its `id` is null where the server did not get so far as to read ours.
        if ((id === 0 || id === null) && isObject(error)) return end(...told(error));
        if (id !== 0 || !isObject(result) || !sameProof(proofOf("server", input), result["proof"]))
          return stranger();
        started();
      };
    }
    socket.write(first + (outbox ?? "")); // in one go, so that a first answer costs one round
    outbox = undefined;
  }
  function started(): void {
    clearTimeout(late);
    maxLine = MAX_LINE;
    hear = answered;
  }
  function answered({ id, method, params, result, error }: Message): void {
    if (typeof method === "string") {
      options.onNotice?.({ method, params: isObject(params) ? params : {} });
      return;
    }
    if (id === null && isObject(error)) return end(...told(error)); // the server ends the connection, and says why
    const asked = waiting.get(id);
    if (asked === undefined) return;
    waiting.delete(id);
    clearTimeout(asked.late);
    if (waiting.size === 0 && options.stay !== true) socket.unref(); // a program ends when it has nothing else to do
    if (isObject(error)) asked.reject(new TokenkeepError(...told(error)));
    else asked.resolve(result);
  }

  return {
    request(method, params, timeoutMs = ANSWER_MS) {
      if (ended !== undefined) return Promise.reject(ended);
      const id = ++lastId;
      const text = textOf(id, method, params);
      socket.ref();
      if (outbox === undefined) socket.write(text);
      else outbox += text;
      const late = Number.isFinite(timeoutMs)
        ? setTimeout(() => end("timeout", "Tokenkeep did not answer."), timeoutMs)
        : undefined;
      return new Promise((resolve, reject) => void waiting.set(id, { resolve, reject, late }));
    },
    get open() {
      return ended === undefined;
    },
    close: () => end("disconnected", "The connection was closed."),
  };
}

const isObject = (value: unknown): value is Message => typeof value === "object" && value !== null;
const textOf = (id: number, method: string, params?: object): string =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;
type Told = ConstructorParameters<typeof TokenkeepError>;
/** The stable code and the sentence of an answer that is an error. */
function told({ message, data }: Message): Told {
  const { code, retry_after } = isObject(data) ? data : {};
  return [
    typeof code === "string" ? code : "internal",
    typeof message === "string" ? message : "Tokenkeep refused this.",
    typeof retry_after === "number" ? { retryAfterSec: retry_after } : {},
  ];
}
