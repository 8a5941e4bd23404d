/** The window behaves as windows do: close, quit, keys, menus, tooltips, and the place where it was left. */
import { expect, test, type ElectronApplication, type Page } from "@playwright/test";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findsNothing } from "./support/accessible.ts";
import { appStarter } from "./support/running-app.ts";
import {
  addSandboxAccount,
  appArguments,
  electronPath,
  newProfile,
  newRuntimeFolder,
  providerPage,
} from "../support/app.mjs";
import { startTrayWatcher } from "../support/tray-watcher.mjs";

const start = appStarter();

/** Closes the main window as its title bar does. */
const close = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
const windows = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
const bounds = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
const isVisible = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
const zoom = (page: Page) => page.evaluate(() => devicePixelRatio);
const begin = (page: Page) => page.getByRole("button", { name: "Start the sandbox" }).waitFor();
const ended = (app: ElectronApplication) =>
  new Promise((resolve) => void app.process().once("exit", () => resolve("ended")));
const question = (page: Page) => page.getByRole("alertdialog", { name: "Tokenkeep keeps running" });

/** Starts Tokenkeep a second time, which shows the window of the first. */
const startAgain = (profile: string, runtime: string) =>
  new Promise((resolve) => {
    const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
    spawn(electronPath, appArguments(profile), { env, stdio: "ignore" }).on("exit", resolve);
  });
/** What a user knows who has closed the window before. */
const KNOWS = { knowsOfTray: true, knowsNoTray: true };
const remembers = (profile: string, state: object) =>
  writeFileSync(path.join(profile, "window.json"), JSON.stringify(state));

/** Clicks an entry of the window's menu. */
const choose = (app: ElectronApplication, command: string) =>
  app.evaluate(({ Menu }, id) => {
    Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
  }, command);
const menuLabels = (app: ElectronApplication) =>
  app.evaluate(({ Menu }) =>
    Menu.getApplicationMenu()?.items.flatMap(({ label, submenu }) => [
      label,
      ...(submenu?.items.map((item) => item.label) ?? []),
    ]),
  );

test("the first close says that Tokenkeep goes on; without a tray it says how to come back and to quit", async () => {
  const { app, page, profile, runtime } = await start();
  await begin(page);
  await close(app);
  await question(page)
    .getByText(/This desktop shows no system tray.*start Tokenkeep again.*Ctrl\+Q/)
    .waitFor();
  await findsNothing(page, "closing", "[role=alertdialog]");
  await page.keyboard.press("Escape");
  await expect(question(page)).toBeHidden();
  expect(await windows(app)).toBe(1);

  await close(app);
  await expect(question(page).getByRole("button", { name: "Close window" })).toBeFocused();
  await page.keyboard.press("Enter").catch(() => undefined); // the page goes while the key is pressed
  await expect.poll(() => windows(app)).toBe(0);
  const shown = app.waitForEvent("window");
  expect(await startAgain(profile, runtime)).toBe(0);
  const again = await shown;
  await begin(again);
  await close(app); // said before, so it closes at once
  await expect.poll(() => windows(app)).toBe(0);
});

test("with a tray the first close says so, and can quit; a quit remembers nothing", async () => {
  const watcher = await startTrayWatcher();
  try {
    const { app, page } = await start();
    await begin(page);
    await close(app);
    await question(page).getByText("You find Tokenkeep in the system tray").waitFor();
    const over = ended(app);
    await question(page).getByRole("button", { name: "Quit Tokenkeep" }).click();
    expect(await over).toBe("ended");
  } finally {
    watcher.close();
  }
});

test("quits from the palette, and by its key", async () => {
  for (const quit of [
    async ({ keyboard }: Page) => {
      await keyboard.press("Control+k");
      await keyboard.type("quit");
      await keyboard.press("Enter");
    },
    ({ keyboard }: Page) => keyboard.press("Control+q"),
  ]) {
    const { app, page } = await start();
    await begin(page);
    const over = ended(app);
    await quit(page);
    expect(await over).toBe("ended");
  }
});

