/** A SOCKS 5 server (RFC 1928), limited to what Chromium sends to the gate of one-send.ts. */
import type { Socket } from "node:net";

const VERSION = 5;
const SUCCEEDED = 0;
const HOST_UNREACHABLE = 4;

/** Forwards data in both directions until either socket closes. */
export function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
    from.pipe(to);
  }
}

/** The length of the greeting at the start of `bytes`; undefined: the greeting is not complete yet. */
function greetingLength(bytes: Buffer): number | undefined {
  const methods = bytes[1]; // the version, then the number of authentication methods
  return methods === undefined || bytes.length < 2 + methods ? undefined : 2 + methods;
}
/**
 * The length of the request: version, CONNECT, reserved, address type, then an IPv4 address, a name or an IPv6 address,
 * and a port. Undefined: the request is not complete yet.
 */
function requestLength(bytes: Buffer): number | undefined {
  const [, , , kind, nameLength] = bytes;
  if (kind === undefined || nameLength === undefined) return undefined;
  const length = 4 + (kind === 3 ? 1 + nameLength : kind === 1 ? 4 : 16) + 2;
  return bytes.length < length ? undefined : length;
}

/** The host of a complete request: a name or an IPv4 address; empty for an IPv6 address. */
function hostOf(request: Buffer): string {
  const [, , , kind, length = 0] = request;
  if (kind === 3) return request.toString("latin1", 5, 5 + length);
  return kind === 1 ? request.subarray(4, 8).join(".") : "";
}

/**
 * Serves one connection. `open` connects to a destination of its own choice; `host` is the host that the client
 * requested. It returns undefined when the destination cannot be reached, or when the client may not connect to it.
 */
export function answerSocks(socket: Socket, open: (host: string) => Promise<Socket | undefined>): void {
  let bytes: Buffer = Buffer.alloc(0);
  let greeted = false;
  async function proceed(request: Buffer, rest: Buffer): Promise<void> {
    socket.off("data", take).pause();
    const onward = await open(hostOf(request));
    const reply = onward === undefined ? HOST_UNREACHABLE : SUCCEEDED;
    socket.write(Uint8Array.of(VERSION, reply, 0, 1, 0, 0, 0, 0, 0, 0));
    if (onward === undefined) return void socket.end();
    if (rest.length > 0) socket.unshift(rest);
    join(socket, onward);
  }
  function take(chunk: Buffer): void {
    bytes = Buffer.concat([bytes, chunk]);
    if (!greeted) {
      const length = greetingLength(bytes);
      if (length === undefined) return;
      greeted = true;
      bytes = bytes.subarray(length);
      socket.write(Uint8Array.of(VERSION, 0));
    }
    const length = requestLength(bytes);
    if (length === undefined) return;
    proceed(bytes.subarray(0, length), bytes.subarray(length)).catch(() => socket.destroy());
  }
  socket.on("data", take);
}
