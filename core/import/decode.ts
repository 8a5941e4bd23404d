/** Text of a file whose encoding nobody tells. Pure. */

/** PowerShell writes UTF-16 without a mark, too; Latin text then has every other octet 0. */
function utf16Without(bytes: Uint8Array): "utf-16le" | "utf-16be" | "mixed" | undefined {
  const zeros = [0, 0];
  const looked = Math.min(bytes.length, 64 * 1024);
  for (let at = 0; at < looked; at++) if (bytes[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd === 0) return undefined;
  const half = looked / 2;
  if (odd > half * 0.7 && even < half * 0.1) return "utf-16le";
  if (even > half * 0.7 && odd < half * 0.1) return "utf-16be";
  return "mixed";
}

const isAscii = (octet: number): boolean => octet === 10 || octet === 13 || (octet >= 32 && octet < 127);
/** Eight units in a row of two ASCII octets each: text of one octet for each letter, before or behind the UTF-16. */
function hasAsciiPairs(text: string): boolean {
  let inRow = 0;
  for (let at = 0; at < text.length && inRow < 8; at++) {
    const unit = text.charCodeAt(at);
    inRow = isAscii(unit >> 8) && isAscii(unit & 0xff) ? inRow + 1 : 0;
  }
  return inRow === 8;
}

/** UTF-32 by its mark, which begins like that of UTF-16; its last octets may be missing. */
function utf32Of(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) return undefined;
  const isLittle = view.getUint32(0, true) === 0xfeff;
  if (!isLittle && view.getUint32(0) !== 0xfeff) return undefined;
  let text = "";
  for (let at = 4; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at, isLittle);
    text += code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  }
  return text;
}

/**
 * UTF-8 or UTF-16 of either order, each with or without its mark, and UTF-32 with it; where it is no UTF-8, Latin-1. A file to which UTF-16
 * was appended (`>>` in Windows PowerShell) loses its zeros, so that what is ASCII in it can be read.
 */
export function decodeText(bytes: Uint8Array): string {
  const utf32 = utf32Of(bytes);
  if (utf32 !== undefined) return utf32;
  const [first, second, third] = bytes;
  const marked =
    first === 0xff && second === 0xfe
      ? "utf-16le"
      : first === 0xfe && second === 0xff
        ? "utf-16be"
        : first === 0xef && second === 0xbb && third === 0xbf
          ? undefined
          : utf16Without(bytes);
  if (marked === "utf-16le" || marked === "utf-16be") {
    const text = new TextDecoder(marked).decode(bytes);
    if (!hasAsciiPairs(text)) return text;
  }
  const octets = marked === undefined ? bytes : bytes.filter((octet) => octet !== 0);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    return new TextDecoder("windows-1252").decode(octets);
  }
}
