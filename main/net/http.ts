/**
 * The HTTP client for token requests: a request is sent once, follows no redirect, reads at most 64 KiB, and ends in a
 * bounded time (ADR 0002). The rule stands here once, over the `Exchange` that Electron's and Node's requests have in
 * common, so that the same tests check both. Each transport uses a new connection for every POST, because HTTP stacks
 * silently send a request again when a kept-alive connection turns out to be dead.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { instantMs, LONGEST_RETRY_AFTER_MS } from "../../core/bounds.ts";
import { PROXY_ERRORS } from "../../core/oauth/unreachable.ts";
import type { HttpClient, HttpOutcome, HttpRequest } from "../../core/ports.ts";

const MAX_BODY_BYTES = 64 * 1024;

/** One request and its answer on a transport. Listeners are set before `send`; after `abort` they have no effect. */
export interface Exchange {
  onRedirect(listener: (status: number, location: string) => void): void;
  onResponse(listener: (response: ExchangeResponse) => void): void;
  /** `code`: Chromium's `ERR_…` or Node's `E…`/TLS code. */
  onFailure(listener: (code: string) => void): void;
  /** `paused`: the time limit stops, because the user is asked for a proxy's password; false: it runs again. */
  onPause(listener: (paused: boolean) => void): void;
  send(body: string | undefined): void;
  abort(): void;
}
/** The response of a server, as the transport reports it: status and headers first, then the body in chunks. */
export interface ExchangeResponse {
  readonly status: number;
  header(name: string): string | undefined;
  onData(listener: (chunk: Uint8Array) => void): void;
  onEnd(listener: () => void): void;
  /** The connection broke before the body was complete. */
  onBroken(listener: (code: string) => void): void;
}
/** Opens an exchange; may wait for a free connection. Call `release` when the exchange is over. */
export type OpenExchange = (
  request: HttpRequest,
) => Promise<{ readonly exchange: Exchange; readonly release: () => void }>;

/**
 * Errors after which no byte of the request has reached the server: the name was not found, the connection failed, or
 * the certificate was refused. Every other error counts as sent, among them `ERR_SSL_PROTOCOL_ERROR` and
 * `ERR_BAD_SSL_CLIENT_AUTH_CERT` (with TLS 1.3 they can follow the request), `ERR_NETWORK_CHANGED` (it comes at any
 * time), and `ERR_UNEXPECTED_PROXY_AUTH` (a 407 from the server itself).
 */
