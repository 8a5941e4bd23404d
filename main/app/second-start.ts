/**
 * Hands the request of a second start to the running app: one short line over a local socket in the profile. Chromium's
 * own mechanism (requestSingleInstanceLock) sends the whole command line, and kills the running app when it does not
 * answer in time or the message exceeds its buffer. Here a second start can only ask, and end itself (ADR 0018).
 */
import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, constants, openSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import * as v from "valibot";
import { LINK_SCHEME } from "../../core/providers/redirects.ts";
import { MAX_LINK_BYTES } from "./arguments.ts";
import type { Clock, Log } from "../../core/ports.ts";
import type { Holder } from "../storage/profile-lock.ts";

/** The socket's name in the profile folder. */
export const START_SOCKET = "start.sock";
/** sockaddr_un has 104 bytes on macOS and 108 on Linux, with the closing zero. */
const MAX_SOCKET_PATH = 103;
/** One line of JSON, in which a byte of a link takes at most six. */
const MAX_LINE_BYTES = 6 * MAX_LINK_BYTES + 100;
/** A connection ends after this long: a start writes its line at once. */
const LINE_TIMEOUT_MS = 5_000;
/** Further connections are refused, and their starts try again. */
const MAX_CONNECTIONS = 128;
const ACKNOWLEDGED = "ok\n";
const ASK_EVERY_MS = 100;

const requestShape = v.variant("want", [
  v.object({ want: v.literal("show") }),
  v.object({ want: v.literal("nothing") }),
  v.object({
    want: v.literal("link"),
    link: v.pipe(v.string(), v.startsWith(`${LINK_SCHEME}:`), v.maxBytes(MAX_LINK_BYTES)),
  }),
]);
/** The request of a second start. `nothing`: it was to start hidden, and the app runs already. */
export type StartRequest = v.InferOutput<typeof requestShape>;

export interface WakeServer {
  /** The address for the lock's file, where later starts find it; undefined: listening failed. */
  readonly address: string | undefined;
  close(): void;
}

/**
 * A path that fits a socket's address, however long the profile's path is; `release` closes the folder's descriptor.
 */
function socketPath(folder: string, name: string): { readonly file: string; readonly release: () => void } {
  const file = path.join(folder, name);
  if (process.platform !== "linux" || Buffer.byteLength(file) <= MAX_SOCKET_PATH)
    return { file, release: () => undefined };
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  return {
    file: `/proc/self/fd/${String(descriptor)}/${name}`,
    release: () => closeSync(descriptor),
  };
}

/**
 * The socket's address: in the profile, or in the temporary folder where the profile's path is too long for the system.
 */
function placeFor(folder: string): string {
  if (process.platform === "win32") return `\\\\.\\pipe\\tokenkeep-start-${randomBytes(16).toString("hex")}`;
  if (process.platform === "linux" || Buffer.byteLength(path.join(folder, START_SOCKET)) <= MAX_SOCKET_PATH)
    return START_SOCKET;
  return path.join(tmpdir(), `tokenkeep-start-${randomBytes(8).toString("hex")}.sock`);
}

function readRequest(socket: Socket, take: (request: StartRequest) => void): void {
  let text = "";
  // A slow writer, or one that goes on after the line, holds its connection no longer than this.
  const limit = setTimeout(() => socket.destroy(), LINE_TIMEOUT_MS).unref();
  socket.once("close", () => clearTimeout(limit));
  socket.setEncoding("utf8").on("error", () => undefined);
  socket.on("data", (chunk: string) => {
    text += chunk;
    const end = text.indexOf("\n");
    if (end === -1) {
      if (text.length > MAX_LINE_BYTES) socket.destroy();
      return;
    }
    socket.removeAllListeners("data");
    let request: unknown;
    try {
      request = JSON.parse(text.slice(0, end));
    } catch {
      // not JSON: refused below
    }
    const read = v.safeParse(requestShape, request);
    if (!read.success) return void socket.destroy();
    take(read.output);
    socket.end(ACKNOWLEDGED);
  });
}

/**
 * Listens for later starts. `take` must be cheap, because hundreds of starts may come at once. Call it only with the
 * profile's lock held: it removes the socket that an earlier run left. Never throws.
 */
