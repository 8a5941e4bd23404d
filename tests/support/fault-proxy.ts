/**
 * A proxy in front of a provider, or between it and Chromium. It spoils answers after the provider has acted, and counts
 * refreshes.
 */
import { createHash } from "node:crypto";
import {
  createServer,
  request as send,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

export type ProxyFault =
  /** The connection ends before an answer. */
  | "drop"
  /** A gateway's page in place of the answer. */
  | "502"
  /** The answer's first half. */
  | "half"
  /** The answer waits until `release`. */
  | "hold"
  /** The request never reaches the provider. */
  | "drop before";

export interface FaultProxy extends AsyncDisposable {
  readonly origin: string;
  /** For an app's command line: Chromium sends all requests through this proxy. */
  readonly switches: string[];
  /** Plans a fault for the next refresh alone. */
  fault(kind: ProxyFault): void;
  release(): void;
  /** Resolves when the provider has answered the next refresh, before the fault spoils that answer. */
  acted(): Promise<void>;
  /** The number of refreshes that reached this proxy. */
  readonly refreshes: number;
  /** The number of refreshes with a token that the provider had already replaced: each may end a sign-in. */
  readonly spentAgain: number;
  /** Whether the provider has replaced this token. */
  isSpent(refreshToken: string): boolean;
  /** Resolves when no request is on its way to the provider. */
  rest(): Promise<void>;
}

const digest = (token: string) => createHash("sha256").update(token).digest("hex");

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends the request on to the provider, on a connection of its own. */
function forward(incoming: IncomingMessage, body: Buffer, url: URL): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { "proxy-connection": _hop, ...given } = incoming.headers;
    const outgoing = send(
      {
        hostname: "127.0.0.1",
        port: url.port,
        path: url.pathname + url.search,
        method: incoming.method,
        headers: { ...given, host: `localhost:${url.port}`, connection: "close" },
        agent: false,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const { "transfer-encoding": _chunked, connection: _closed, ...headers } = answer.headers;
          resolve({ status: answer.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString() });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Answers as the provider did, spoilt by the fault. `held`: resolves when a held answer may go out. */
async function reply(
  outgoing: ServerResponse,
  { status, headers, text }: Answer,
  fault: ProxyFault | undefined,
  held: () => Promise<void>,
): Promise<void> {
  switch (fault) {
    case "drop":
      outgoing.destroy();
      return;
    case "502":
      outgoing.writeHead(502, { "content-type": "text/html" }).end("<html>Bad gateway</html>");
      return;
    case "half":
      outgoing.writeHead(200, { ...headers, "content-length": Buffer.byteLength(text) });
      outgoing.write(text.slice(0, text.length / 2), () => outgoing.destroy());
      return;
    case "hold":
      await held();
      break;
    default:
  }
  outgoing.writeHead(status, headers).end(text);
}

/** `target`: the provider's origin, where the requests do not name it. */
export async function startFaultProxy(target?: string): Promise<FaultProxy> {
  const spent = new Set<string>();
  let next: ProxyFault | undefined;
  let refreshes = 0;
  let spentAgain = 0;
  let release: () => void = () => undefined;
  let waiting: (() => void)[] = [];
  const underWay = new Set<Promise<unknown>>();

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const form = new URLSearchParams(body.toString());
    const token = form.get("grant_type") === "refresh_token" ? form.get("refresh_token") : null;
    const fault = token === null ? undefined : next;
    if (token !== null) {
      next = undefined;
      refreshes += 1;
      if (spent.has(digest(token))) spentAgain += 1;
    }
    if (fault === "drop before") return void outgoing.destroy();
    const forwarded = forward(incoming, body, new URL(incoming.url ?? "", target));
    underWay.add(forwarded);
    const answer = await forwarded.finally(() => underWay.delete(forwarded));
    if (token !== null) {
      const renewed = answer.status === 200 ? (JSON.parse(answer.text) as { refresh_token?: string }) : {};
      if (renewed.refresh_token !== undefined && renewed.refresh_token !== token) spent.add(digest(token));
      for (const resolve of waiting.splice(0)) resolve();
    }
    const held = () => new Promise<void>((resolve) => (release = resolve));
    await reply(outgoing, answer, fault, held);
  }

  const server = createServer((incoming, outgoing) => {
    outgoing.on("error", () => undefined);
    void pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    origin,
    // Without the second switch Chromium uses no proxy for loopback.
    switches: [`--proxy-server=${origin}`, "--proxy-bypass-list=<-loopback>"],
    fault: (kind) => void (next = kind),
    release: () => release(),
    acted: () => new Promise((resolve) => waiting.push(resolve)),
    get refreshes() {
      return refreshes;
    },
    get spentAgain() {
      return spentAgain;
    },
    isSpent: (token) => spent.has(digest(token)),
    async rest() {
      do {
        await Promise.allSettled([...underWay]);
        await new Promise((resolve) => setImmediate(resolve)); // for a request that has just arrived
      } while (underWay.size > 0);
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        waiting = [];
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
