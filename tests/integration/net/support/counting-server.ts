/** A server over HTTP/1.1, TLS and HTTP/2 that ends each request as its path says, and counts the requests. */
import {
  constants,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { TEST_CERTIFICATE, TEST_KEY } from "./test-certificate.ts";

export type Protocol = "http" | "tls" | "h2";
type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

const TOKENS = JSON.stringify({ access_token: "a", token_type: "bearer" });

/** Codes of HTTP/2's RST_STREAM and GOAWAY frames (RFC 9113 §7). */
const CODES = Array.from({ length: 14 }, (_, code) => code);

/** The ways in which a server can end a request: every status, and every fate of the connection. */
export const WAYS_TO_END: readonly string[] = [
  ...Array.from({ length: 500 }, (_, at) => `/status/${String(100 + at)}`),
  ...[301, 302, 303, 307, 308].flatMap((status) => [
    `/redirect/${String(status)}/here`,
    `/redirect/${String(status)}/elsewhere`,
  ]),
  "/hints/200",
  "/hints/421",
  "/challenge/401",
  "/challenge/407",
  "/later/425",
  "/later/503",
  "/alternative/421",
  "/reset",
  "/close",
  "/half",
  "/half-headers",
  ...CODES.flatMap((code) => [`/rst/${String(code)}`, `/goaway/${String(code)}`]),
];

function end(path: string, request: Incoming, response: Outgoing, elsewhere: string): void {
  const [, way = "", what = "", more] = path.split("/");
  const code = Number(what);
  const stream = "stream" in response ? response.stream : undefined;
  const socket: Socket = request.socket;
  const say = (status: number, headers: Record<string, string> = {}): void => {
    // The responses of both protocols take these arguments, but their types differ.
    (response as ServerResponse).writeHead(status, { "content-type": "application/json", ...headers });
    response.end([204, 205, 304].includes(status) ? "" : TOKENS);
  };
  switch (way) {
    case "status":
      if (code >= 200) say(code);
      else if (stream === undefined) {
        socket.write(`HTTP/1.1 ${what} Interim\r\n\r\n`);
        socket.destroySoon();
      } else if (code === 101) stream.close(constants.NGHTTP2_PROTOCOL_ERROR);
      else {
        stream.additionalHeaders({ ":status": code });
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      }
      return;
    case "redirect":
      return say(code, { location: more === "here" ? "/status/200" : `${elsewhere}/status/200` });
    case "hints":
      if (stream === undefined) socket.write("HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n");
      else stream.additionalHeaders({ ":status": 103, link: "</x>; rel=preload" });
      return say(code);
    case "challenge":
      return say(code, { [code === 401 ? "www-authenticate" : "proxy-authenticate"]: 'Basic realm="x"' });
    case "later":
      return say(code, { "retry-after": "0" });
    case "alternative":
      return say(code, { "alt-svc": `h2="${new URL(elsewhere).host}"` });
    case "half-headers":
      if (stream !== undefined) return stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      socket.write("HTTP/1.1 421 Misdirected Request\r\ncontent-le");
      socket.destroySoon();
      return;
    case "half":
      (response as ServerResponse).writeHead(200, { "content-length": String(TOKENS.length) });
      (response as ServerResponse).write(TOKENS.slice(0, 5), () =>
        stream === undefined ? socket.destroy() : stream.session?.destroy(),
      );
      return;
    case "rst":
      return stream === undefined ? void socket.destroy() : stream.close(code);
    case "goaway":
      stream?.session?.goaway(code, 0);
      return stream === undefined ? void socket.destroy() : stream.session?.destroy();
    case "reset":
      if (stream !== undefined) stream.session?.destroy();
      else if ("encrypted" in socket) socket.destroy();
      else socket.resetAndDestroy();
      return;
    default:
      if (stream === undefined) socket.destroy();
      else stream.session?.destroy();
  }
}

export interface CountingServer extends AsyncDisposable {
  readonly origins: Readonly<Record<Protocol, string>>;
  readonly port: (protocol: Protocol) => number;
  /** The number of requests to a path whose headers arrived, complete or not. */
  count(path: string): number;
  /** The HTTP version of each request to a path: `1.1` or `2.0`. */
  versions(path: string): readonly string[];
}

export async function startCountingServer(): Promise<CountingServer> {
  const seen = new Map<string, string[]>();
  const sockets = new Set<Socket>();
  const take = (request: Incoming, response: Outgoing): void => {
    const path = request.url ?? "";
    seen.set(path, [...(seen.get(path) ?? []), request.httpVersion]);
    for (const one of [request, response]) one.on("error", () => undefined);
    // The query only tells clients apart; the path chooses how the request ends.
    const [plain = ""] = path.split("?");
    request
      .resume()
      .on("end", () => end(plain, request, response, `http://127.0.0.1:${String(port("http"))}`));
  };
  const tls = { key: TEST_KEY, cert: TEST_CERTIFICATE };
  const h2 = createSecureServer({ ...tls, allowHTTP1: true }, take);
  h2.on("session", (session: ServerHttp2Session) => session.on("error", () => undefined));
  const servers: Record<Protocol, Server> = { http: createServer(take), tls: createTlsServer(tls, take), h2 };
  for (const server of Object.values(servers)) {
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    });
    for (const name of ["clientError", "tlsClientError", "sessionError"]) server.on(name, () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
  const port = (protocol: Protocol): number => (servers[protocol].address() as AddressInfo).port;
  return {
    origins: {
      http: `http://127.0.0.1:${String(port("http"))}`,
      tls: `https://localhost:${String(port("tls"))}`,
      h2: `https://localhost:${String(port("h2"))}`,
    },
    port,
    count: (path) => seen.get(path)?.length ?? 0,
    versions: (path) => seen.get(path) ?? [],
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      for (const server of Object.values(servers))
        await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
