/** A close of the window: said once, and a form that is half filled in stays. */
import { beforeEach, expect, test } from "vitest";
import { createClosing, type Whereabouts } from "../../../main/window/frame/closing.ts";
import type { RememberedWindow } from "../../../main/window/frame/window-memory.ts";

let done: string[];
let where: Whereabouts;
let current: RememberedWindow;
beforeEach(() => {
  done = [];
  where = "tray";
  current = { place: undefined, maximised: false, zoom: 1, knowsOfTray: false, knowsNoTray: false };
});
const make = () =>
  createClosing({
    memory: {
      get current() {
        return current;
      },
      note: (part) => (current = { ...current, ...part }),
      flush: () => Promise.resolve(),
      onFailure: () => undefined,
    },
    whereabouts: () => Promise.resolve(where),
    ask: (at) => done.push(`ask ${at}`),
    hide: () => done.push("hide"),
    destroy: () => done.push("destroy"),
  });

test("the first close asks, and later ones do not, also after a restart", async () => {
  const closing = make();
  await closing.requested();
  expect(done).toEqual(["ask tray"]);
  closing.answer("close");
  closing.shown();
  await closing.requested();
  await make().requested();
  expect(done).toEqual(["ask tray", "destroy", "destroy", "destroy"]);
});
test("a desktop that loses its tray is told once, too", async () => {
  current = { ...current, knowsOfTray: true };
  where = "nowhere";
  const closing = make();
  await closing.requested();
  closing.answer("close");
  await closing.requested();
  expect(done).toEqual(["ask nowhere", "destroy", "destroy"]);
});
test("a user who stays is asked again, and a second close is an answer, for a page that hangs", async () => {
  const closing = make();
  await closing.requested();
  closing.answer("stay");
  await closing.requested();
  await closing.requested();
  expect(done).toEqual(["ask tray", "ask tray", "destroy"]);
});
test("an answer that nobody asked for closes nothing", () => {
  make().answer("close");
  expect(done).toEqual([]);
});
test("a window with a half-filled form is hidden, and destroyed once the form is gone", async () => {
  current = { ...current, knowsOfTray: true };
  const closing = make();
  closing.setDrafts(true);
  await closing.requested();
  expect(done).toEqual(["hide"]);
  closing.setDrafts(false);
  expect(done).toEqual(["hide", "destroy"]);
});
test("a hidden window that was shown again is not destroyed when its form is sent", async () => {
  current = { ...current, knowsOfTray: true };
  const closing = make();
  closing.setDrafts(true);
  await closing.requested();
  closing.shown();
  closing.setDrafts(false);
  closing.forget();
  expect(done).toEqual(["hide"]);
});
test("a lock destroys a hidden window, whose form may hold a secret", async () => {
  current = { ...current, knowsOfTray: true };
  const closing = make();
  closing.setDrafts(true);
  await closing.requested();
  closing.forget();
  expect(done).toEqual(["hide", "destroy"]);
  closing.forget();
  expect(done).toEqual(["hide", "destroy"]);
});
