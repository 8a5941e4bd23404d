/** How the window was left, in a file that names no account. */
import fc from "fast-check";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createWindowMemory, readRememberedWindow } from "../../../main/window/frame/window-memory.ts";
import { LARGEST_ZOOM, SMALLEST_ZOOM, zoomed } from "../../../main/window/frame/zoom.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp("/tmp/tk-window-");
  file = path.join(folder, "window.json");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const place = (x: number) => ({ bounds: { x, y: 20, width: 900, height: 700 } });

test("what was noted is read at the next start", async () => {
  const memory = createWindowMemory(file, await readRememberedWindow(file));
  expect(memory.current).toEqual({
    place: undefined,
    maximised: false,
    zoom: 1,
    knowsOfTray: false,
    knowsNoTray: false,
  });
  memory.note({ place: place(10), maximised: true });
  memory.note({ zoom: 1.25, knowsNoTray: true });
  await memory.flush();
  expect(await readRememberedWindow(file)).toEqual(memory.current);
  expect(await readdir(folder)).toEqual(["window.json"]);
});
test("a drag over many pixels is written once, after it ended", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const memory = createWindowMemory(file, await readRememberedWindow(file));
    for (let x = 0; x < 300; x += 1) {
      memory.note({ place: place(x) });
      vi.advanceTimersByTime(16);
    }
    expect(await readdir(folder)).toEqual([]);
    vi.advanceTimersByTime(500);
  } finally {
    vi.useRealTimers();
  }
  await expect.poll(() => readRememberedWindow(file)).toMatchObject({ place: place(299) });
});
test("a write that the disk refuses is reported, and the next change is written", async () => {
  const memory = createWindowMemory(
    path.join(folder, "gone", "window.json"),
    await readRememberedWindow(file),
  );
  const failed = vi.fn();
  memory.onFailure(failed);
  memory.note({ zoom: 2 });
  await memory.flush();
  await memory.flush();
  expect(failed).toHaveBeenCalledTimes(2); // it is tried again, although nothing changed meanwhile
});
test("a file that is torn or holds nonsense counts as never written, member by member", async () => {
  const read = async (text: string) => {
    await writeFile(file, text);
    return readRememberedWindow(file);
  };
  expect((await read("{")).zoom).toBe(1);
  expect(await read(JSON.stringify({ place: { bounds: { x: 1e9 } }, zoom: 1.5, maximised: "yes" }))).toEqual({
    place: undefined,
    maximised: false,
    zoom: 1.5,
    knowsOfTray: false,
    knowsNoTray: false,
  });
  await fc.assert(
    fc.asyncProperty(fc.json(), async (json) => {
      const { zoom } = await read(json);
      expect(zoom).toBeGreaterThanOrEqual(SMALLEST_ZOOM);
      expect(zoom).toBeLessThanOrEqual(LARGEST_ZOOM);
    }),
    { numRuns: 50 },
  );
});
test("the file of window states holds numbers and answers, and no name", async () => {
  const memory = createWindowMemory(file, await readRememberedWindow(file));
  memory.note({ place: { ...place(10), display: { id: 77, x: 0, y: 0 } }, zoom: 1.1, knowsOfTray: true });
  await memory.flush();
  const values = (value: unknown): unknown[] =>
    typeof value === "object" && value !== null ? Object.values(value).flatMap(values) : [value];
  for (const value of values(JSON.parse(await readFile(file, "utf8"))))
    expect(["number", "boolean"]).toContain(typeof value);
});

test("zoom goes by the steps of browsers, stays within its bounds, and comes back to 100 %", () => {
  expect(zoomed(1, "in")).toBe(1.1);
  expect(zoomed(1, "out")).toBe(0.9);
  expect(zoomed(1.03, "in")).toBe(1.1);
  expect(zoomed(LARGEST_ZOOM, "in")).toBe(LARGEST_ZOOM);
  expect(zoomed(SMALLEST_ZOOM, "out")).toBe(SMALLEST_ZOOM);
  let zoom = SMALLEST_ZOOM;
  for (let step = 0; step < 20; step += 1) zoom = zoomed(zoom, "in");
  expect(zoom).toBe(LARGEST_ZOOM);
  expect(zoomed(zoom, "reset")).toBe(1);
});