export function listenForStarts(
  folder: string,
  take: (request: StartRequest) => void,
  log: Pick<Log, "warn">,
): WakeServer {
  const server: Server = createServer((socket) => readRequest(socket, take));
  server.maxConnections = MAX_CONNECTIONS;
  // An error after listening concerns one connection (too many open files, say); the next one may work.
  server.on("error", (cause) => log.warn("start.listen", { cause }));
  server.unref(); // does not keep the process alive
  try {
    const place = placeFor(folder);
    const inProfile = place === START_SOCKET;
    const { file, release } = inProfile
      ? socketPath(folder, place)
      : { file: place, release: () => undefined };
    if (process.platform !== "win32") rmSync(file, { force: true });
    server.listen(file); // binds in this turn; an error event comes in the next
    server.once("close", release); // closing removes the socket by this path, so the path stays valid until then
    if (!server.listening) return { address: undefined, close: () => undefined };
    if (process.platform !== "win32") chmodSync(file, 0o600);
    return { address: place, close: () => void server.close() };
  } catch (cause) {
    log.warn("start.listen", { cause });
    server.close();
    return { address: undefined, close: () => undefined };
  }
}

/** `refused`: no app listens at the address. `silent`: the app accepted the connection and did not answer in time. */
export type HandOnOutcome = "taken" | "silent" | "refused";

/** Sends one request to this address. Never rejects. */
export function handOn(
  folder: string,
  address: string,
  request: StartRequest,
  waitMs: number,
): Promise<HandOnOutcome> {
  return new Promise((resolve) => {
    let file = address;
    let release = (): void => undefined;
    try {
      if (!path.isAbsolute(address)) ({ file, release } = socketPath(folder, path.basename(address)));
    } catch {
      return resolve("refused");
    }
    let connected = false;
    const socket = connect(file);
    let ended = false;
    const timer = setTimeout(() => end(connected ? "silent" : "refused"), waitMs);
    function end(how: HandOnOutcome): void {
      if (ended) return; // a second `release` could close a descriptor that got the same number meanwhile
      ended = true;
      clearTimeout(timer);
      socket.destroy();
      release();
      resolve(how);
    }
    socket.once("connect", () => {
      connected = true;
      socket.write(`${JSON.stringify(request)}\n`);
    });
    socket.setEncoding("utf8").on("data", () => end("taken"));
    socket.once("close", () => end("refused")); // the app refuses connections beyond its limit
    socket.once("error", () => end("refused"));
  });
}

/** Waits of a second start, in milliseconds. */
export interface HandOnTimes {
  /** How long to wait for the running app's answer. After that the start ends; the app still has the request. */
  readonly answerMs: number;
  /** How long to wait for an app that is starting or quitting. */
  readonly patienceMs: number;
}

/**
 * Sends the request of a second start to the app that holds the lock, or takes the lock when that app ends meanwhile.
 * `tryAgain` tries to take the lock; while another app holds it, it returns that holder.
 */
export async function handOnOrTakePlace<T>(
  folder: string,
  first: Holder | undefined,
  request: StartRequest,
  tryAgain: () =>
    { readonly kind: "taken"; readonly holder?: Holder } | { readonly kind: "free"; readonly lock: T },
  clock: Pick<Clock, "monotonicMs" | "after">,
  { answerMs, patienceMs }: HandOnTimes,
): Promise<
  | { readonly kind: Exclude<HandOnOutcome, "refused"> | "unreachable" }
  | { readonly kind: "free"; readonly lock: T }
> {
  let holder = first;
  for (const endMs = clock.monotonicMs() + patienceMs; ;) {
    const handed = await handOn(folder, holder?.wake ?? START_SOCKET, request, answerMs);
    if (handed !== "refused") return { kind: handed };
    const again = tryAgain();
    if (again.kind === "free") return again;
    ({ holder } = again);
    if (clock.monotonicMs() > endMs) return { kind: "unreachable" };
    await new Promise<void>((resolve) => void clock.after(ASK_EVERY_MS, resolve));
  }
}
