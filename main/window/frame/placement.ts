/** Decides where the main window appears: where it was, or on a display that is there now. Pure. */

/** In the coordinates of the desktop, independent of the scale of each display. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Display {
  readonly id: number;
  /** The display without panels and docks. */
  readonly workArea: Rectangle;
}
/** The place of the window when it was last moved or resized. */
export interface RememberedPlace {
  /** The bounds that the window has while it is not maximised. */
  readonly bounds: Rectangle;
  /** The display that it was on, and where this display began. */
  readonly display?: { readonly id: number; readonly x: number; readonly y: number } | undefined;
}
/** Without a position the system chooses one. */
export type Placement = Pick<Rectangle, "width" | "height"> & Partial<Pick<Rectangle, "x" | "y">>;

export const DEFAULT_SIZE = { width: 1180, height: 800 } as const;
export const SMALLEST_SIZE = { width: 360, height: 480 } as const;

/** The height of a title bar, by which users drag a window. */
const TITLE_BAR = 32;
/** How much of the title bar has to lie on a display, so that a user can take hold of it. */
const REACHABLE = 120;

const between = (low: number, value: number, high: number): number => Math.max(low, Math.min(value, high));

const overlap = (a: Rectangle, b: Rectangle): { readonly width: number; readonly height: number } => ({
  width: Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)),
  height: Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)),
});
const area = ({ width, height }: { readonly width: number; readonly height: number }): number =>
  width * height;

/** The distance between two rectangles; 0 when they touch. */
function distance(a: Rectangle, b: Rectangle): number {
  const gap = (from: number, length: number, otherFrom: number, otherLength: number): number =>
    Math.max(0, otherFrom - (from + length), from - (otherFrom + otherLength));
  return Math.hypot(gap(a.x, a.width, b.x, b.width), gap(a.y, a.height, b.y, b.height));
}

/** Whether a user can drag the window: enough of its title bar lies on one of the displays. */
export function isTitleBarReachable(bounds: Rectangle, displays: readonly Display[]): boolean {
  const bar = { ...bounds, height: TITLE_BAR };
  return displays.some(({ workArea }) => {
    const seen = overlap(bar, workArea);
    return seen.height === TITLE_BAR && seen.width >= Math.min(REACHABLE, bounds.width, workArea.width);
  });
}

/** Follows a display that was moved: users arrange them anew, and the window stays on its display. */
function movedWithDisplay({ bounds, display }: RememberedPlace, displays: readonly Display[]): Rectangle {
  const now = displays.find(({ id }) => id === display?.id)?.workArea;
  if (display === undefined || now === undefined) return bounds;
  return { ...bounds, x: bounds.x + now.x - display.x, y: bounds.y + now.y - display.y };
}

/** The display with the largest part of the window, or else the nearest one. */
function displayFor(bounds: Rectangle, displays: readonly Display[]): Display | undefined {
  const best = (score: (display: Display) => number): Display | undefined =>
    [...displays].sort((a, b) => score(b) - score(a))[0];
  const largest = best(({ workArea }) => area(overlap(bounds, workArea)));
  return largest !== undefined && area(overlap(bounds, largest.workArea)) > 0
    ? largest
    : best(({ workArea }) => -distance(bounds, workArea));
}

/** The window on this display: no larger than it, but at least of the smallest size, and inside. */
function inside(bounds: Rectangle, workArea: Rectangle): Rectangle {
  const width = Math.max(SMALLEST_SIZE.width, Math.min(bounds.width, workArea.width));
  const height = Math.max(SMALLEST_SIZE.height, Math.min(bounds.height, workArea.height));
  // A window that is larger than the display begins at its upper left corner.
  const x = between(workArea.x, bounds.x, Math.max(workArea.x, workArea.x + workArea.width - width));
  const y = between(workArea.y, bounds.y, Math.max(workArea.y, workArea.y + workArea.height - height));
  return { x, y, width, height };
}

/**
 * The placement of the window. `displays`: the primary display first. A remembered place counts as it is while its title
 * bar can be reached; otherwise the window moves onto the nearest display.
 */
export function placeWindow(
  remembered: RememberedPlace | undefined,
  displays: readonly Display[],
): Placement {
  const [primary] = displays;
  if (remembered === undefined || primary === undefined) {
    const { width, height } = primary?.workArea ?? DEFAULT_SIZE;
    return {
      width: between(SMALLEST_SIZE.width, DEFAULT_SIZE.width, Math.max(SMALLEST_SIZE.width, width)),
      height: between(SMALLEST_SIZE.height, DEFAULT_SIZE.height, Math.max(SMALLEST_SIZE.height, height)),
    };
  }
  const moved = movedWithDisplay(remembered, displays);
  const bounds = {
    ...moved,
    width: Math.max(SMALLEST_SIZE.width, moved.width),
    height: Math.max(SMALLEST_SIZE.height, moved.height),
  };
  if (isTitleBarReachable(bounds, displays) && fitsSomewhere(bounds, displays)) return bounds;
  return inside(bounds, (displayFor(bounds, displays) ?? primary).workArea);
}

/** Whether the window is not larger than all displays together: it may lie across two of them. */
function fitsSomewhere({ width, height }: Rectangle, displays: readonly Display[]): boolean {
  const span = (from: (area: Rectangle) => number, length: (area: Rectangle) => number): number => {
    const areas = displays.map(({ workArea }) => workArea);
    return Math.max(...areas.map((one) => from(one) + length(one))) - Math.min(...areas.map(from));
  };
  return (
    width <=
      span(
        ({ x }) => x,
        (one) => one.width,
      ) &&
    height <=
      span(
        ({ y }) => y,
        (one) => one.height,
      )
  );
}
