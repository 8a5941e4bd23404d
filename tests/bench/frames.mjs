// @ts-check
/* global document, requestAnimationFrame, scrollTo, innerHeight, addEventListener, HTMLInputElement -- what is evaluated in the page */
/**
 * The speed of a long list: a keystroke in its search, scrolling through it, and the cost of showing it. Each figure is
 * measured with an empty page, too, in the same run.
 */
import { readFileSync, rmSync } from "node:fs";
import { startApp } from "../support/app.mjs";
import { startCrowdServer } from "../support/crowd-server.mjs";
import { settle } from "./figures.mjs";
import { seededProfile } from "./seeded.mjs";

/** @typedef {{ app: import("playwright-core").ElectronApplication, page: import("playwright-core").Page }} Running */

const COUNT = Number(process.env["COUNT"] ?? 10_000);
const LIFE_MS = 14_124_000;
/**
 * Tokens with a refresh token end after half an hour at the earliest, so that no refresh falls into the measurement. As many
 * tokens as are in the last quarter of their four hours have no refresh token and show a countdown. They are the first rows,
 * because they need the user: each visible row counts down.
 */
const TOKENS = {
  lifeMs: LIFE_MS,
  usedMs: LIFE_MS - 1_800_000,
  endingEvery: 16,
};
/** Search texts, each with other results than the one before; so many that a single stall of the machine is not the 95th percentile. */
const SEARCHES = [
  ...["user_12 chat", "user_9999", "crowd", "read:sub", "edit user_77", "user_5050", "81", "chat user_640"],
  ...["r_33", "user_2718", "twitch 45", "user_6 read"],
];
const SCROLL_MS = 6_000;
/** Pixels a frame: two rows, as by a wheel that turns fast. A far jump, which replaces all rows, is not measured. */
const WHEEL_PX = 120;
/** A pause in which the window finishes its work after scrolling. */
const REST_MS = 30_000;
const IDLE_MS = 20_000;
const TICKS_A_SECOND = 100; // USER_HZ, on every Linux that Electron runs on

/** The smallest value that at least `share` of the values do not exceed. @param {number[]} values @param {number} share */
const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

/**
 * The work of a keystroke: from the input event, through everything that follows before the next frame, to that frame's
 * layout. The time until the display draws is left out, since it means nothing on a virtual display, and so is the wait
 * between the end of the event's own work and the frame. The event is made in the page, so that the driver's time is not
 * measured.
 * @param {string[]} texts @returns {Promise<number[]>} milliseconds for each keystroke
 */
async function typed(texts) {
  const field = document.querySelector("input[type=search]");
  if (!(field instanceof HTMLInputElement)) throw new Error("there is no search");
  /** @type {number[]} */
  const times = [];
  for (const text of texts)
    for (let length = 1; length <= text.length; length += 1) {
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const startedAtMs = performance.now();
      field.value = text.slice(0, length);
      field.dispatchEvent(new Event("input", { bubbles: true }));
      // Microtasks and observers change the list; both end before the next task.
      await new Promise((resolve) => queueMicrotask(() => queueMicrotask(() => resolve(undefined))));
      document.documentElement.getBoundingClientRect();
      let workMs = performance.now() - startedAtMs;
      const inFrame = await new Promise((resolve) =>
        requestAnimationFrame(() => {
          const frameAtMs = performance.now();
          // Runs after the frame's other callbacks, its layout and its observers.
          const channel = new MessageChannel();
          channel.port1.onmessage = () => resolve(performance.now() - frameAtMs);
          channel.port2.postMessage(undefined);
        }),
      );
      workMs += Number(inFrame);
      times.push(workMs);
    }
  field.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return times;
}

/**
 * Frames by Chromium's own tracing (PipelineReporter). `dropped`: the frame showed no update although there was one. `late`:
 * the compositor had scrolled the page, and the script's update came one frame later.
 * @param {Running["app"]} app @param {() => Promise<void>} work
 */
async function framesOf(app, work) {
  const pid = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  );
  await app.evaluate(({ contentTracing }) =>
    contentTracing.startRecording({ included_categories: ["cc", "benchmark"], excluded_categories: ["*"] }),
  );
  await work();
  const file = await app.evaluate(({ contentTracing }) => contentTracing.stopRecording());
  /** @type {{ traceEvents: { pid: number, name: string, args: { chrome_frame_reporter?: { state: string, has_missing_content: boolean } } }[] }} */
  const { traceEvents } = JSON.parse(readFileSync(file, "utf8"));
  rmSync(file);
  const frames = traceEvents.flatMap(({ pid: of, name, args }) =>
    of === pid && name === "PipelineReporter" && args.chrome_frame_reporter !== undefined
      ? [args.chrome_frame_reporter]
      : [],
  );
  /** @param {string} state */
  const count = (state) => frames.filter((frame) => frame.state === state).length;
  const wanted = frames.filter(({ state }) => state !== "STATE_NO_UPDATE_DESIRED");
  return {
    frames: wanted.length,
    dropped: count("STATE_DROPPED"),
    late: count("STATE_PRESENTED_PARTIAL"),
    unpainted: wanted.filter((frame) => frame.has_missing_content).length,
  };
}

