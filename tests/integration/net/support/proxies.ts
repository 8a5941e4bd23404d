/** Proxies of several kinds on this computer; they connect to 127.0.0.1 for every host name. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from "node:net";

interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** The number of connections to servers. */
  readonly passed: () => number;
}

async function start(server: Server, passed: () => number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    passed,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function goOn(socket: Socket, port: number): void {
  const onward = connect(port, "127.0.0.1");
  onward.on("error", () => socket.destroy()).on("close", () => socket.destroy());
  socket.on("close", () => onward.destroy());
  socket.pipe(onward).pipe(socket);
}

/** A proxy with CONNECT (RFC 9110 §9.3.6). `wants`: Basic credentials. `keeps`: keeps the connection after a 407. */
export function startHttpProxy({ wants, keeps = true }: { wants?: string; keeps?: boolean } = {}) {
  let passed = 0;
  const given = wants === undefined ? undefined : `Basic ${Buffer.from(wants).toString("base64")}`;
  const server = createServer();
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    socket.on("error", () => undefined);
    if (given !== undefined && request.headers["proxy-authorization"] !== given) {
      const connection = keeps ? "keep-alive" : "close";
      socket.write(
        `HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="The office"\r\ncontent-length: 0\r\nconnection: ${connection}\r\n\r\n`,
      );
      if (keeps) server.emit("connection", socket);
      else socket.end();
      return;
    }
    passed += 1;
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    goOn(socket, Number(request.url?.split(":").at(-1)));
  });
  return start(server, () => passed);
}

/** Answers every CONNECT with a status. */
export function startRefusingProxy(status: number) {
  const server = createServer();
  server.on("connect", (_request: IncomingMessage, socket: Socket) => {
    socket.on("error", () => undefined);
    socket.end(
      `HTTP/1.1 ${String(status)} No\r\nlocation: http://login.example/\r\ncontent-length: 0\r\n\r\n`,
    );
  });
  return start(server, () => 0);
}

/** A SOCKS 5 proxy (RFC 1928) for a client that sends each message in one piece. `reply`: 0 accepts the request. */
export function startSocksProxy(reply = 0) {
  let passed = 0;
  const server = createTcpServer((socket) => {
    socket.once("data", () => {
      socket.write(Uint8Array.of(5, 0));
      socket.once("data", (request: Buffer) => {
        socket.write(Uint8Array.of(5, reply, 0, 1, 0, 0, 0, 0, 0, 0));
        if (reply !== 0) return void socket.end();
        passed += 1;
        goOn(socket, request.readUInt16BE(request.length - 2));
      });
    });
  });
  return start(server, () => passed);
}

/** A server that answers, but is not a proxy. */
export const startNoProxy = () =>
  start(
    createTcpServer((socket) => void socket.end("220 mail.example ESMTP\r\n")),
    () => 0,
  );

/**
 * A port where connections are refused. A connection occupies it, so that the system does not assign it to the proxy of
 * another test meanwhile.
 */
export async function startNobody(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createTcpServer();
  const proxy = await start(server, () => 0);
  const holder = connect(proxy.port, "127.0.0.1");
  await once(holder, "connect");
  holder.on("error", () => undefined);
  return {
    port: holder.localPort ?? 0,
    async [Symbol.asyncDispose]() {
      holder.destroy();
      await proxy[Symbol.asyncDispose]();
    },
  };
}
