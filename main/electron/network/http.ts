/**
 * The transport of the HTTP client over Electron's network stack, with the system's proxies and certificates.
 *
 * Chromium sends a request again when a kept-alive connection turns out to be dead, and after some answers. So each
 * POST gets a session that no other request uses meanwhile. The transport closes the session's connections before the
 * POST, and the session can reach the server only once (one-send.ts).
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

/** The number of POSTs at a time; further POSTs wait. */
const POST_SESSIONS = 4;

/** A session for POSTs. One request uses it at a time. */
interface PostSession {
  readonly session: Session;
  readonly oneSend: OneSend;
}

const createPostSessions = (): Pool<PostSession> =>
  createPool(POST_SESSIONS, async (number) => {
    const session = makeSession(`request-post-${String(number)}`);
    return { session, oneSend: await createOneSend(session) };
  });

/** Asks the user for the credentials of a proxy. Undefined: the user declined or did not answer. */
export type ProxyLogin = (
  proxy: { readonly host: string; readonly port: number; readonly realm: string },
  /** The credentials that the proxy refused for the same request. */
  refused: ProxyCredentials | undefined,
) => Promise<ProxyCredentials | undefined>;

/** Answers the authentication requests of proxies for web pages, and never those of servers. */
export function answerProxiesOfPages(proxyLogin: ProxyLogin): void {
  /** The credentials that each page sent last: another request of the proxy means that it refused them. */
  const sent = new WeakMap<WebContents, ProxyCredentials>();
  app.on("login", (event, page, _details, { isProxy, host, port, realm }, answer) => {
    if (!isProxy || page === null) return; // a request of the app itself has a handler of its own
    event.preventDefault();
    proxyLogin({ host, port, realm }, sent.get(page)).then(
      (credentials) => {
        if (credentials === undefined) return answer();
        sent.set(page, credentials);
        answer(credentials.username, credentials.password.reveal());
      },
      () => answer(),
    );
  });
}

/** Creates the transport. Without `proxyLogin`, the app sends no credentials to any proxy. */
export function createElectronTransport(
  proxyLogin: ProxyLogin = () => Promise.resolve(undefined),
): OpenExchange {
  const pool = createPostSessions();
  let getSession: Session | undefined;
  return async (request) => {
    getSession ??= makeSession("request-get"); // a GET may be sent twice, so all GETs share one session
    if (request.method === "GET")
      return { exchange: exchangeOver(getSession, request, proxyLogin), release: () => undefined };
    const { session, oneSend } = await pool.take();
    const release = (): void => {
      const giveBack = (): void => pool.give({ session, oneSend });
      void oneSend.disarm().then(giveBack, giveBack);
    };
    try {
      await session.closeAllConnections();
      const proxy = await getSession.resolveProxy(request.url);
      await oneSend.arm(request.url, proxy);
      return { exchange: sentOnce(exchangeOver(session, request, proxyLogin), oneSend), release };
    } catch (error) {
      release();
      throw error;
    }
  };
}

/** Reports the real cause where Chromium reports a proxy's failure, because one-send.ts acts as the session's proxy. */
function sentOnce(exchange: Exchange, oneSend: OneSend): Exchange {
  return {
    ...exchange,
    onFailure: (listener) =>
      exchange.onFailure((code) => {
        const atProxy = /PROXY|SOCKS|TUNNEL/.test(code);
        if (atProxy && oneSend.wantedAgain) listener("sent_before");
        else if (atProxy && oneSend.unreached !== undefined) listener(oneSend.unreached);
        else listener(code);
      }),
  };
}

function exchangeOver(
  session: Session,
  { method, url, headers }: HttpRequest,
  proxyLogin: ProxyLogin,
): Exchange {
  const outgoing: ClientRequest = net.request({
    method,
    url,
    session,
    redirect: "manual",
    credentials: "omit",
    cache: "no-store",
  });
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
  let pause: (paused: boolean) => void = () => undefined;
  /** The proxy demands credentials and there are none, so the request did not pass the proxy, whatever follows. */
  let stopped = false;
  let sent: ProxyCredentials | undefined;
  async function login({ isProxy, host, port, realm }: AuthInfo): Promise<ProxyCredentials | undefined> {
    if (!isProxy) return undefined; // the 401 of a server is its answer
    pause(true);
    sent = await proxyLogin({ host, port, realm }, sent);
    pause(false);
    if (sent === undefined) stopped = true;
    return sent; // Chromium continues the same tunnel and does not resolve the proxy again
  }
  outgoing.on("login", (info, answer) => {
    login(info).then(
      (credentials) =>
        credentials === undefined ? answer() : answer(credentials.username, credentials.password.reveal()),
      () => answer(),
    );
  });
  const codeOfFailure = (error: Error): string => (stopped ? "ERR_PROXY_AUTH_REQUESTED" : codeOf(error));
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
      outgoing.on("error", (error) => listener(codeOfFailure(error)));
    },
    onPause: (listener) => void (pause = listener),
    send(body) {
      if (body !== undefined) outgoing.write(body);
      outgoing.end();
    },
    abort: () => outgoing.abort(),
  };
}

/** Reads Chromium's code out of a message such as `net::ERR_CONNECTION_REFUSED`. */
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
      // Electron emits "error" for a broken body; its types lack this event.
      (incoming as NodeJS.EventEmitter).on("error", () => listener("body"));
    },
  };
}
