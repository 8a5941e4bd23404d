/**
 * Makes sure that Chromium sends a request only once. Its network stack repeats a POST by itself after 421 (Misdirected
 * Request), after HTTP/2's REFUSED_STREAM and HTTP_1_1_REQUIRED, and after some lost connections, without any event.
 * But before each repeat it resolves the proxy again. So a session gets the real proxy once, and then a dead end: a
 * port of this process that refuses every connection and records the attempt (ADR 0002).
 */
import type { Session } from "electron/main";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { isLoopbackHost, loopback } from "../../../core/loopback.ts";
import { answerSocks, join } from "./socks.ts";

export interface OneSend {
  /**
   * Allows the session to send its next request, to `url`, once. `proxy`: the system's proxy (`Session.resolveProxy`).
   */
  arm(url: string, proxy: string): Promise<void>;
  /** True after Chromium tried to send the request a second time, so the request had been sent before. */
  readonly wantedAgain: boolean;
  /**
   * Chromium's error code when a near server (`isNear`) was not reached. Undefined: the server was reached, or Chromium
   * itself reports the error.
   */
  readonly unreached: string | undefined;
  /** Takes note that the request has ended, so that the session can be armed for another request. */
  disarm(): Promise<void>;
}

/** Whether Chromium runs no proxy script for a URL: loopback and link-local addresses (`net/proxy_resolution`). */
const isNear = ({ hostname }: URL): boolean =>
  isLoopbackHost(hostname) || /^169\.254\.|^\[fe[89ab]/.test(hostname);

/** Removes the brackets of an IPv6 address. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, "");

/** Prepares a session for requests that are sent once. Opens two ports on loopback for it. */
export async function createOneSend(session: Pick<Session, "setProxy" | "resolveProxy">): Promise<OneSend> {
  let armCount = 0;
  let wantedAgain = false;
  /** Whether a near server was reached without a proxy. After `reached`, the request may have been sent. */
  let reach: "unknown" | "failed" | "reached" = "unknown";
  /** Handles a connection for the armed near request. Chromium may open two connections, and uses one of them. */
  let forward: (socket: Socket) => void = (socket) => void socket.destroy();

  const deadEnd = await listen((socket) => {
    wantedAgain = true;
    socket.destroy();
  });
  const gate = await listen((socket) => forward(socket));

  /**
   * The proxy script for a request to `url`. Its variable counts calls, and the number in its comment makes Chromium
   * load each script again. Chromium's other requests in this session, such as the check of a certificate, use the
   * system's proxy and are not counted.
   */
  const script = ({ host, hostname }: URL, proxy: string): string =>
    `let asked = 0; /* ${String(armCount)} */
function FindProxyForURL(url, host) {
  const ours = url.split("/")[2] === ${JSON.stringify(host)} || host === ${JSON.stringify(bare(hostname))};
  if (!ours || asked++ === 0) return ${JSON.stringify(proxy)};
  return "SOCKS5 127.0.0.1:${String(deadEnd)}";
}`;

  /**
   * Makes the dead end the session's proxy, also for requests that would share a connection (HTTP/2). This happens
   * before the first connection passes the gate, so Chromium resolved the proxy of every later connection to the gate
   * earlier.
   */
  async function close(url: string): Promise<void> {
    await session.setProxy(fixed(`socks5://127.0.0.1:${String(deadEnd)}`));
    const deadEndPort = new RegExp(`:${String(deadEnd)}(?!\\d)`);
    while (!deadEndPort.test(await session.resolveProxy(url))) await new Promise(setImmediate);
  }

  /** Forwards a connection to the host and port of `url`. */
  function direct(url: string): (socket: Socket) => void {
    const { hostname, port, protocol } = new URL(url);
    // `localhost` has two addresses, and a server may listen on one of them.
    const hosts = loopback(hostname) === "name" ? ["127.0.0.1", "::1"] : [bare(hostname)];
    let closed: Promise<void> | undefined;
    return (socket) =>
      answerSocks(socket, async (requestedHost) => {
        if (requestedHost !== "" && bare(requestedHost) !== bare(hostname)) return undefined;
        await (closed ??= close(url));
        for (const host of hosts) {
          const onward = connect({ host, port: Number(port) || (protocol === "https:" ? 443 : 80) });
          try {
            await once(onward, "connect");
            reach = "reached";
            return onward;
          } catch {
            // Every code counts as failed; ::1, for example, gives EADDRNOTAVAIL on a system without IPv6.
            if (reach === "unknown") reach = "failed";
          }
        }
        return undefined;
      });
  }

  /** Forwards a connection to a proxy, with which Chromium itself speaks. */
  function toProxy(url: string, host: string, port: number): (socket: Socket) => void {
    let closed: Promise<void> | undefined;
    return (socket) => {
      socket.pause();
      (closed ??= close(url)).then(
        () => join(socket, connect({ host, port })),
        () => socket.destroy(),
      );
    };
  }

  return {
    async arm(url, proxy) {
      armCount += 1;
      wantedAgain = false;
      reach = "unknown";
      const target = new URL(url);
      if (!isNear(target)) {
        const text = Buffer.from(script(target, proxy)).toString("base64");
        const pacScript = `data:application/x-ns-proxy-autoconfig;base64,${text}`;
        return session.setProxy({ mode: "pac_script", pacScript });
      }
      const [, host = "", port = ""] = /^PROXY ([^\s;]+):(\d+)/.exec(proxy) ?? [];
      forward = host === "" ? direct(url) : toProxy(url, host, Number(port));
      await session.setProxy(fixed(`${host === "" ? "socks5" : "http"}://127.0.0.1:${String(gate)}`));
    },
    get wantedAgain() {
      return wantedAgain;
    },
    get unreached() {
      return reach === "failed" ? "ERR_CONNECTION_FAILED" : undefined;
    },
    disarm() {
      forward = (socket) => void socket.destroy();
      return session.setProxy(fixed(`socks5://127.0.0.1:${String(deadEnd)}`));
    },
  };
}

/** The proxy settings for one fixed proxy, which serves loopback addresses too; by default Chromium excludes them. */
function fixed(proxyRules: string) {
  return { mode: "fixed_servers", proxyRules, proxyBypassRules: "<-loopback>" } as const;
}

/** Listens on a free port of 127.0.0.1 and returns the port. The server does not keep the app running. */
async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  server.unref().listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
