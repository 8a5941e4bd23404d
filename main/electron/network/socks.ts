/** The server's side of SOCKS version 5 (RFC 1928), as far as Chromium speaks it with our own gate. */
import type { Socket } from "node:net";

const VERSION = 5;
const SUCCEEDED = 0;
const HOST_UNREACHABLE = 4;

/** Passes everything on, both ways, until either side ends. */
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

/** The length of the greeting at the start of `bytes`; undefined: it is not complete yet. */
function greetingLength(bytes: Buffer): number | undefined {
  const ways = bytes[1]; // the version, then the number of authentication methods
  return ways === undefined || bytes.length < 2 + ways ? undefined : 2 + ways;
}
/** The length of the request: version, CONNECT, reserved, kind of address, then IPv4, a name or IPv6, and a port. */
function requestLength(bytes: Buffer): number | undefined {
  const [, , , kind, nameLength] = bytes;
  if (kind === undefined || nameLength === undefined) return undefined;
  const length = 4 + (kind === 3 ? 1 + nameLength : kind === 1 ? 4 : 16) + 2;
  return bytes.length < length ? undefined : length;
}

/** The host of a whole request: a name, or an IPv4 address; empty for an IPv6 address. */
function hostOf(request: Buffer): string {
  const [, , , kind, length = 0] = request;
  if (kind === 3) return request.toString("latin1", 5, 5 + length);
  return kind === 1 ? request.subarray(4, 8).join(".") : "";
}

/**
 * Serves one connection. `open` connects to the destination, which it knows by itself; `asked` is the host that the client
 * requested. Undefined: the destination cannot be reached, or the client may not connect to it.
 */
export function answerSocks(socket: Socket, open: (asked: string) => Promise<Socket | undefined>): void {
  let bytes: Buffer = Buffer.alloc(0);
  let greeted = false;
  async function proceed(request: Buffer, rest: Buffer): Promise<void> {
    socket.off("data", take).pause();
    const onward = await open(hostOf(request));
    const said = onward === undefined ? HOST_UNREACHABLE : SUCCEEDED;
    socket.write(Uint8Array.of(VERSION, said, 0, 1, 0, 0, 0, 0, 0, 0));
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
