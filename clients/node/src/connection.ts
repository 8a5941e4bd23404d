/** One connection: greeting, proofs of both sides, requests. Nothing that the server sends before its proof is used. */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { locate, placesText } from "./endpoint.ts";
import { TokenkeepError } from "./errors.ts";
import { createLineReader } from "./lines.ts";
import { proofOf, sameProof, type Credentials } from "./proof.ts";
import { PendingRequests } from "./requests.ts";

/** Octets of a line before the server has proved itself. The protocol has no longer lines. */
const MAX_LINE_UNPROVED = 64 * 1024;
const MAX_LINE = 16 * 1024 * 1024;
/** The protocol demands UTF-8, so a line that is not UTF-8 does not come from Tokenkeep. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** The time limit for greeting and proof together. */
const START_MS = 10_000;
/** An answer may need a request to the provider, which may take 30 s. */
const ANSWER_MS = 60_000;

/** A notification from the server. */
export interface Notice {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}
export interface ConnectionOptions {
  readonly endpoint: string;
  /** Absent: neither side proves itself, and the server accepts only a pairing request. */
  readonly credentials?: Credentials | undefined;
  readonly onNotice?: ((notice: Notice) => void) | undefined;
  readonly onClose?: ((why: TokenkeepError) => void) | undefined;
  /** Keeps the process running while no request waits, too. */
  readonly stay?: boolean;
}
export interface Connection {
  /**
   * Sends a request; before the proof, the request waits. Rejects with a `TokenkeepError`. A request without an answer
   * within `timeoutMs` ends the connection.
   */
  request(method: string, params?: object, timeoutMs?: number): Promise<unknown>;
  /** False once either side has ended the connection. */
  readonly open: boolean;
  close(): void;
}

type Message = Readonly<Record<string, unknown>>;
type ErrorArguments = ConstructorParameters<typeof TokenkeepError>;

const isObject = (value: unknown): value is Message => typeof value === "object" && value !== null;
const lineOf = (id: number, method: string, params?: object): string =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;
/** Reads the code and the sentence of an error. */
function errorOf({ message, data }: Message): ErrorArguments {
  const { code, retry_after } = isObject(data) ? data : {};
  return [
    typeof code === "string" ? code : "internal",
    typeof message === "string" ? message : "Tokenkeep refused this.",
    typeof retry_after === "number" ? { retryAfterSec: retry_after } : {},
  ];
}
/** The sentence for a Tokenkeep that is not running. It names the searched folders, unless the endpoint was given. */
function notRunning(endpoint: string): string {
  const { endpoint: found, places } = locate();
  const searched = found === endpoint ? placesText(places) : "";
  return `Tokenkeep is not running.${searched === "" ? "" : ` Looked at: ${searched}.`}`;
}

class SocketConnection implements Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #requests = new PendingRequests();
  readonly #lines = createLineReader(
    MAX_LINE_UNPROVED,
    (line) => this.#take(line),
    () => this.#rejectServer(),
  );
  readonly #startTimer: NodeJS.Timeout;
  /** Handles the next message: first the greeting, then the server's proof, then answers. */
  #onMessage: (message: Message) => void = (message) => this.#greeted(message);
  /** Requests that wait for the greeting; undefined after they were sent. */
  #outbox: string | undefined = "";
  #ended: TokenkeepError | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = connect(options.endpoint);
    this.#socket.on("data", (chunk) => this.#lines.feed(chunk));
    this.#socket.on("error", ({ code, message }: NodeJS.ErrnoException) =>
      code === "ENOENT" || code === "ECONNREFUSED"
        ? this.#end("not_running", notRunning(options.endpoint))
        : this.#end("disconnected", `The connection to Tokenkeep failed: ${message}`),
    );
    this.#socket.on("close", () => this.#end("disconnected", "The connection to Tokenkeep has ended."));
    this.#startTimer = setTimeout(() => this.#end("timeout", "Tokenkeep did not answer."), START_MS);
  }

  get open(): boolean {
    return this.#ended === undefined;
  }
  request(method: string, params?: object, timeoutMs = ANSWER_MS): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#requests.nextId();
    const line = lineOf(id, method, params);
    this.#socket.ref();
    if (this.#outbox === undefined) this.#socket.write(line);
    else this.#outbox += line;
    return this.#requests.wait(id, timeoutMs, () => this.#end("timeout", "Tokenkeep did not answer."));
  }
  close(): void {
    this.#end("disconnected", "The connection was closed.");
  }

  /** Ends the connection; every waiting request is rejected with the same error. */
  #end(...error: ErrorArguments): void {
    if (this.#ended !== undefined) return;
    this.#ended = new TokenkeepError(...error);
    clearTimeout(this.#startTimer);
    this.#lines.stop();
    this.#socket.destroy();
    this.#requests.rejectAll(this.#ended);
    this.#options.onClose?.(this.#ended);
  }
  /** Ends the connection after a message that Tokenkeep never sends. */
  #rejectServer(): void {
    this.#end(
      "not_tokenkeep",
      "What listens there cannot prove that it is Tokenkeep. Nothing it said was used.",
    );
  }

  #take(line: Buffer): void {
    let message: unknown;
    try {
      message = JSON.parse(utf8.decode(line));
    } catch {
      return this.#rejectServer();
    }
    if (isObject(message)) this.#onMessage(message);
    else this.#rejectServer();
  }
  #greeted({ tokenkeep, challenge }: Message): void {
    if (tokenkeep !== 1 || typeof challenge !== "string") return this.#rejectServer();
    const { credentials } = this.#options;
    let proof = "";
    if (credentials === undefined) this.#started();
    else proof = this.#prove(credentials, challenge);
    this.#socket.write(proof + (this.#outbox ?? "")); // one packet, so that the first answer needs one round trip
    this.#outbox = undefined;
  }
  /** The line that proves the client. The next message must prove the server. */
  #prove(credentials: Credentials, challenge: string): string {
    const { client } = credentials;
    const nonce = randomBytes(32).toString("base64url");
    const input = { ...credentials, endpoint: this.#options.endpoint, challenge, nonce };
    this.#onMessage = ({ id, method, result, error }) => {
      if (typeof method === "string") return; // notifications before the proof are ignored
      // An error without a proof can only end this attempt. `id` is null when the server could not read the request.
      if ((id === 0 || id === null) && isObject(error)) return this.#end(...errorOf(error));
      if (id !== 0 || !isObject(result) || !sameProof(proofOf("server", input), result["proof"]))
        return this.#rejectServer();
      this.#started();
    };
    return lineOf(0, "auth", { client, nonce, proof: proofOf("client", input) });
  }
  #started(): void {
    clearTimeout(this.#startTimer);
    this.#lines.limit(MAX_LINE);
    this.#onMessage = (message) => this.#answered(message);
  }
  #answered({ id, method, params, result, error }: Message): void {
    if (typeof method === "string") {
      this.#options.onNotice?.({ method, params: isObject(params) ? params : {} });
      return;
    }
    if (id === null && isObject(error)) return this.#end(...errorOf(error)); // the server's reason for ending
    const request = this.#requests.take(id);
    if (request === undefined) return;
    // A process with nothing else to do may end now.
    if (this.#requests.isEmpty && this.#options.stay !== true) this.#socket.unref();
    if (isObject(error)) request.reject(new TokenkeepError(...errorOf(error)));
    else request.resolve(result);
  }
}

/** Connects and starts the greeting. Failures arrive at `onClose` and at every request. */
export const openConnection = (options: ConnectionOptions): Connection => new SocketConnection(options);
