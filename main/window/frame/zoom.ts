/** The steps of the window's zoom. */

/** As browsers have them; 1 is the size without zoom. */
const STEPS = [0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;
export const SMALLEST_ZOOM = 0.5;
export const LARGEST_ZOOM = 3;

export type ZoomChange = "in" | "out" | "reset";

/** The zoom after a change; at either end it stays. */
export function zoomed(zoom: number, change: ZoomChange): number {
  if (change === "reset") return 1;
  return change === "in"
    ? (STEPS.find((step) => step > zoom + 0.01) ?? LARGEST_ZOOM)
    : (STEPS.findLast((step) => step < zoom - 0.01) ?? SMALLEST_ZOOM);
}
