/** The pictures of the sandbox's users: stripes in a colour that follows from the login, as PNG. */
import { deflateSync } from "node:zlib";
import { json, type Answer, type Request } from "./answer.ts";
import type { World } from "./world.ts";

const SIZE = 64;
/** CRC-32, as PNG (RFC 2083 §3.4) wants it. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export const pictureUrl = (world: World, login: string): string => `${world.origin}/pictures/${login}.png`;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

export function pngOf(login: string): Buffer {
  const seed = crc32(Buffer.from(login));
  const dark = [24 + (seed % 60), 50 + ((seed >> 6) % 50), 70 + ((seed >> 12) % 60)];
  const light = [180 + (seed % 70), 150 + ((seed >> 8) % 90), 90 + ((seed >> 16) % 120)];
  const lines: number[] = [];
  for (let y = 0; y < SIZE; y += 1) {
    lines.push(0); // no filter
    for (let x = 0; x < SIZE; x += 1) lines.push(...((x + y) % 32 < 10 ? light : dark));
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(SIZE, 0);
  head.writeUInt32BE(SIZE, 4);
  head.set([8, 2], 8); // 8 bits, RGB
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.from(lines))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The picture of the user that the path names. */
export function picture(world: World, { path }: Request): Answer {
  const login = /^\/pictures\/([a-z0-9_]+)\.png$/.exec(path)?.[1];
  const user = world.users.find((one) => one.login === login);
  return user === undefined
    ? json(404, { error: "Not Found", status: 404, message: "no picture" })
    : { status: 200, headers: { "content-type": "image/png" }, body: "", bytes: pngOf(user.login) };
}
