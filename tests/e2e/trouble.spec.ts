/** Errors inside the window: each stays on its screen, is reported, and ends with a new try. The real app. */
import { expect, test } from "@playwright/test";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { findsNothing, findsNothingAsItStands, hasKeyboard } from "./support/accessible.ts";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";

let at: AppAtSandbox;
test.beforeEach(async () => {
  test.setTimeout(120_000);
  at = await startAtSandbox();
});
test.afterEach(() => at.close());

/** Sends the window changes of the state that main does not hold. */
const tell = (changes: object) =>
  at.app.evaluate(({ BrowserWindow }, json) => {
    const [window] = BrowserWindow.getAllWindows();
    window?.webContents.send("state.changed", json);
  }, JSON.stringify(changes));
const log = (): string => {
  const folder = path.join(at.profile, "logs");
  return readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), "utf8"))
    .join("");
};
const heading = (name: string) => at.page.getByRole("heading", { name, exact: true });
const link = (name: string) => at.page.getByRole("link", { name, exact: false }).first();

test("an error on one screen leaves the others usable, says what to do, and ends with a new try", async () => {
  const { page } = at;
  await at.signIn(await at.register("tokenkeep-sandbox", "Bot"), "harborlights_tv");

  // Each change breaks the drawing of its screen, both while the screen is open and when it is opened.
  for (const [screen, poison] of [
    ["Tools", { tools: [null] }],
    ["Apps", { clients: [null] }],
    ["Accounts", { signIns: [{ id: "typed-by-somebody" }] }],
  ] as const) {
    await link(screen).click();
    await expect(heading(screen)).toBeVisible();
    await tell(poison);
    await expect(heading("Couldn't show this screen")).toBeVisible();
    await hasKeyboard(heading("Couldn't show this screen"));
    if (screen === "Tools") await findsNothing(page, "a screen that cannot be shown");
    await link("Settings").click();
    await expect(heading("Settings")).toBeVisible();
    await link(screen).click();
    await expect(heading("Couldn't show this screen")).toBeVisible();
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(heading(screen)).toBeVisible();
  }
  await expect(page.getByRole("row", { name: /harborlights_tv/ })).toBeVisible();
  await expect.poll(log).toMatch(/"where":"screen".*window\.failed/);
  expect(log()).not.toContain("typed-by-somebody");

  // An error in the frame around the screens replaces the whole window, which can begin again.
  await tell({ tools: null });
  await expect(heading("Couldn't show the window")).toBeVisible();
  await findsNothingAsItStands(page, "a window that cannot be shown"); // its language cannot be switched
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("row", { name: /harborlights_tv/ })).toBeVisible();

  // An error in a sheet closes the sheet; the screen below it stays.
  await link("Settings").click();
  await expect(heading("Settings")).toBeVisible();
  await tell({ signIns: [{ id: "typed-by-somebody" }] });
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("combobox", { name: "Commands" });
  await palette.fill("somebody");
  await expect(page.getByText("Something went wrong in the window. Check whether")).toBeVisible();
  await expect(palette).toBeHidden();
  await expect(heading("Settings")).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();

  // Errors outside of any drawing: in an event handler, and in a promise that no code awaits.
  await page.evaluate(() =>
    dispatchEvent(new ErrorEvent("error", { error: new TypeError("my passphrase") })),
  );
  await expect(page.getByText("Something went wrong in the window. Check whether")).toBeVisible();
  await page.evaluate(() => void Promise.reject(new RangeError("my passphrase")));
  await expect.poll(log).toMatch(/RangeError.*window\.failed/);
  expect(log()).not.toContain("my passphrase");
});

test("a window that crashes at each load is loaded a few times, then reported, and tried again on request", async () => {
  const { app } = at;
  await app.evaluate(({ app: main, BrowserWindow, dialog }) => {
    const seen = { loads: 0, told: [] as string[] };
    Object.assign(globalThis, { seen });
    dialog.showMessageBox = ((options: { message: string }) => {
      seen.told.push(options.message);
      return Promise.resolve({ response: seen.told.length === 1 ? 0 : 1, checkboxChecked: false });
    }) as typeof dialog.showMessageBox;
    const kill = ({ webContents }: Electron.BrowserWindow): void => {
      webContents.on("dom-ready", () => {
        seen.loads += 1;
        webContents.forcefullyCrashRenderer();
      });
    };
    main.on("browser-window-created", (_event, window) => kill(window));
    for (const window of BrowserWindow.getAllWindows()) {
      kill(window);
      window.webContents.forcefullyCrashRenderer();
    }
  });
  const seen = () =>
    // set on the global object above, which has no type for it
    app.evaluate(() => (globalThis as unknown as { seen: { loads: number; told: string[] } }).seen);
  await expect.poll(async () => (await seen()).told.length, { timeout: 30_000 }).toBe(2);
  const { loads, told } = await seen();
  expect(new Set(told)).toEqual(new Set(["The window keeps closing"]));
  expect(loads).toBe(3 + 4); // three more loads, and four for the window that was asked for
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(0);
  expect(log()).toMatch(/window\.died/);
});
