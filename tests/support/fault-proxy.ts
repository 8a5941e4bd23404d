/**
 * Stands in front of a provider, or between it and Chromium, and spoils answers after the provider has acted; counts
 * what went through.
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
  /** For an app's command line: all that it asks comes through here. */
  readonly switches: string[];
  /** For the next refresh alone. */
  fault(kind: ProxyFault): void;
  release(): void;
  /** Resolves when the next refresh has been answered by the provider, whatever becomes of the answer. */
  acted(): Promise<void>;
  /** Refreshes that reached us. */
  readonly refreshes: number;
  /** Refreshes with a token that the provider had replaced before: each may cost an account its connection. */
  readonly spentAgain: number;
  /** Whether the provider has given another in its place. */
  isSpent(refreshToken: string): boolean;
  /** Resolves when nothing is on its way to the provider any more. */
  rest(): Promise<void>;
}

const digest = (token: string) => createHash("sha256").update(token).digest("hex");

/** `target`: the provider's origin, where it is not named in each request. */
export async function startFaultProxy(target?: string): Promise<FaultProxy> {
  const spent = new Set<string>();
  let next: ProxyFault | undefined;
  let refreshes = 0;
  let spentAgain = 0;
  let release: () => void = () => undefined;
  let waiting: (() => void)[] = [];
  const asking = new Set<Promise<unknown>>();

  async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
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
    const asked = ask(incoming, body);
    asking.add(asked);
    const answer = await asked.finally(() => asking.delete(asked));
    if (token !== null) {
      const renewed = answer.status === 200 ? (JSON.parse(answer.text) as { refresh_token?: string }) : {};
      if (renewed.refresh_token !== undefined && renewed.refresh_token !== token) spent.add(digest(token));
      for (const resolve of waiting.splice(0)) resolve();
    }
    const { headers } = answer;
    switch (fault) {
      case "drop":
        outgoing.destroy();
        return;
      case "502":
        outgoing.writeHead(502, { "content-type": "text/html" }).end("<html>Bad gateway</html>");
        return;
      case "half":
        outgoing.writeHead(200, { ...headers, "content-length": Buffer.byteLength(answer.text) });
        outgoing.write(answer.text.slice(0, answer.text.length / 2), () => outgoing.destroy());
        return;
      case "hold":
        await new Promise<void>((resolve) => (release = resolve));
        break;
      default:
    }
    outgoing.writeHead(answer.status, headers).end(answer.text);
  }

  function ask(incoming: IncomingMessage, body: Buffer) {
    const url = new URL(incoming.url ?? "", target);
    return new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
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

  const server = createServer((incoming, outgoing) => {
    outgoing.on("error", () => undefined);
    void forward(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    origin,
    // Chromium passes loopback by, unless it is told not to.
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
        await Promise.allSettled([...asking]);
        await new Promise((resolve) => setImmediate(resolve)); // one that had just arrived
      } while (asking.size > 0);
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        waiting = [];
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