const NOT_SENT = new Set([
  // Chromium, net_error_list.h: no address, or no connection
  "ERR_NAME_NOT_RESOLVED",
  "ERR_NAME_RESOLUTION_FAILED",
  "ERR_ICANN_NAME_COLLISION",
  "ERR_CONNECTION_REFUSED",
  "ERR_CONNECTION_FAILED",
  "ERR_CONNECTION_TIMED_OUT",
  "ERR_INTERNET_DISCONNECTED",
  "ERR_ADDRESS_UNREACHABLE",
  "ERR_ADDRESS_INVALID",
  "ERR_NETWORK_ACCESS_DENIED",
  "ERR_UNSAFE_PORT",
  // the request goes to the server only after the proxy has let it through
  ...PROXY_ERRORS,
  // the request is written only after the handshake
  "ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
  "ERR_SSL_UNRECOGNIZED_NAME_ALERT",
  "ERR_SSL_PINNED_KEY_NOT_IN_CERT_CHAIN",
  "ERR_SSL_SERVER_CERT_BAD_FORMAT",
  "ERR_ECH_NOT_NEGOTIATED",
  "ERR_ECH_FALLBACK_CERTIFICATE_INVALID",
  // Node
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);
const notSent = (code: string): boolean => NOT_SENT.has(code) || code.startsWith("ERR_CERT_");

/** Reads `Retry-After` (RFC 9110 §10.2.3): seconds, or a date, which is compared with the server's own clock. */
function retryAfter(value: string | undefined, dateMs = Date.now()): { retryAfterMs?: number } {
  if (value === undefined) return {};
  const waitMs = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - dateMs;
  return Number.isNaN(waitMs) ? {} : { retryAfterMs: Math.min(Math.max(0, waitMs), LONGEST_RETRY_AFTER_MS) };
}

/** Reads `Date` (RFC 9110 §6.6.1). */
const serverDate = (value: string | undefined): { dateMs?: number } => {
  const dateMs = instantMs(Date.parse(value ?? ""));
  return dateMs === undefined ? {} : { dateMs };
};

/**
 * Decodes UTF-8 (RFC 8259 §8.1), or UTF-16, known by its byte order mark or a zero in its first letter (RFC 4627 §3).
 */
function textOf(bytes: Buffer): string {
  const [first = 1, second = 1] = bytes;
  const little = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const big = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  return new TextDecoder(little ? "utf-16le" : big ? "utf-16be" : "utf-8").decode(bytes);
}

/** A time limit that can be paused. */
function createTimeLimit(limitMs: number) {
  let leftMs = limitMs;
  let startedAtMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearTimeout(timer);
  return {
    stop,
    /** Starts, or continues after a pause; calls `onEnd` when the time is over. */
    start(onEnd: () => void): void {
      stop();
      startedAtMs = performance.now();
      timer = setTimeout(onEnd, leftMs);
    },
    pause(): void {
      stop();
      leftMs -= performance.now() - startedAtMs;
    },
  };
}

/** `abort`: the exchange goes on and has to be aborted. */
type Finish = (outcome: HttpOutcome, abort: boolean) => void;

function readResponse(response: ExchangeResponse, url: string, finish: Finish): void {
  const { status } = response;
  if (status >= 300 && status < 400) {
    const to = response.header("location") ?? "";
    const location = URL.canParse(to, url) ? new URL(to, url).href : undefined;
    return finish({ kind: "redirected", status, ...(location !== undefined && { location }) }, true);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  response.onData((chunk) => {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) return finish({ kind: "too_large", status }, true);
    chunks.push(chunk);
  });
  response.onBroken((code) => finish({ kind: "lost", cause: code }, false));
  response.onEnd(() => {
    const date = serverDate(response.header("date"));
    const challenge = response.header("www-authenticate");
    const answer: HttpOutcome = {
      kind: "answered",
      status,
      body: textOf(Buffer.concat(chunks)),
      ...retryAfter(response.header("retry-after"), date.dateMs),
      ...date,
      ...(challenge !== undefined && { challenge }),
    };
    finish(answer, false);
  });
}

function run(exchange: Exchange, request: HttpRequest): Promise<HttpOutcome> {
  return new Promise((resolve) => {
    let over = false;
    const limit = createTimeLimit(request.timeoutMs);
    const finish: Finish = (outcome, abort) => {
      if (over) return;
      over = true;
      limit.stop();
      if (abort) exchange.abort();
      resolve(outcome);
    };
    const timeOut = (): void => finish({ kind: "lost", cause: "timeout" }, true);
    limit.start(timeOut);
    exchange.onFailure((code) => finish({ kind: notSent(code) ? "not_sent" : "lost", cause: code }, false));
    exchange.onPause((paused) => {
      if (over) return;
      if (paused) limit.pause();
      else limit.start(timeOut);
    });
    exchange.onRedirect((status, location) => finish({ kind: "redirected", status, location }, true));
    exchange.onResponse((response) => readResponse(response, request.url, finish));
    exchange.send(request.body);
  });
}

/** Builds the client over a transport. It never rejects: every end of a request is an outcome. */
export function createHttpClient(open: OpenExchange): HttpClient {
  return {
    async send(request) {
      let opened: Awaited<ReturnType<OpenExchange>>;
      try {
        opened = await open(request);
      } catch {
        return { kind: "not_sent", cause: "transport" };
      }
      try {
        return await run(opened.exchange, request);
      } finally {
        opened.release();
      }
    },
  };
}

/** The value of a header; the first value of a header that came several times. */
export const oneValue = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

const nodeResponse = (incoming: IncomingMessage): ExchangeResponse => ({
  status: incoming.statusCode ?? 0,
  header: (name) => oneValue(incoming.headers[name]),
  onData: (listener) => void incoming.on("data", listener),
  onEnd: (listener) => void incoming.on("end", listener),
  onBroken: (listener) => {
    incoming.on("error", () => listener("body"));
    incoming.on("close", () => {
      if (!incoming.complete) listener("body");
    });
  },
});

/** Node's own transport: a new connection for every request, no proxies. For tests and tools, not for the app. */
export const nodeExchange: OpenExchange = (request) => {
  const send = request.url.startsWith("https:") ? httpsRequest : httpRequest;
  const outgoing = send(request.url, { method: request.method, headers: request.headers, agent: false });
  const codeOf = (error: Error): string =>
    "code" in error && typeof error.code === "string" ? error.code : error.name;
  return Promise.resolve({
    release: () => undefined,
    exchange: {
      onRedirect: () => undefined,
      onResponse: (listener) => void outgoing.on("response", (incoming) => listener(nodeResponse(incoming))),
      onFailure: (listener) => void outgoing.on("error", (error) => listener(codeOf(error))),
      onPause: () => undefined,
      send: (body) => void outgoing.end(body),
      abort: () => void outgoing.destroy(),
    },
  });
};
