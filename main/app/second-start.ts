/**
 * How a second start hands its wish to the app that runs: one short line over a local socket in the profile. Chromium's
 * own way (requestSingleInstanceLock) sends the whole command line, and ends the running app when it does not answer in
 * time or the message is larger than its buffer; here a second start can only ask, and end itself (ADR 0018).
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

/** In the profile. */
export const START_SOCKET = "start.sock";
/** sockaddr_un has 104 bytes on macOS and 108 on Linux, with the closing zero. */
const MAX_SOCKET_PATH = 103;
/** One line of JSON; each byte of a link takes six at most. */
const MAX_LINE_BYTES = 6 * MAX_LINK_BYTES + 100;
/** A start writes its line at once, and ends. */
const LINE_TIMEOUT_MS = 5_000;
/** Starts at a time; more are turned away, and come again. */
const MAX_CONNECTIONS = 128;
const ACKNOWLEDGED = "ok\n";
const ASK_EVERY_MS = 100;

const wishShape = v.variant("want", [
  v.object({ want: v.literal("show") }),
  v.object({ want: v.literal("nothing") }),
  v.object({
    want: v.literal("link"),
    link: v.pipe(v.string(), v.startsWith(`${LINK_SCHEME}:`), v.maxBytes(MAX_LINK_BYTES)),
  }),
]);
/** What a second start wants of the running app. `nothing`: it was to start hidden, and the app runs. */
export type StartWish = v.InferOutput<typeof wishShape>;

export interface WakeServer {
  /** What goes into the lock's file, so that later starts find us; undefined: it could not listen. */
  readonly address: string | undefined;
  close(): void;
}

/** A path that fits a socket's address, however long that of the profile is, and what to call when it was used. */
function socketPath(folder: string, name: string): { readonly file: string; readonly done: () => void } {
  const file = path.join(folder, name);
  if (process.platform !== "linux" || Buffer.byteLength(file) <= MAX_SOCKET_PATH)
    return { file, done: () => undefined };
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  return {
    file: `/proc/self/fd/${String(descriptor)}/${name}`,
    done: () => closeSync(descriptor),
  };
}

/** Where a socket can be made: in the profile; where its path is too long for the system, in the temporary folder. */
function placeFor(folder: string): string {
  if (process.platform === "win32") return `\\\\.\\pipe\\tokenkeep-start-${randomBytes(16).toString("hex")}`;
  if (process.platform === "linux" || Buffer.byteLength(path.join(folder, START_SOCKET)) <= MAX_SOCKET_PATH)
    return START_SOCKET;
  return path.join(tmpdir(), `tokenkeep-start-${randomBytes(8).toString("hex")}.sock`);
}

function takeWish(socket: Socket, take: (wish: StartWish) => void): void {
  let text = "";
  // However it drips, and whatever follows the line: nobody keeps a place for longer.
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
    let wish: unknown;
    try {
      wish = JSON.parse(text.slice(0, end));
    } catch {
      // Not a line of ours: refused below.
    }
    const read = v.safeParse(wishShape, wish);
    if (!read.success) return void socket.destroy();
    take(read.output);
    socket.end(ACKNOWLEDGED);
  });
}

/**
 * Listens for later starts. `take` is to be cheap: starts may come by the hundred. Only who holds the profile's lock may
 * call this, since it removes a socket that an earlier one left. Never throws.
 */
export function listenForStarts(
  folder: string,
  take: (wish: StartWish) => void,
  log: Pick<Log, "warn">,
): WakeServer {
  const server: Server = createServer((socket) => takeWish(socket, take));
  server.maxConnections = MAX_CONNECTIONS;
  // An error after listening concerns one connection (too many open files, say); the next one may work.
  server.on("error", (cause) => log.warn("start.listen", { cause }));
  server.unref(); // it keeps nothing running
  try {
    const place = placeFor(folder);
    const inProfile = place === START_SOCKET;
    const { file, done } = inProfile ? socketPath(folder, place) : { file: place, done: () => undefined };
    if (process.platform !== "win32") rmSync(file, { force: true });
    server.listen(file); // binds in this turn; what goes wrong is told by an event of the next
    server.once("close", done); // until then the path has to mean the same, since closing removes the socket
    if (!server.listening) return { address: undefined, close: () => undefined };
    if (process.platform !== "win32") chmodSync(file, 0o600);
    return { address: place, close: () => void server.close() };
  } catch (cause) {
    log.warn("start.listen", { cause });
    server.close();
    return { address: undefined, close: () => undefined };
  }
}

/** `refused`: nobody listens there. `silent`: the app took the request and did not answer in time. */
export type Handed = "taken" | "silent" | "refused";

/** Hands one wish to whoever listens at this address. Never rejects. */
export function handOn(folder: string, address: string, wish: StartWish, waitMs: number): Promise<Handed> {
  return new Promise((resolve) => {
    let file = address;
    let done = (): void => undefined;
    try {
      if (!path.isAbsolute(address)) ({ file, done } = socketPath(folder, path.basename(address)));
    } catch {
      return resolve("refused");
    }
    let connected = false;
    const socket = connect(file);
    let ended = false;
    const end = (how: Handed): void => {
      if (ended) return; // `done` closes a descriptor, whose number may be another's by the next event
      ended = true;
      clearTimeout(timer);
      socket.destroy();
      done();
      resolve(how);
    };
    const timer = setTimeout(() => end(connected ? "silent" : "refused"), waitMs);
    socket.once("connect", () => {
      connected = true;
      socket.write(`${JSON.stringify(wish)}\n`);
    });
    socket.setEncoding("utf8").on("data", () => end("taken"));
    socket.once("close", () => end("refused")); // turned away: there were too many at once
    socket.once("error", () => end("refused"));
  });
}

export interface Handing {
  /** How long a running app may take to answer before we end without an answer: it still has the request. */
  readonly answerMs: number;
  /** How long to wait for an instance that is just starting or quitting. */
  readonly patienceMs: number;
}

/**
 * What a second start does: hands its wish to the holder, or takes its place when it ends meanwhile. `tryAgain` takes the
 * lock, and answers with the holder as long as there is one.
 */
export async function handOnOrTakePlace<T>(
  folder: string,
  first: Holder | undefined,
  wish: StartWish,
  tryAgain: () =>
    { readonly kind: "taken"; readonly holder?: Holder } | { readonly kind: "free"; readonly lock: T },
  clock: Pick<Clock, "monotonicMs" | "after">,
  { answerMs, patienceMs }: Handing,
): Promise<
  { readonly kind: Exclude<Handed, "refused"> | "unreachable" } | { readonly kind: "free"; readonly lock: T }
> {
  let holder = first;
  for (const endMs = clock.monotonicMs() + patienceMs; ;) {
    const handed = await handOn(folder, holder?.wake ?? START_SOCKET, wish, answerMs);
    if (handed !== "refused") return { kind: handed };
    const again = tryAgain();
    if (again.kind === "free") return again;
    ({ holder } = again);
    if (clock.monotonicMs() > endMs) return { kind: "unreachable" };
    await new Promise<void>((resolve) => void clock.after(ASK_EVERY_MS, resolve));
  }
}
