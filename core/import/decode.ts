/** Decodes a file whose encoding is not known. Pure. */

/**
 * The byte order of UTF-16 without a byte order mark, as PowerShell may write it: every other octet of Latin text is 0.
 * `mixed`: there are zeros, in another pattern.
 */
function utf16WithoutMark(bytes: Uint8Array): "utf-16le" | "utf-16be" | "mixed" | undefined {
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
/** Whether eight code units in a row consist of two ASCII octets each: a part of the file is no UTF-16. */
function hasAsciiPairs(text: string): boolean {
  let inRow = 0;
  for (let at = 0; at < text.length && inRow < 8; at++) {
    const unit = text.charCodeAt(at);
    inRow = isAscii(unit >> 8) && isAscii(unit & 0xff) ? inRow + 1 : 0;
  }
  return inRow === 8;
}

/** Decodes UTF-32 with its mark, which begins like the mark of UTF-16. An incomplete last character is dropped. */
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
 * Decodes UTF-8 and UTF-16 with or without a byte order mark, UTF-32 with one, and anything else as Windows-1252. From
 * a file to which UTF-16 was appended (`>>` in Windows PowerShell) zeros are removed, so that its ASCII characters can
 * be read.
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
          : utf16WithoutMark(bytes);
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
