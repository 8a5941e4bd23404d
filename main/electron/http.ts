/**
 * Electron's network stack as the transport of the HTTP client: the system's proxies and certificates are honoured.
 *
 * Chromium sends a request again when a kept-alive connection turns out to be dead. So a POST gets a session that
 * nobody else uses at that moment, with its connections closed before: on a fresh connection nothing is sent twice.
 */
import { net, type ClientRequest, type IncomingMessage, type Session } from "electron/main";
import type { HttpRequest } from "../../core/ports.ts";
import { oneValue, type Exchange, type ExchangeResponse, type OpenExchange } from "../http.ts";
import { makeSession } from "./hardening.ts";

/** Token requests at a time; more wait for their turn. */
const POST_SESSIONS = 4;

/** Sessions for POSTs, each lent to one request at a time. */
function createPool(): { take(): Promise<Session>; give(own: Session): void } {
  const free: Session[] = [];
  const waiting: ((own: Session) => void)[] = [];
  let made = 0;
  return {
    take() {
      const own = free.pop();
      if (own !== undefined) return Promise.resolve(own);
      if (made < POST_SESSIONS) {
        made += 1;
        return Promise.resolve(makeSession(`request-post-${String(made)}`));
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    give(own) {
      const next = waiting.shift();
      if (next === undefined) free.push(own);
      else next(own);
    },
  };
}

export function createElectronTransport(): OpenExchange {
  const pool = createPool();
  let reading: Session | undefined;
  return async (request) => {
    if (request.method === "GET") {
      reading ??= makeSession("request-get"); // sent twice, a GET does no harm
      return { exchange: exchangeOver(reading, request), release: () => undefined };
    }
    const own = await pool.take();
    try {
      await own.closeAllConnections();
      return { exchange: exchangeOver(own, request), release: () => pool.give(own) };
    } catch (error) {
      pool.give(own);
      throw error;
    }
  };
}

function exchangeOver(own: Session, { method, url, headers }: HttpRequest): Exchange {
  const outgoing: ClientRequest = net.request({
    method,
    url,
    session: own,
    redirect: "manual",
    credentials: "omit",
    cache: "no-store",
  });
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
  return {
    onRedirect: (listener) =>
      void outgoing.on("redirect", (status, _method, location) => listener(status, location)),
    onResponse: (listener) => void outgoing.on("response", (incoming) => listener(responseOf(incoming))),
    onFailure: (listener) => void outgoing.on("error", (error) => listener(codeOf(error))),
    send(body) {
      if (body !== undefined) outgoing.write(body);
      outgoing.end();
    },
    abort: () => outgoing.abort(),
  };
}

/** `net::ERR_CONNECTION_REFUSED` and the like. */
const codeOf = ({ message }: Error): string => /ERR_[A-Z0-9_]+/.exec(message)?.[0] ?? "unknown";

const responseOf = (incoming: IncomingMessage): ExchangeResponse => ({
  status: incoming.statusCode,
  header: (name) => oneValue(incoming.headers[name]),
  onData: (listener) => void incoming.on("data", listener),
  onEnd: (listener) => void incoming.on("end", listener),
  onBroken: (listener) => {
    incoming.on("aborted", () => listener("aborted"));
    // Emitted for a broken body; the types only know Node's name for it.
    (incoming as NodeJS.EventEmitter).on("error", () => listener("body"));
  },
});