/**
 * Frames during scrolling: dropped ones, and ones with a hole in place of rows that the page had not made or the compositor
 * had not painted. @param {Running} running
 */
async function scrolled({ app, page }) {
  await page.evaluate(() => {
    scrollTo(0, 0);
    const scrolling = { holes: 0 };
    Object.assign(globalThis, { scrolling });
    // Runs before the list's own listener: the rows are still those of the last frame, and the page has scrolled already.
    const look = () => {
      const rows = [...document.querySelectorAll("[data-row]")];
      const bottom = Math.max(...rows.map((row) => row.getBoundingClientRect().bottom));
      if (rows.length > 0 && bottom < innerHeight) scrolling.holes += 1;
    };
    addEventListener("scroll", look, { capture: true });
  });
  await page.mouse.move(700, 500);
  const turns = Math.round((SCROLL_MS / 1_000) * 60);
  const { frames, dropped, late, unpainted } = await framesOf(app, async () => {
    const startedAtMs = performance.now();
    for (let turn = 0; turn < turns; turn += 1) {
      void page.mouse.wheel(0, WHEEL_PX).catch(() => undefined);
      await settle(Math.max(0, startedAtMs + ((turn + 1) * 1_000) / 60 - performance.now()));
    }
  });
  const [holes, reached] = await page.evaluate(() => {
    const { scrolling } = /** @type {{ scrolling: { holes: number } }} */ (
      /** @type {unknown} */ (globalThis)
    );
    return /** @type {const} */ ([scrolling.holes, (document.scrollingElement ?? document.body).scrollTop]);
  });
  return {
    frames,
    reached,
    dropped: (dropped + holes + unpainted) / frames,
    late: late / frames,
    holes,
    unpainted,
  };
}

/** The share of a core that the window's process uses. @param {Running} running */
async function idle({ app }) {
  const pid = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  );
  const ticks = () => {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    const [user, system] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    return Number(user) + Number(system);
  };
  const before = ticks();
  await settle(IDLE_MS);
  return (ticks() - before) / TICKS_A_SECOND / (IDLE_MS / 1_000);
}

const server = await startCrowdServer(TOKENS);
const { profile } = await seededProfile(COUNT, server, TOKENS);
const many = await startApp({ profile });
await many.page.setViewportSize({ width: 1180, height: 800 });
await many.page.locator(".app:not([inert]) [data-row]").first().waitFor({ timeout: 60_000 });
await settle(5_000); // until the start has finished
const keystrokes = await many.page.evaluate(typed, SEARCHES);
const list = await scrolled(many);
await many.page.evaluate(() => scrollTo(0, 0));
await settle(REST_MS);
const counting = await idle(many);

// The same window with an empty page of the same height.
await many.page.goto("about:blank");
await many.page.evaluate((tall) => {
  document.body.append(document.createElement("div"));
  document.body.style.height = `${String(tall)}px`;
}, COUNT * 60);
const empty = await scrolled(many);
const still = await idle(many);
await many.app.close();
await server.close();

const p95 = quantile(keystrokes, 0.95);
console.log(
  JSON.stringify({
    searchOfMany: {
      unit: "ms of work from a keystroke to the layout that shows its result, p95",
      value: p95,
      p50: quantile(keystrokes, 0.5),
      keystrokes: keystrokes.length,
      budget: 16,
      met: p95 <= 16,
    },
    scrollOfMany: {
      unit: "share of frames that were dropped, or showed a hole",
      value: list.dropped,
      reference: empty.dropped,
      late: list.late,
      referenceLate: empty.late,
      holes: list.holes,
      unpainted: list.unpainted,
      frames: list.frames,
      scrolledTo: list.reached,
      budget: 0.01,
      met: list.dropped <= 0.01,
    },
    countdowns: {
      unit: "share of a core of the window's process, looked at and left alone",
      value: counting,
      reference: still,
      budget: 0.01,
      met: counting <= 0.01,
    },
  }),
);
process.exit(0);
