/** The settings by section: found by a search, kept over a restart, and each with the effect that it names. */
import { expect, test } from "@playwright/test";
import { findsNothing, findsNothingAsItStands, fits, hasKeyboard, tabTo } from "./support/accessible.ts";
import { showSection } from "./support/settings.ts";
import { startApp } from "../support/app.mjs";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";

let at: AppAtSandbox;
test.describe.configure({ mode: "serial" });
test.beforeAll(async () => {
  at = await startAtSandbox();
  await at.signIn(await at.register("tokenkeep-sandbox", "Bot"), "mirrelune");
});
test.afterAll(() => at.app.close());
test.beforeEach(() => test.setTimeout(90_000));

/** The colour behind the screen, as red, green and blue. */
const background = () => at.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

test("by keyboard alone: a section is chosen in the list, a setting is found by the search, and both have the focus", async () => {
  const { page } = at;
  await page.keyboard.press("Control+5");
  await tabTo(page, page.getByRole("link", { name: "Appearance" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Theme" })).toBeVisible();
  await hasKeyboard(page.getByRole("link", { name: "Appearance" }));
  await expect(page.getByRole("link", { name: "Appearance" })).toHaveAttribute("aria-current", "page");
  const search = page.getByRole("searchbox", { name: "Search settings" });
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await hasKeyboard(search);
  await page.keyboard.type("nothing like this");
  await expect(page.getByText("No settings match your search")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(search).toHaveValue("");
  await page.keyboard.type("licenses");
  await expect(page.getByRole("list", { name: "Settings found" }).getByRole("link")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await hasKeyboard(page.getByRole("heading", { name: "Licenses" }));
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Theme" })).toBeVisible();
});

test("a theme takes effect at once in every window, and after a reload", async () => {
  const { app, page } = at;
  await page.emulateMedia({ colorScheme: null }); // Playwright's own default is light
  await showSection(page, "appearance");
  await page.getByRole("radio", { name: "Light" }).check();
  await expect.poll(background).toBe("rgb(248, 249, 249)");
  await page.getByRole("radio", { name: "Dark" }).check();
  await expect.poll(background).toBe("rgb(19, 25, 27)");
  expect(await app.evaluate(({ nativeTheme }) => nativeTheme.shouldUseDarkColors)).toBe(true);
  await page.reload();
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  expect(await background()).toBe("rgb(19, 25, 27)");
  await page.getByRole("radio", { name: "System" }).check();
  await expect.poll(() => app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe("system");
});

test("a compact list shows one line per account", async () => {
  const { page } = at;
  const heightPx = async (): Promise<number> => {
    await page.keyboard.press("Control+1");
    const row = page.locator("[data-row]").first();
    await row.waitFor();
    return (await row.boundingBox())?.height ?? 0;
  };
  const comfortable = await heightPx();
  await showSection(page, "appearance");
  await page.getByRole("radio", { name: "Compact" }).check();
  expect(await heightPx()).toBeLessThan(comfortable * 0.7);
  await findsNothing(page, "a compact list");
  await fits(page, "a compact list");
  await showSection(page, "appearance");
  await page.getByRole("radio", { name: "Comfortable" }).check();
  expect(await heightPx()).toBe(comfortable);
});

test("a copied token is cleared after the time of the setting", async () => {
  const { app, page } = at;
  await showSection(page, "clipboard");
  await page.getByLabel("Clear copied tokens after").selectOption("10 seconds");
  await page.getByText("Settings saved").waitFor();
  await page.keyboard.press("Control+1");
  await page.getByRole("button", { name: "Copy token of mirrelune" }).click();
  await expect(page.getByRole("status").filter({ hasText: "10 s" })).toBeVisible();
  const copied = () => app.evaluate(({ clipboard }) => clipboard.readText());
  expect(await copied()).toMatch(/^[a-z0-9]{30}$/);
  await expect.poll(copied, { timeout: 20_000 }).toBe("");
});

test("About tells the version, and the license of every package that the build contains", async () => {
  const { app, page } = at;
  await showSection(page, "about");
  const version = await app.evaluate(({ app: main }) => main.getVersion());
  await expect(page.getByText(`Version ${version} · Electron `)).toBeVisible();
  await page.getByRole("button", { name: "Show licenses" }).click();
  const dialog = page.getByRole("dialog", { name: "Licenses" });
  for (const name of ["Tokenkeep", "svelte", "oauth4webapi", "electron-store"])
    await expect(dialog.getByText(new RegExp(`^${name} \\d`))).toBeVisible();
  await dialog.getByText(/^valibot \d/).click();
  await expect(
    dialog
      .getByRole("listitem")
      .filter({ hasText: /^valibot/ })
      .locator("pre"),
  ).toContainText("Permission is hereby granted");
  await findsNothingAsItStands(page, "licenses", "[role=dialog]");
  await page.keyboard.press("Escape");
});

test("settings that were chosen are kept over a restart", async () => {
  const { app, page, profile, runtime } = at;
  await page.evaluate(async () => {
    const state = await window.tokenkeep["state.get"]();
    if (!state.ok) throw new Error(state.failure.code);
    const { settings } = JSON.parse(state.value) as {
      settings: Parameters<(typeof window.tokenkeep)["settings.change"]>[0];
    };
    await window.tokenkeep["settings.change"]({ ...settings, theme: "dark", clearClipboardAfterSec: 60 });
  });
  await app.close();
  const again = await startApp({ profile, runtime });
  at = { ...at, ...again };
  await showSection(again.page, "clipboard");
  await expect(again.page.getByLabel("Clear copied tokens after")).toHaveValue("60");
  expect(await again.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe("dark");
});