test("size, place and zoom come back at the next start, and a window whose monitor is gone comes on screen", async () => {
  const profile = newProfile();
  const runtime = newRuntimeFolder();
  const left = { x: 210, y: 120, width: 940, height: 690 };
  const first = await start({ profile, runtime });
  await begin(first.page);
  const unzoomed = await zoom(first.page);
  await first.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), left);
  await choose(first.app, "zoomIn");
  await choose(first.app, "zoomIn");
  await expect.poll(() => zoom(first.page)).toBeCloseTo(unzoomed * 1.25);
  await first.app.close();

  const second = await start({ profile, runtime });
  await begin(second.page);
  expect(await bounds(second.app)).toEqual(left);
  expect(await zoom(second.page)).toBeCloseTo(unzoomed * 1.25);
  await choose(second.app, "zoomReset");
  await expect.poll(() => zoom(second.page)).toBeCloseTo(unzoomed);
  await second.app.close();

  const file = path.join(profile, "window.json");
  expect(readFileSync(file, "utf8")).not.toMatch(/"[^"]*":"/); // numbers and answers, and no text
  remembers(profile, {
    ...KNOWS,
    place: { bounds: { ...left, x: 9_000 }, display: { id: 1, x: 8_000, y: 0 } },
  });
  const third = await start({ profile, runtime });
  await begin(third.page);
  expect(await bounds(third.app)).toEqual({ ...left, x: 1_600 - left.width }); // the display is 1600 pixels wide
});

