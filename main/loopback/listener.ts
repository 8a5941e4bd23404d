/**
 * Waits on a port of this computer for the answer that the person's browser brings back (RFC 8252 §7.3). Any page and
 * any program of this computer can ask here, so everything but the one answer that is waited for gets a 404 and changes
 * nothing.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Log } from "../../core/ports.ts";
import { PAGE_HEADERS, pageOf, type Words } from "./page.ts";

/** A fragment holds tokens and an ID token with claims: a few KiB. */
const MAX_ANSWER_BYTES = 16 * 1024;
/** Whoever says nothing, or half of it, does not keep the others out for longer. */
const REQUEST_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 64;

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
  /** Frees the port. What is being said to the browser is still said. */
  readonly close: () => void;
}

/** Fails with `loopback_ports_taken` when other programs, or other sign-ins, have all ports. */
export async function listen(waiting: Waiting): Promise<Result<Listener>> {
  const { redirectUris } = waiting;
  for (const redirect_uri of redirectUris) {
    let close = (): void => undefined;
    const handle = serve(waiting, redirect_uri, () => close());
    const servers = await bind(Number(new URL(redirect_uri).port), handle);
    if (servers === undefined) continue;
    close = () => {
      for (const server of servers) {
        server.close();
        server.closeIdleConnections();
      }
    };
    return ok({ redirect_uri, close });
  }
  const ports = redirectUris.map((uri) => new URL(uri).port).join(", ");
  return failed({ code: "loopback_ports_taken", ports });
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * `localhost` is both addresses, and which of them a browser asks first is its own affair: a port is ours only when
 * both are, or the answer would go to a stranger. Undefined: somebody has it.
 */
async function bind(port: number, handle: Handle): Promise<readonly Server[] | undefined> {
  const four = await open(port, "127.0.0.1", handle);
  if (typeof four === "string") return undefined;
  const six = await open(port, "::1", handle);
  if (typeof six === "object") return [four, six];
  // A computer without IPv6 has nobody at that address either.
  if (six === "EADDRNOTAVAIL" || six === "EAFNOSUPPORT") return [four];
  four.close();
  return undefined;
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

function serve({ fragment, onAnswer, words, log }: Waiting, redirect_uri: string, close: () => void): Handle {
  const { host, origin, pathname } = new URL(redirect_uri);
  const noted = new Set<string>();
  /** Each kind of stranger is in the log once, however often it asks, and nothing of what it sent. */
  const refused = (why: string): void => {
    if (!noted.has(why)) log.warn("loopback.refused", { why });
    noted.add(why);
  };
  let answered = false;
  /** The answer that was waited for, or a page that says that this is none. */
  function take(answer: string): boolean {
    answered = onAnswer(redirect_uri + answer);
    if (answered) close();
    else refused("state");
    return answered;
  }

  return (request, response) => {
    const { method = "", url = "", headers } = request;
    // By hand, because parsing would make one of several spellings; an answer has exactly this one.
    const [path = "", ...rest] = url.split("?");
    const query = rest.length === 0 ? "" : `?${rest.join("?")}`;
    response.setHeader("connection", "close");
    const stranger = headers.host !== host ? "host" : path !== pathname ? "path" : undefined;
    if (answered || stranger !== undefined) {
      if (stranger !== undefined) refused(stranger);
      response.writeHead(404).end();
    } else if (method === "GET") {
      const kind = query === "" && fragment ? "hand_over" : take(query) ? "done" : "refused";
      response.writeHead(kind === "refused" ? 404 : 200, PAGE_HEADERS);
      response.end(pageOf(kind, words));
    } else if (method === "POST" && fragment && query === "") {
      if (headers.origin !== origin) {
        refused("origin");
        response.writeHead(404).end();
        return;
      }
      void read(request).then((answer) => {
        const taken = answer !== undefined && !answered && take(`#${answer}`);
        response.writeHead(taken ? 204 : 404).end();
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
