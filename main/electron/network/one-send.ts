/**
 * Makes sure that Chromium sends a request only once. Its network stack repeats a POST by itself after 421 (Misdirected
 * Request), after HTTP/2's REFUSED_STREAM and HTTP_1_1_REQUIRED, and after some lost connections, without any event.
 * But before each repeat it resolves the proxy again. So a session gets the real proxy once, and from then on a dead
 * end: a port of ours that refuses every connection and records the attempt (ADR 0002).
 */
import type { Session } from "electron/main";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { isLoopbackHost, loopback } from "../../../core/loopback.ts";
import { answerSocks, join } from "./socks.ts";

export interface OneSend {
  /**
   * Allows the session's next request, to `url`, to be sent once. `way`: the system's proxy (`Session.resolveProxy`).
   */
  arm(url: string, way: string): Promise<void>;
  /** Chromium tried to send the request a second time, so it had been sent before. */
  readonly wantedAgain: boolean;
  /**
   * Why this computer was not reached, as Chromium's code; undefined where it was, or where Chromium reports it itself.
   */
  readonly unreached: string | undefined;
  /** The request has ended: the session can be used for the next one. */
  disarm(): Promise<void>;
}

/** Where Chromium asks no proxy script: this computer, and addresses of the link (`net/proxy_resolution`). */
const isNear = ({ hostname }: URL): boolean =>
  isLoopbackHost(hostname) || /^169\.254\.|^\[fe[89ab]/.test(hostname);

/** Without an IPv6 address's brackets. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, "");

export async function createOneSend(own: Pick<Session, "setProxy" | "resolveProxy">): Promise<OneSend> {
  let armed = 0;
  let wantedAgain = false;
  /** Whether a direct connection to this computer succeeded. Once it has, the request may have been sent. */
  let reach: "unknown" | "failed" | "reached" = "unknown";
  /** What a connection for the armed near request becomes. Chromium may make two, and uses one of them. */
  let passage: (socket: Socket) => void = (socket) => void socket.destroy();

  const deadEnd = await listen((socket) => {
    wantedAgain = true;
    socket.destroy();
  });
  const gate = await listen((socket) => passage(socket));

  /**
   * A proxy script that returns the system's proxy for the request once, and then the dead end. The number in it makes
   * each script differ, so Chromium keeps no state of the one before. Other fetches of this session (for a certificate,
   * for example) use the system's proxy and do not count.
   */
  const script = ({ host, hostname }: URL, way: string): string =>
    `let asked = 0; /* ${String(armed)} */
function FindProxyForURL(url, host) {
  const ours = url.split("/")[2] === ${JSON.stringify(host)} || host === ${JSON.stringify(bare(hostname))};
  if (!ours || asked++ === 0) return ${JSON.stringify(way)};
  return "SOCKS5 127.0.0.1:${String(deadEnd)}";
}`;

  /**
   * From here on the session's proxy is the dead end, also for requests that would share a connection (HTTP/2). This
   * happens before the first connection is let through, so any later connection to the gate was resolved before that.
   */
  async function close(url: string): Promise<void> {
    await own.setProxy(fixed(`socks5://127.0.0.1:${String(deadEnd)}`));
    const there = new RegExp(`:${String(deadEnd)}(?!\\d)`);
    while (!there.test(await own.resolveProxy(url))) await new Promise(setImmediate);
  }

  /** Straight to where `url` says. */
  function direct(url: string): (socket: Socket) => void {
    const { hostname, port, protocol } = new URL(url);
    // `localhost` is both addresses, and a server may have one of them.
    const hosts = loopback(hostname) === "name" ? ["127.0.0.1", "::1"] : [bare(hostname)];
    let closed: Promise<void> | undefined;
    return (socket) =>
      answerSocks(socket, async (asked) => {
        if (asked !== "" && bare(asked) !== bare(hostname)) return undefined;
        await (closed ??= close(url));
        for (const host of hosts) {
          const onward = connect({ host, port: Number(port) || (protocol === "https:" ? 443 : 80) });
          try {
            await once(onward, "connect");
            reach = "reached";
            return onward;
          } catch {
            // The system has many codes for it: ::1 alone is EADDRNOTAVAIL where there is no IPv6.
            if (reach === "unknown") reach = "failed";
          }
        }
        return undefined;
      });
  }

  /** Connects to a proxy; Chromium itself speaks the proxy's protocol. */
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
    async arm(url, way) {
      armed += 1;
      wantedAgain = false;
      reach = "unknown";
      const to = new URL(url);
      if (!isNear(to)) {
        const text = Buffer.from(script(to, way)).toString("base64");
        const pacScript = `data:application/x-ns-proxy-autoconfig;base64,${text}`;
        return own.setProxy({ mode: "pac_script", pacScript });
      }
      const [, host = "", port = ""] = /^PROXY ([^\s;]+):(\d+)/.exec(way) ?? [];
      passage = host === "" ? direct(url) : toProxy(url, host, Number(port));
      await own.setProxy(fixed(`${host === "" ? "socks5" : "http"}://127.0.0.1:${String(gate)}`));
    },
    get wantedAgain() {
      return wantedAgain;
    },
    get unreached() {
      return reach === "failed" ? "ERR_CONNECTION_FAILED" : undefined;
    },
    disarm() {
      passage = (socket) => void socket.destroy();
      return own.setProxy(fixed(`socks5://127.0.0.1:${String(deadEnd)}`));
    },
  };
}

/** Also for this computer, which Chromium would leave out. */
function fixed(proxyRules: string) {
  return { mode: "fixed_servers", proxyRules, proxyBypassRules: "<-loopback>" } as const;
}

/** The port. It does not keep the app alive. */
async function listen(take: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    take(socket);
  });
  server.unref().listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
