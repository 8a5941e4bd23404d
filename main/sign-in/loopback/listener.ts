/**
 * Listens on a port of this computer for the redirect of the user's browser (RFC 8252 §7.3). Any page and any program of
 * this computer can send requests to the port, so every request but the expected response gets a 404 and changes nothing.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { failed, ok, type Result } from "../../../contract/failure.ts";
import type { Log } from "../../../core/ports.ts";
import { PAGE_HEADERS, pageOf, type Translator } from "./page.ts";

/** A fragment contains a token and an ID token with claims: a few KiB. */
const MAX_RESPONSE_BYTES = 16 * 1024;
/** A client that sends nothing, or half a request, is disconnected after this time. */
const REQUEST_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 64;
/** Browsers repeat a request: by a reload, in a second tab, after a prefetch. The port answers for this long. */
const LINGER_MS = 5_000;
/** How long a response to the browser may take after the port is freed; then its connections are closed. */
const CLOSE_AFTER_MS = 1_000;

export interface ListenerOptions {
  /** Registered redirect URIs, `http://localhost:PORT/…`; the first whose port is free is used. */
  readonly redirectUris: readonly string[];
  /** The authorization response is in the fragment, which only a page can read. */
  readonly fragment: boolean;
  /** Called with the redirect URI and the query or fragment. True: it is the expected response. Must not throw. */
  readonly onResponse: (url: string) => boolean;
  readonly translator: Translator;
  readonly log: Log;
}
export interface Listener {
  readonly redirect_uri: string;
  /**
   * Stops listening and frees the port at once; a page that is being sent is still sent. When this is called from
   * `onResponse`, the port is freed a moment later, so that a browser that repeats its request gets the same page.
   */
  readonly close: () => void;
}

/** Ports that stay open for a moment after a response. Another sign-in that needs one frees it at once. */
const lingering = new Map<number, () => void>();

/**
 * Listens on the first free port. Fails with `loopback_ports_taken` when other programs or other sign-ins use all ports,
 * and with `loopback_ports_reserved` when the system allows no program to use them.
 */
export async function listen(options: ListenerOptions): Promise<Result<Listener>> {
  const taken: number[] = [];
  const reserved: number[] = [];
  for (const redirect_uri of options.redirectUris) {
    const port = Number(new URL(redirect_uri).port);
    lingering.get(port)?.();
    let isResponding = false;
    let release: ReturnType<typeof releaseOf> | undefined;
    const onResponse = (url: string): boolean => {
      isResponding = true;
      const accepted = options.onResponse(url);
      isResponding = false;
      if (accepted) release?.linger();
      return accepted;
    };
    const bound = await bind(port, serve({ ...options, onResponse }, redirect_uri));
    if (typeof bound === "object") {
      release = releaseOf(port, bound);
      const { free } = release;
      return ok({
        redirect_uri,
        close() {
          if (!isResponding) free();
        },
      });
    }
    (bound === "EACCES" ? reserved : taken).push(port);
  }
  return taken.length > 0
    ? failed({ code: "loopback_ports_taken", ports: taken.join(", ") })
    : failed({ code: "loopback_ports_reserved", ports: reserved.join(", ") });
}

/** Frees a port: at once, or a moment after a response. */
function releaseOf(port: number, servers: readonly Server[]) {
  let timer: NodeJS.Timeout | undefined;
  const free = (): void => {
    clearTimeout(timer);
    if (lingering.get(port) === free) lingering.delete(port);
    servers.forEach(shut);
  };
  return {
    free,
    linger(): void {
      lingering.set(port, free);
      timer = setTimeout(free, LINGER_MS);
      timer.unref();
      for (const server of servers) server.unref();
    },
  };
}

/** Stops listening. Open connections end by themselves, or are closed after `CLOSE_AFTER_MS`. */
function shut(server: Server): void {
  if (!server.listening) return;
  server.close();
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), CLOSE_AFTER_MS).unref();
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Binds the port at both addresses of `localhost`: a browser may use either first, so with one of them another program
 * could get the response. On failure the result is the system's error code.
 */
