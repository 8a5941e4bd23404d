/** A decoder reads the exact address from the QR code that the window draws. */
import { decodeQR } from "qr/decode.js";
import { expect, test } from "vitest";
import { qrPath } from "../../renderer/ui/qr.ts";

const SCALE = 4;
/** Draws the rectangles of the path as the window does, and decodes the picture. */
function decoded(text: string): string {
  const code = qrPath(text);
  if (code === undefined) throw new Error("no code");
  const { size, path } = code;
  const width = size * SCALE;
  const data = new Uint8Array(width * width * 3).fill(255);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row += 1)
      data.fill(
        0,
        (row * width + Number(x) * SCALE) * 3,
        (row * width + (Number(x) + Number(length)) * SCALE) * 3,
      );
  return decodeQR({ width, height: width, data });
}

test.each([
  "https://www.twitch.tv/activate?public=true&device-code=ABCDEFGH",
  "http://localhost:8127/activate?public=true&device-code=QWERTZUI",
  `https://harbor.example/device?${"x".repeat(200)}`,
])("the code of %s decodes to it", (text) => expect(decoded(text)).toBe(text));

test("an empty address, or one that is too long, has no code", () => {
  const page = "https://harbor.example/device?";
  const longest = page.padEnd(2_331, "x");
  expect(qrPath(longest)?.size).toBe(185); // version 40, with its quiet zone
  for (const text of [`${longest}x`, page.padEnd(50_000, "x"), `${page}${"\u00e4".repeat(1_200)}`, ""])
    expect(qrPath(text)).toBeUndefined();
});