test("a half-filled form survives a close, in the page's memory alone, and a lock ends it", async () => {
  const profile = newProfile();
  remembers(profile, KNOWS);
  const { app, page, runtime } = await start({ profile, args: ["--password-store=basic"] });
  await page.getByLabel("Passphrase", { exact: true }).fill("a lantern by the harbour");
  await page.getByLabel("Confirm passphrase").fill("a lantern by the harbour");
  await page.getByRole("button", { name: "Create vault" }).click();
  await begin(page);
  await page.evaluate(() => (location.hash = "#/clients"));
  await page.getByRole("button", { name: "Add app" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Client ID").fill("an-id");
  await dialog.getByLabel("Name").fill("Half a bot");
  await dialog.getByRole("radio", { name: /^Confidential/ }).check(); // Twitch cannot be asked, so the form asks
  await dialog.getByLabel("Client secret").fill("half-a-secret");
  await close(app);
  await expect.poll(() => isVisible(app)).toBe(false);

  expect(await startAgain(profile, runtime)).toBe(0);
  await expect.poll(() => isVisible(app)).toBe(true);
  await expect(dialog.getByLabel("Name")).toHaveValue("Half a bot");
  await expect(dialog.getByLabel("Client secret")).toHaveValue("half-a-secret");

  await close(app);
  await expect.poll(() => isVisible(app)).toBe(false);
  await page.evaluate(() => void window.tokenkeep["vault.lock"]("vault"));
  await expect.poll(() => windows(app)).toBe(0); // a secret that was typed is gone with the page
});

test.describe("in one window with an account", () => {
  test.describe.configure({ mode: "serial" });
  let app: ElectronApplication;
  let page: Page;
  test.beforeAll(async () => {
    const { startApp } = await import("../support/app.mjs");
    ({ app, page } = await startApp());
    await begin(page);
    await addSandboxAccount(app, page, "harborlights_tv");
  });
  test.afterAll(() => app.close());
  const at = (hash: string) => expect.poll(() => page.evaluate(() => location.hash)).toBe(hash);

  test("the standard keys work: settings, back and forward, find", async () => {
    await page.evaluate(() => (location.hash = "#/accounts"));
    await page.keyboard.press("Control+,");
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    await page.keyboard.press("Alt+ArrowLeft");
    await at("#/accounts");
    await page.keyboard.press("Alt+ArrowRight");
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    await page.keyboard.press("Alt+ArrowLeft");
    await page.getByRole("row", { name: /harborlights_tv/ }).waitFor();
    await page.keyboard.press("Control+f");
    await expect(page.getByRole("searchbox")).toBeFocused();
    await choose(app, "help");
    for (const words of ["Quit Tokenkeep", "Full screen", "Close window", /Zoom in/])
      await expect(page.getByRole("dialog").getByText(words)).toBeVisible();
    await page.keyboard.press("Control+,"); // under a dialog the screen stays
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    expect(await page.evaluate(() => location.hash)).toMatch(/^#\/accounts|^$/);
  });

  test("the menu has the same commands, in the language of the window, and a sign-in window has no menu", async () => {
    await choose(app, "settings");
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    await choose(app, "back");
    await page.getByRole("row", { name: /harborlights_tv/ }).waitFor();
    await choose(app, "find");
    await expect(page.getByRole("searchbox")).toBeFocused();
    expect(await menuLabels(app)).toEqual(expect.arrayContaining(["Edit", "Paste", "Quit Tokenkeep"]));
    const speak = (language: "en" | "de") =>
      page.evaluate(async (to) => {
        const state = JSON.parse(
          await window.tokenkeep["state.get"]().then((answer) => (answer.ok ? answer.value : "")),
        ) as { settings: object };
        await window.tokenkeep["settings.change"]({ ...state.settings, language: to } as never);
      }, language);
    await speak("de");
    await expect
      .poll(() => menuLabels(app))
      .toEqual(expect.arrayContaining(["Einfügen", "Tokenkeep beenden"]));
    await speak("en");
    await expect.poll(() => menuLabels(app)).toEqual(expect.arrayContaining(["Paste"]));
    await page.getByRole("row", { name: /harborlights_tv/ }).waitFor();
  });

  test("keys of the system reach the menu: zoom by the keyboard", async () => {
    const before = await zoom(page);
    const press = (keyCode: string) =>
      app.evaluate(({ BrowserWindow }, key) => {
        const contents = BrowserWindow.getAllWindows().find(
          (one) => one.getTitle() === "Tokenkeep",
        )?.webContents;
        for (const type of ["keyDown", "keyUp"] as const)
          contents?.sendInputEvent({ type, keyCode: key, modifiers: ["control"] });
      }, keyCode);
    await press("=");
    await expect.poll(() => zoom(page)).toBeCloseTo(before * 1.1);

    // The strip of the sign-in window zooms with it, and the provider's page begins below.
    await page.evaluate(async () => {
      const sandbox = await window.tokenkeep["sandbox.start"]();
      if (sandbox.ok)
        await window.tokenkeep["authorization.start"]({ client: sandbox.value.client, scopes: [] });
    });
    await providerPage(app);
    const strip = () =>
      app.evaluate(({ BrowserWindow }) => {
        const signIn = BrowserWindow.getAllWindows().find((one) => one.getTitle().startsWith("Sign in"));
        return {
          page: signIn?.contentView.children[0]?.getBounds().y,
          zoom: signIn?.webContents.getZoomFactor(),
          menu: signIn?.isMenuBarVisible(),
        };
      });
    await expect.poll(async () => (await strip()).zoom).toBeCloseTo(1.1);
    await expect.poll(async () => (await strip()).page).toBe(48);
    expect((await strip()).menu).toBe(false); // its menu would be about the main window
    await app.evaluate(({ BrowserWindow }) => {
      for (const one of BrowserWindow.getAllWindows()) if (one.getTitle().startsWith("Sign in")) one.close();
    });
    await expect.poll(() => windows(app)).toBe(1);
    await press("-");
    await press("-");
    await expect.poll(() => zoom(page)).toBeCloseTo(before * 0.9);
    await press("0");
    await expect.poll(() => zoom(page)).toBeCloseTo(before);
  });

  test("text fields have a menu, by the mouse and by Shift+F10; a password is only pasted", async () => {
    await app.evaluate(({ Menu }) => {
      const opened: string[][] = [];
      Object.assign(globalThis, { opened });
      Menu.prototype.popup = function popup(this: Electron.Menu) {
        opened.push(this.items.map(({ label }) => label).filter((label) => label !== ""));
      };
    });
    const opened = () =>
      app.evaluate(
        // set on the global object above, which has no type for it
        () => (globalThis as unknown as { opened: string[][] }).opened,
      );
    const all = ["Cut", "Copy", "Paste", "Select all"];
    const search = page.getByRole("searchbox");
    await search.click({ button: "right" });
    await expect.poll(opened).toEqual([all]);
    await page.keyboard.press("Shift+F10");
    await expect.poll(opened).toEqual([all, all]);
    await page.evaluate(() => (location.hash = "#/settings/security"));
    await page.getByRole("radio", { name: /and passphrase/ }).check();
    await page.getByLabel("New passphrase", { exact: true }).click({ button: "right" });
    await expect.poll(opened).toEqual([all, all, ["Paste", "Select all"]]);
  });

  /** Controls that show only a picture, and have no tooltip. */
  const nameless = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("button, a[href], [role=button]")]
        .filter((control) => {
          if (!control.checkVisibility() || control.dataset["tip"] !== undefined) return false;
          const seen = [...control.querySelectorAll<HTMLElement>("*"), control].some((part) => {
            const own = [...part.childNodes].some(
              (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== "",
            );
            const { width } = part.getBoundingClientRect();
            return own && width > 1;
          });
          return !seen;
        })
        .map((control) => control.outerHTML.slice(0, 120)),
    );

  test("every control with a picture alone has a tooltip, on every screen and in dialogs, at every width", async () => {
    const tip = page.locator(".tip");
    const more = page.getByRole("button", { name: "More for harborlights_tv" });
    for (const width of [360, 760, 1180]) {
      await page.setViewportSize({ width, height: 800 });
      for (const screen of ["accounts", "tools", "clients", "activity", "settings", "add"]) {
        await page.evaluate((to) => (location.hash = `#/${to}`), screen);
        await page.getByRole("heading", { level: 1 }).waitFor();
        expect(await nameless(), `${screen} at ${String(width)}`).toEqual([]);
      }
    }
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    expect(await nameless(), "help").toEqual([]);
    await page.keyboard.press("Escape");

    await page.evaluate(() => (location.hash = "#/accounts"));
    await more.hover();
    await expect(tip).toHaveText("More for harborlights_tv");
    await expect(tip).toBeVisible();
    const [button, over] = [await more.boundingBox(), await tip.boundingBox()];
    if (button === null || over === null) throw new Error("nothing is shown");
    expect(over.y >= button.y + button.height || over.y + over.height <= button.y).toBe(true); // it does not cover it
    await page.keyboard.press("Escape");
    await expect(tip).toBeHidden();
    await page.mouse.move(0, 0);
    await page.getByRole("button", { name: "Copy token of harborlights_tv" }).focus();
    await page.keyboard.press("Tab"); // from here on the focus is the keyboard's
    await expect(tip).toBeVisible();
    await expect(tip).toHaveText(/harborlights_tv/);
    await page.keyboard.press("Escape");
    await expect(tip).toBeHidden();
  });

  test("from 640 to 900 pixels there is a rail of icons, and the streamer switch and the pause are there at every width", async () => {
    await page.evaluate(() => (location.hash = "#/accounts"));
    for (const width of [360, 639, 640, 760, 899, 900, 1180, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      const seen = (role: "switch" | "button", name: string) =>
        page.getByRole(role, { name, exact: true }).filter({ visible: true });
      await expect(seen("switch", "Streamer mode"), String(width)).toHaveCount(1);
      await expect(
        seen("button", "Pause token access").or(seen("button", "Pause token access Ctrl L")),
        String(width),
      ).toHaveCount(1);
      const tabs = page.locator("nav.tabs");
      await (width < 640 ? expect(tabs).toBeVisible() : expect(tabs).toBeHidden());
      const side = await page.locator("header.side").boundingBox();
      if (width >= 640) expect(side?.width, String(width)).toBe(width < 900 ? 60 : 232);
      const tools = page.getByRole("link", { name: "Tools" }).filter({ visible: true });
      await expect(tools).toHaveCount(1);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
    await page.setViewportSize({ width: 760, height: 800 });
    await findsNothing(page, "rail");
    await page.getByRole("link", { name: "Tools" }).filter({ visible: true }).hover();
    await expect(page.locator(".tip")).toHaveText("Tools");
    await expect(page.locator(".tip")).toBeVisible();
    await page.getByRole("switch", { name: "Streamer mode" }).filter({ visible: true }).click();
    await expect(page.getByRole("switch", { name: "Streamer mode" }).filter({ visible: true })).toBeChecked();
    await page.getByRole("switch", { name: "Streamer mode" }).filter({ visible: true }).click();
    const settings = page.getByRole("link", { name: "Settings" }).filter({ visible: true });
    await settings.click();
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    await expect(settings).toHaveAttribute("aria-current", "page");
  });
});
