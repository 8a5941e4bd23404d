import encode from "qr";

/** Modules of light around it (ISO/IEC 18004 §9.1). */
const QUIET = 4;

/** A QR code as an SVG path in a square of `size` by `size` units, quiet zone included. */
export function qrPath(text: string): { readonly size: number; readonly path: string } {
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
