/**
 * Electron's network stack as the transport of the HTTP client: the system's proxies and certificates are honoured.
 *
 * Chromium sends a request again when a kept-alive connection turns out to be dead, and after some answers. So a POST
 * gets a session that nobody else uses at that moment, with its connections closed before, and that finds its way to
 * the server once (one-send.ts).
 */
import {
  app,
  net,
  type AuthInfo,
  type ClientRequest,
  type IncomingMessage,
  type Session,
  type WebContents,
} from "electron/main";
import type { HttpRequest } from "../../../core/ports.ts";
import { oneValue, type Exchange, type ExchangeResponse, type OpenExchange } from "../../net/http.ts";
import type { ProxyCredentials } from "../../net/proxy-login.ts";
import { makeSession } from "../hardening.ts";
import { createOneSend, type OneSend } from "./one-send.ts";
import { createPool, type Pool } from "./pool.ts";

/** Token requests at a time; more wait for their turn. */
const POST_SESSIONS = 4;

/** A session for POSTs, lent to one request at a time. */
interface PostSession {
  readonly own: Session;
  readonly once: OneSend;
}

const createPostSessions = (): Pool<PostSession> =>
  createPool(POST_SESSIONS, async (number) => {
    const own = makeSession(`request-post-${String(number)}`);
    return { own, once: await createOneSend(own) };
  });

/** Asks the user for the login of a proxy. Undefined: the user declined. */
export type ProxyLogin = (
  proxy: { readonly host: string; readonly port: number; readonly realm: string },
  /** The login that was tried for this request before, and was refused. */
  before: ProxyCredentials | undefined,
) => Promise<ProxyCredentials | undefined>;

/** Answers login requests of proxies for pages, too, and never those of servers. */
export function answerProxiesOfPages(proxyLogin: ProxyLogin): void {
  const given = new WeakMap<WebContents, ProxyCredentials>();
  app.on("login", (event, page, _details, { isProxy, host, port, realm }, answer) => {
    if (!isProxy || page === null) return; // our own requests are answered where they are made
    event.preventDefault();
    proxyLogin({ host, port, realm }, given.get(page)).then(
      (credentials) => {
        if (credentials === undefined) return answer();
        given.set(page, credentials); // if the proxy asks again, these were wrong
        answer(credentials.username, credentials.password.reveal());
      },
      () => answer(),
    );
  });
}

/** Without `proxyLogin`, a proxy that wants credentials gets none. */
export function createElectronTransport(
  proxyLogin: ProxyLogin = () => Promise.resolve(undefined),
): OpenExchange {
  const pool = createPostSessions();
  let reading: Session | undefined;
  return async (request) => {
    reading ??= makeSession("request-get"); // sent twice, a GET does no harm
    if (request.method === "GET")
      return { exchange: exchangeOver(reading, request, proxyLogin), release: () => undefined };
    const { own, once } = await pool.take();
    const release = (): void => {
      const rest = (): void => pool.give({ own, once });
      void once.disarm().then(rest, rest);
    };
    try {
      await own.closeAllConnections();
      const way = await reading.resolveProxy(request.url);
      await once.arm(request.url, way);
      return { exchange: sentOnce(exchangeOver(own, request, proxyLogin), once), release };
    } catch (error) {
      release();
      throw error;
    }
  };
}

/** Reports the cause that the dead end recorded, where Chromium reports only a failure of the proxy. */
function sentOnce(exchange: Exchange, once: OneSend): Exchange {
  return {
    ...exchange,
    onFailure: (listener) =>
      exchange.onFailure((code) => {
        const atGate = /PROXY|SOCKS|TUNNEL/.test(code);
        if (atGate && once.wantedAgain) listener("sent_before");
        else if (atGate && once.unreached !== undefined) listener(once.unreached);
        else listener(code);
      }),
  };
}

function exchangeOver(own: Session, { method, url, headers }: HttpRequest, proxyLogin: ProxyLogin): Exchange {
  const outgoing: ClientRequest = net.request({
    method,
    url,
    session: own,
    redirect: "manual",
    credentials: "omit",
    cache: "no-store",
  });
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
  let pause: (paused: boolean) => void = () => undefined;
  /** The proxy wants credentials and gets none, so the request cannot have passed it. */
  let stopped = false;
  let given: ProxyCredentials | undefined;
  async function login({ isProxy, host, port, realm }: AuthInfo): Promise<ProxyCredentials | undefined> {
    if (!isProxy) return undefined; // the 401 of a server is the response to the request
    pause(true);
    given = await proxyLogin({ host, port, realm }, given);
    pause(false);
    if (given === undefined) stopped = true;
    return given; // the tunnel is retried with them, by the same proxy
  }
  outgoing.on("login", (info, answer) => {
    login(info).then(
      (credentials) =>
        credentials === undefined ? answer() : answer(credentials.username, credentials.password.reveal()),
      () => answer(),
    );
  });
  const codeOfEnd = (error: Error): string => (stopped ? "ERR_PROXY_AUTH_REQUESTED" : codeOf(error));
  let fail: (code: string) => void = () => undefined;
  return {
    onRedirect: (listener) =>
      void outgoing.on("redirect", (status, _method, location) => listener(status, location)),
    onResponse: (listener) =>
      void outgoing.on("response", (incoming) => {
        if (!stopped) return listener(responseOf(incoming));
        outgoing.abort();
        fail("ERR_PROXY_AUTH_REQUESTED");
      }),
    onFailure(listener) {
      fail = listener;
      outgoing.on("error", (error) => listener(codeOfEnd(error)));
    },
    onPause: (listener) => void (pause = listener),
    send(body) {
      if (body !== undefined) outgoing.write(body);
      outgoing.end();
    },
    abort: () => outgoing.abort(),
  };
}

/** `net::ERR_CONNECTION_REFUSED` and the like. */
function codeOf({ message }: Error): string {
  return /ERR_[A-Z0-9_]+/.exec(message)?.[0] ?? "unknown";
}

function responseOf(incoming: IncomingMessage): ExchangeResponse {
  return {
    status: incoming.statusCode,
    header: (name) => oneValue(incoming.headers[name]),
    onData: (listener) => void incoming.on("data", listener),
    onEnd: (listener) => void incoming.on("end", listener),
    onBroken: (listener) => {
      incoming.on("aborted", () => listener("aborted"));
      // Emitted for a broken body; the types only know Node's name for it.
      (incoming as NodeJS.EventEmitter).on("error", () => listener("body"));
    },
  };
}
