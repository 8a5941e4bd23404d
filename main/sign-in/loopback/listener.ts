/**
 * Waits on a port of this computer for the answer that the person's browser brings back (RFC 8252 §7.3). Any page and
 * any program of this computer can ask here, so everything but the one answer that is waited for gets a 404 and changes
 * nothing.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { failed, ok, type Result } from "../../../contract/failure.ts";
import type { Log } from "../../../core/ports.ts";
import { PAGE_HEADERS, pageOf, type Words } from "./page.ts";

/** A fragment holds tokens and an ID token with claims: a few KiB. */
const MAX_ANSWER_BYTES = 16 * 1024;
/** Whoever says nothing, or half of it, does not keep the others out for longer. */
const REQUEST_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 64;
/** Browsers ask again for what they have just got: a reload, a second tab, a page that was loaded ahead. */
const LINGER_MS = 5_000;
/** What is being said to the browser is said within this; then its connections end, however it holds on to them. */
const GRACE_MS = 1_000;

export interface Waiting {
  /** Registered ones, `http://localhost:PORT/…`; the first whose port is free is used. */
  readonly redirectUris: readonly string[];
  /** The answer is in the fragment, which only a page can read. */
  readonly fragment: boolean;
  /** The redirect URI with what came. True: it was waited for, and nothing more is. Does not throw. */
  readonly onAnswer: (url: string) => boolean;
  readonly words: Words;
  readonly log: Log;
}
export interface Listener {
  readonly redirect_uri: string;
  /**
   * Nothing is waited for any more. Frees the port at once; what is being said to the browser is still said. From within
   * `onAnswer` it frees the port a moment later, so that a browser that asks for the same again gets the same page.
   */
  readonly close: () => void;
}

/** Ports that are kept for a moment after an answer: whoever needs one gets it at once. */
const lingering = new Map<number, () => void>();

/**
 * Fails with `loopback_ports_taken` when other programs, or other sign-ins, have all ports, and with
 * `loopback_ports_reserved` when the system lets nobody use them.
 */
export async function listen(waiting: Waiting): Promise<Result<Listener>> {
  const taken: number[] = [];
  const reserved: number[] = [];
  for (const redirect_uri of waiting.redirectUris) {
    const port = Number(new URL(redirect_uri).port);
    lingering.get(port)?.();
    let answering = false;
    let life: ReturnType<typeof lifeOf> | undefined;
    const onAnswer = (url: string): boolean => {
      answering = true;
      const answered = waiting.onAnswer(url);
      answering = false;
      if (answered) life?.linger();
      return answered;
    };
    const bound = await bind(port, serve({ ...waiting, onAnswer }, redirect_uri));
    if (typeof bound === "object") {
      life = lifeOf(port, bound);
      const { free } = life;
      return ok({
        redirect_uri,
        close() {
          if (!answering) free();
        },
      });
    }
    (bound === "EACCES" ? reserved : taken).push(port);
  }
  return taken.length > 0
    ? failed({ code: "loopback_ports_taken", ports: taken.join(", ") })
    : failed({ code: "loopback_ports_reserved", ports: reserved.join(", ") });
}

/** How a port is given back: for good, and for sure. */
function lifeOf(port: number, servers: readonly Server[]) {
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

/** Nobody listens from now on; connections that are open by then end by themselves, or after a grace. */
function shut(server: Server): void {
  if (!server.listening) return;
  server.close();
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * `localhost` is both addresses, and which of them a browser asks first is its own affair: a port is ours only when
 * both are, or the answer would go to a stranger. Otherwise the system's code for why it is not.
 */
async function bind(port: number, handle: Handle): Promise<readonly Server[] | string> {
  const four = await open(port, "127.0.0.1", handle);
  if (typeof four === "string") return four;
  const six = await open(port, "::1", handle);
  if (typeof six === "object") return [four, six];
  // A computer without IPv6 has nobody at that address either.
  if (six === "EADDRNOTAVAIL" || six === "EAFNOSUPPORT") return [four];
  shut(four);
  return six;
}

/** The server, or the system's code for why there is none. */
const open = (port: number, host: string, handle: Handle): Promise<Server | string> =>
  new Promise((resolve) => {
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

/** A page that is loaded ahead of a click, which may never come (Fetch standard, `Sec-Purpose`; older names). */
const isAhead = ({ headers }: IncomingMessage): boolean =>
  [headers["sec-purpose"], headers["purpose"], headers["x-moz"], headers["x-purpose"]].some(
    (said) => typeof said === "string" && /prefetch|prerender|preview/i.test(said),
  );

function serve({ fragment, onAnswer, words, log }: Waiting, redirect_uri: string): Handle {
  const { host, origin, pathname } = new URL(redirect_uri);
  const noted = new Set<string>();
  /** Each kind of stranger is in the log once, however often it asks, and nothing of what it sent. */
  const refused = (why: string): void => {
    if (!noted.has(why)) log.warn("loopback.refused", { why });
    noted.add(why);
  };
  /** The answer that was taken. */
  let taken: string | undefined;
  /** The answer that was waited for, or the same once more; else a page says that this is none. */
  function take(answer: string): boolean {
    if (taken !== undefined) return answer === taken;
    if (!onAnswer(redirect_uri + answer)) {
      refused("state");
      return false;
    }
    taken = answer;
    return true;
  }
  /** `query`: with its question mark, or empty, as in a page whose address was cleared of the answer. */
  function pageFor(query: string): "done" | "refused" | "hand_over" {
    if (query === "" && taken !== undefined) return "done";
    return query === "" && fragment ? "hand_over" : take(query) ? "done" : "refused";
  }

  return (request, response) => {
    const { method = "", url = "", headers } = request;
    // By hand, because parsing would make one of several spellings; an answer has exactly this one.
    const [path = "", ...rest] = url.split("?");
    const query = rest.length === 0 ? "" : `?${rest.join("?")}`;
    response.setHeader("connection", "close");
    const stranger = headers.host !== host ? "host" : path !== pathname ? "path" : undefined;
    if (stranger !== undefined) {
      refused(stranger);
      response.writeHead(404).end();
    } else if (method === "GET" && isAhead(request)) {
      // The answer waits for a page that is looked at: a browser throws this away, and asks again then.
      response.writeHead(503, { "cache-control": "no-store" }).end();
    } else if (method === "GET") {
      const kind = pageFor(query);
      response.writeHead(kind === "refused" ? 404 : 200, PAGE_HEADERS);
      response.end(pageOf(kind, words));
    } else if (method === "POST" && fragment && query === "") {
      if (headers.origin !== origin) {
        refused("origin");
        response.writeHead(404).end();
        return;
      }
      void read(request).then((answer) => {
        response.writeHead(answer !== undefined && take(`#${answer}`) ? 204 : 404).end();
      });
    } else {
      refused("method");
      response.writeHead(404).end();
    }
  };
}

/** Undefined: too long, or the line broke. */
const read = (request: IncomingMessage): Promise<string | undefined> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_ANSWER_BYTES) chunks.push(chunk);
      else resolve(undefined); // the rest is read and dropped
    });
    request.on("end", () => resolve(Buffer.concat(chunks).toString()));
    request.on("close", () => resolve(undefined));
  });
