/**
 * The sandbox: an authorization server on loopback that behaves as docs/twitch-auth.md describes Twitch, over real HTTP and
 * with pages, and has no real accounts.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { refusal, type Answer, type Request } from "./answer.ts";
import { channels, users } from "./api.ts";
import { authorize, consent, decide, login } from "./authorize.ts";
import { activate, device } from "./device.ts";
import { createSigner, type Signer } from "./id-token.ts";
import { discovery, keys, userinfo } from "./oidc.ts";
import { picture } from "./pictures.ts";
import { CLIENTS, USERS } from "./seeds.ts";
import { State } from "./state.ts";
import { channelPage, connectionsPage } from "./places.ts";
import { STYLE, STYLE_PATH } from "./style.ts";
import { revoke, token, validate } from "./token.ts";
import type { World } from "./world.ts";

/** About four hours (docs/twitch-auth.md §13). */
const ACCESS_TOKEN_LIFE_SEC = 14_124;
/** docs/twitch-auth.md §8. */
const DEVICE_INTERVAL_SEC = 5;
const MAX_BODY_BYTES = 64 * 1024;

export type Handler = (world: World, request: Request) => Answer | Promise<Answer>;
/** Runs between a request and its answer. Undefined: the middleware has answered by itself, or has cut the connection. */
export type Middleware = (
  world: World,
  request: Request,
  answer: () => Promise<Answer>,
  raw: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse },
) => Promise<Answer | undefined>;

const ROUTES: Readonly<Record<string, Handler>> = {
  "GET /oauth2/authorize": authorize,
  "POST /oauth2/login": login,
  "GET /oauth2/consent": consent,
  "POST /oauth2/consent": decide,
  "POST /oauth2/device": device,
  "GET /activate": activate,
  "POST /oauth2/token": token,
  "GET /oauth2/validate": validate,
  "POST /oauth2/revoke": revoke,
  "GET /oauth2/userinfo": userinfo,
  "GET /oauth2/keys": keys,
  "GET /oauth2/.well-known/openid-configuration": discovery,
  "GET /channel": channelPage,
  "GET /settings/connections": connectionsPage,
  "GET /helix/users": users,
  "GET /helix/channels": channels,
  // The paths of Twitch's mock server, which some libraries can be told to use (twurple: TWURPLE_MOCK_API_PORT).
  "GET /mock/users": users,
  "GET /mock/channels": channels,
  [`GET ${STYLE_PATH}`]: () => ({ status: 200, headers: { "content-type": "text/css" }, body: STYLE }),
};

export interface SandboxOptions {
  /** 0: any free port. */
  readonly port: number;
  /** The folder for digests of tokens; absent: they end with the server. */
  readonly folder?: string;
  readonly accessTokenLifeSec?: number;
  readonly deviceIntervalSec?: number;
  readonly nowMs?: () => number;
  /** For tests that need faulty ID tokens; absent: they are correct. */
  readonly signer?: Signer;
  /** For tests; the app passes none. */
  readonly middleware?: Middleware;
}
export interface Sandbox extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}
/** Another program listens on the port. */
export interface PortTaken {
  readonly failure: "port_taken";
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox | PortTaken> {
  const state = await State.load(options.folder);
  const server = createServer();
  const bound = await new Promise<boolean>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      server.close();
      // EACCES: the system reserves the port. Another port helps in both cases.
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
      else reject(error);
    });
    server.listen(options.port, "127.0.0.1", () => resolve(true));
  });
  if (!bound) return { failure: "port_taken" };
  const { port } = server.address() as AddressInfo;
  const origin = `http://localhost:${String(port)}`;
  const world: World = {
    origin,
    users: USERS,
    clients: CLIENTS,
    state,
    pending: new Map(),
    codes: new Map(),
    devices: new Map(),
    sessions: new Map(),
    signer: options.signer ?? createSigner(),
    accessTokenLifeSec: options.accessTokenLifeSec ?? ACCESS_TOKEN_LIFE_SEC,
    deviceIntervalSec: options.deviceIntervalSec ?? DEVICE_INTERVAL_SEC,
    nowMs: options.nowMs ?? Date.now,
  };
  const hosts = new Set([`localhost:${String(port)}`, `127.0.0.1:${String(port)}`]);
  server.on("request", (incoming, outgoing) => {
    // DNS rebinding: a page of another site whose name resolves to this computer gets no answer.
    if (!hosts.has(incoming.headers.host ?? "")) {
      outgoing.writeHead(421).end();
      return;
    }
    void serve(world, options.middleware, incoming, outgoing).catch(() => outgoing.destroy());
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin, port, close, [Symbol.asyncDispose]: close };
}

async function serve(
  world: World,
  middleware: Middleware | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = await read(incoming);
  if (request === undefined) {
    outgoing.writeHead(413).end();
    return;
  }
  const answer = async (): Promise<Answer> => {
    const route = request.path.startsWith("/pictures/")
      ? picture
      : ROUTES[`${request.method} ${request.path}`];
    return route === undefined ? refusal(404, "not found") : route(world, request);
  };
  const given =
    middleware === undefined
      ? await answer()
      : await middleware(world, request, answer, { incoming, outgoing });
  if (given === undefined) return; // the middleware has answered, or has cut the connection
  const body = given.bytes ?? given.body;
  outgoing.writeHead(given.status, { ...given.headers, "content-length": Buffer.byteLength(body) });
  outgoing.end(body);
}

async function read(incoming: IncomingMessage): Promise<Request | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://localhost");
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
  return {
    method: incoming.method ?? "GET",
    path: pathname,
    query: searchParams,
    form: new URLSearchParams(Buffer.concat(chunks).toString("utf8")), // parameters of the body alone (docs/twitch-auth.md §18)
    headers,
  };
}