async function bind(port: number, handle: Handle): Promise<readonly Server[] | string> {
  const four = await open(port, "127.0.0.1", handle);
  if (typeof four === "string") return four;
  const six = await open(port, "::1", handle);
  if (typeof six === "object") return [four, six];
  // Without IPv6 no other program can listen at that address either.
  if (six === "EADDRNOTAVAIL" || six === "EAFNOSUPPORT") return [four];
  shut(four);
  return six;
}

/** The listening server, or the system's error code. */
function open(port: number, host: string, handle: Handle): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer(
      {
        headersTimeout: REQUEST_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: 1_000,
      },
      handle,
    );
    server.maxConnections = MAX_CONNECTIONS;
    server.on("error", ({ code = "unknown" }: NodeJS.ErrnoException) => resolve(code));
    server.listen({ port, host, ipv6Only: true }, () => resolve(server));
  });
}

/** Whether a browser loads the page in advance, before the user opens it (Fetch standard, `Sec-Purpose`; older names). */
function isPrefetch({ headers }: IncomingMessage): boolean {
  return [headers["sec-purpose"], headers["purpose"], headers["x-moz"], headers["x-purpose"]].some(
    (purpose) => typeof purpose === "string" && /prefetch|prerender|preview/i.test(purpose),
  );
}

function serve({ fragment, onResponse, translator, log }: ListenerOptions, redirect_uri: string): Handle {
  const { host, origin, pathname } = new URL(redirect_uri);
  const logged = new Set<string>();
  /** Logs each reason once, and nothing that the request contains. */
  const logRefused = (why: string): void => {
    if (!logged.has(why)) log.warn("loopback.refused", { why });
    logged.add(why);
  };
  /** The query or fragment of the accepted response. */
  let accepted: string | undefined;
  /** True for the expected response, and for the same response repeated. */
  function accept(response: string): boolean {
    if (accepted !== undefined) return response === accepted;
    if (!onResponse(redirect_uri + response)) {
      logRefused("state");
      return false;
    }
    accepted = response;
    return true;
  }
  /** `query`: with its question mark. It is empty when a page reloads whose script has removed the response. */
  function pageFor(query: string): "done" | "refused" | "hand_over" {
    if (query === "" && accepted !== undefined) return "done";
    return query === "" && fragment ? "hand_over" : accept(query) ? "done" : "refused";
  }

  return (request, response) => {
    const { method = "", url = "", headers } = request;
    // Not parsed as a URL: parsing would make other spellings of the path equal to the registered one.
    const [path = "", ...rest] = url.split("?");
    const query = rest.length === 0 ? "" : `?${rest.join("?")}`;
    response.setHeader("connection", "close");
    const wrong = headers.host !== host ? "host" : path !== pathname ? "path" : undefined;
    if (wrong !== undefined) {
      logRefused(wrong);
      response.writeHead(404).end();
    } else if (method === "GET" && isPrefetch(request)) {
      // The browser discards a prefetched page, and repeats the request when the user opens it.
      response.writeHead(503, { "cache-control": "no-store" }).end();
    } else if (method === "GET") {
      const kind = pageFor(query);
      response.writeHead(kind === "refused" ? 404 : 200, PAGE_HEADERS);
      response.end(pageOf(kind, translator));
    } else if (method === "POST" && fragment && query === "") {
      if (headers.origin !== origin) {
        logRefused("origin");
        response.writeHead(404).end();
        return;
      }
      void readBody(request).then((body) => {
        response.writeHead(body !== undefined && accept(`#${body}`) ? 204 : 404).end();
      });
    } else {
      logRefused("method");
      response.writeHead(404).end();
    }
  };
}

/** Undefined: the body is too long, or the connection was lost. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_RESPONSE_BYTES) chunks.push(chunk);
      else resolve(undefined); // the rest is read and ignored
    });
    request.on("end", () => resolve(Buffer.concat(chunks).toString()));
    request.on("close", () => resolve(undefined));
  });
}
