/** A server that misbehaves as its path says, and counts the requests; it checks the rule for token requests. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

const TOKENS = JSON.stringify({ access_token: "a", token_type: "bearer" });

/** What each path does after it has read the whole request body. */
const BEHAVIOUR: Readonly<Record<string, (response: ServerResponse, socket: Socket) => void>> = {
  "/fine": (response) => void response.writeHead(200, { "content-type": "application/json" }).end(TOKENS),
  "/later": (response) => void response.writeHead(429, { "retry-after": "7" }).end(),
  "/redirect": (response) => void response.writeHead(302, { location: "/fine" }).end(),
  "/redirect-post": (response) => void response.writeHead(307, { location: "/fine" }).end(),
  "/huge": (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    for (let kib = 0; kib < 10 * 1024; kib += 64) response.write(Buffer.alloc(64 * 1024, "x"));
    response.end();
  },
  "/drop": (_response, socket) => void socket.destroy(),
  "/half": (response, socket) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": String(TOKENS.length) });
    response.write(TOKENS.slice(0, 10), () => socket.destroy());
  },
  "/silent": () => undefined,
  "/trickle": (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const timer = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(timer));
  },
};

export interface RoughServer extends AsyncDisposable {
  readonly origin: string;
  /** The number of requests to a path whose body arrived completely. */
  count(path: string): number;
  /** The number of connections since the start. */
  connections(): number;
  close(): Promise<void>;
}

export async function startRoughServer(): Promise<RoughServer> {
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((request, response) => {
    request.resume().on("end", () => {
      const path = request.url ?? "";
      counts.set(path, (counts.get(path) ?? 0) + 1);
      (BEHAVIOUR[path] ?? ((unknown) => void unknown.writeHead(404).end()))(response, request.socket);
    });
  });
  server.on("connection", (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    count: (path) => counts.get(path) ?? 0,
    connections: () => connections,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The rule as a table; every transport has to satisfy each row. */
export const HTTP_RULE: readonly {
  readonly path: string;
  readonly kind: string;
  readonly detail?: object;
}[] = [
  { path: "/fine", kind: "answered", detail: { status: 200, body: TOKENS } },
  { path: "/later", kind: "answered", detail: { status: 429, body: "", retryAfterMs: 7000 } },
  { path: "/redirect", kind: "redirected", detail: { status: 302 } },
  { path: "/redirect-post", kind: "redirected", detail: { status: 307 } },
  { path: "/huge", kind: "too_large", detail: { status: 200 } },
  { path: "/drop", kind: "lost" },
  { path: "/half", kind: "lost" },
  { path: "/silent", kind: "lost", detail: { cause: "timeout" } },
  { path: "/trickle", kind: "lost", detail: { cause: "timeout" } },
];
const ENDS_WHAT_HANGS_MS = 20_000;
/** Short where the row tests the time limit; elsewhere long enough for a slow computer. */
export const timeoutMsOf = (path: string): number =>
  ["/silent", "/trickle"].includes(path) ? 700 : ENDS_WHAT_HANGS_MS;
