/** The place of the main window: where it was, and always on a display that is there. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isTitleBarReachable,
  placeWindow,
  SMALLEST_SIZE,
  type Display,
} from "../../../main/window/frame/placement.ts";

const display = (id: number, x: number, y: number, width = 1920, height = 1080): Display => ({
  id,
  workArea: { x, y, width, height },
});
const laptop = display(1, 0, 0, 1440, 900);
const monitor = display(2, 1440, 0);
const bounds = { x: 1600, y: 200, width: 1000, height: 700 };
const onMonitor = { bounds, display: { id: 2, x: 1440, y: 0 } };

test("a window that was never moved gets a size that the display has room for, and no position", () => {
  expect(placeWindow(undefined, [laptop])).toEqual({ width: 1180, height: 800 });
  expect(placeWindow(undefined, [display(1, 0, 0, 1024, 600)])).toEqual({ width: 1024, height: 600 });
});
test("a window on a display that is still there comes back to the same place", () => {
  expect(placeWindow(onMonitor, [laptop, monitor])).toEqual(bounds);
  const half = { x: -500, y: 100, width: 1000, height: 700 }; // half of it lay off the screen, as its user wanted
  expect(placeWindow({ bounds: half }, [laptop])).toEqual(half);
  const across = { x: 1000, y: 100, width: 1500, height: 700 }; // it lay on two displays
  expect(placeWindow({ bounds: across }, [laptop, monitor])).toEqual(across);
});
test("a window whose display is gone comes to the nearest one, inside of it", () => {
  expect(placeWindow(onMonitor, [laptop])).toEqual({ x: 440, y: 200, width: 1000, height: 700 });
  const right = display(3, 5000, 0);
  expect(placeWindow({ bounds: { ...bounds, x: 4000 } }, [laptop, right])).toMatchObject({ x: 5000 });
});
test("a window follows its display when the displays are arranged anew", () => {
  const left = display(2, -1920, 0);
  expect(placeWindow(onMonitor, [laptop, left])).toEqual({ ...bounds, x: bounds.x - 3360 });
});
test("a window that is larger than its new display shrinks to it", () => {
  const large = { bounds: { x: 3000, y: 0, width: 3000, height: 2000 } };
  expect(placeWindow(large, [laptop])).toEqual({ x: 0, y: 0, width: 1440, height: 900 });
});

describe("for all displays and all remembered places", () => {
  const length = fc.integer({ min: 1, max: 8_000 });
  const at = fc.integer({ min: -20_000, max: 20_000 });
  const rectangle = fc.record({ x: at, y: at, width: length, height: length });
  const displays = fc
    .array(
      fc.record({
        x: at,
        y: at,
        width: fc.integer({ min: 640, max: 8_000 }),
        height: fc.integer({ min: 480, max: 8_000 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((areas) => areas.map((workArea, id) => ({ id, workArea })));
  const remembered = fc.record(
    { bounds: rectangle, display: fc.record({ id: fc.integer({ min: 0, max: 5 }), x: at, y: at }) },
    { requiredKeys: ["bounds"] },
  );

  test("the title bar can be reached, and the window has at least its smallest size", () => {
    fc.assert(
      fc.property(remembered, displays, (place, now) => {
        const { x = NaN, y = NaN, width, height } = placeWindow(place, now);
        expect(isTitleBarReachable({ x, y, width, height }, now)).toBe(true);
        expect(width).toBeGreaterThanOrEqual(SMALLEST_SIZE.width);
        expect(height).toBeGreaterThanOrEqual(SMALLEST_SIZE.height);
      }),
      { numRuns: 2_000 },
    );
  });
  test("a placement stays as it is at the next start", () => {
    fc.assert(
      fc.property(remembered, displays, (place, now) => {
        const { x = NaN, y = NaN, width, height } = placeWindow(place, now);
        const again = { bounds: { x, y, width, height } };
        expect(placeWindow(again, now)).toEqual(again.bounds);
      }),
      { numRuns: 2_000 },
    );
  });
});
