import encode from "qr";

/** Modules of light around it (ISO/IEC 18004 §9.1). */
const QUIET = 4;

/** The most octets that the largest code takes at this level of correction (ISO/IEC 18004, table 7: version 40, M). */
const MOST_OCTETS = 2_331;

/**
 * A QR code as an SVG path in a square of `size` by `size` units, quiet zone included. Undefined when the text is too
 * long for the largest code.
 */
export function qrPath(text: string): { readonly size: number; readonly path: string } | undefined {
  if (text === "" || new TextEncoder().encode(text).length > MOST_OCTETS) return undefined;
  const rows = encode(text, "raw", { ecc: "medium", border: QUIET });
  // One rectangle for each run of dark modules, so that no hairlines show between them.
  const runs = rows.flatMap((row, y) =>
    [
      ...row
        .map((dark) => (dark ? "1" : "0"))
        .join("")
        .matchAll(/1+/g),
    ].map(
      ({ index, 0: { length } }) => `M${String(index)} ${String(y)}h${String(length)}v1h-${String(length)}z`,
    ),
  );
  return { size: rows.length, path: runs.join("") };
}
