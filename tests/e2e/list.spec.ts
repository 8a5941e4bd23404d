/** The list with hundreds of accounts, by keyboard alone: find, select, act on many at once, and come back. */
import { expect, test, type ElectronApplication, type Page } from "@playwright/test";
import { findsNothing, findsNothingAsItStands, fits, hasKeyboard, tabTo } from "./support/accessible.ts";
import { startApp } from "../support/app.mjs";
import { seededProfile } from "../bench/seeded.mjs";
import { startCrowdServer } from "../support/crowd-server.mjs";

/** More rows than the list measures at once. */
const COUNT = 700;
const LIFE_MS = 14_124_000;
let server: Awaited<ReturnType<typeof startCrowdServer>>;
let app: ElectronApplication;
let page: Page;
test.beforeEach(async () => {
  test.setTimeout(120_000);
  server = await startCrowdServer({ lifeMs: LIFE_MS });
  const { profile } = await seededProfile(COUNT, server, { lifeMs: LIFE_MS });
  ({ app, page } = await startApp({ profile }));
  await page.locator("[data-row]").first().waitFor();
});
test.afterEach(async () => {
  await app.close();
  await server.close();
});

const row = (name: string) => page.getByRole("row", { name: new RegExp(`^${name} |Select ${name} `) });
const toast = (words: string) => page.getByRole("status").filter({ hasText: words });
const press = async (...keys: readonly string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const atTheList = () => tabTo(page, page.locator('[data-row][tabindex="0"]'));

test("the keyboard reaches every row, although only a few are drawn", async () => {
  await atTheList();
  await press("End");
  await hasKeyboard(row("user_700"));
  expect(await page.locator("[data-row]").count()).toBeLessThan(60);
  await press("ArrowUp", "PageUp");
  await hasKeyboard(row("user_689"));
  // The focused row is scrolled out of sight; an arrow key brings it back.
  await page.mouse.move(700, 500);
  for (let turn = 0; turn < 30; turn += 1) await page.mouse.wheel(0, -2_000);
  await expect(row("user_1")).toBeVisible();
  await press("ArrowDown");
  await hasKeyboard(row("user_690"));
  await press("Enter");
  await expect(page.getByRole("heading", { name: "user_690" })).toBeVisible();
  await page.goBack();
  await hasKeyboard(row("user_690"));
  await press("Home");
  await hasKeyboard(row("user_1"));

  // A later focus elsewhere is not taken back.
  // Two keys before the next frame: the second applies to the row that the first leads to.
  await page.evaluate(() => {
    for (const key of ["End", "Enter"])
      document.activeElement?.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
      );
  });
  await expect(page.getByRole("heading", { name: "user_700" })).toBeVisible();
  await page.evaluate(() => {
    new MutationObserver((_, observer) => {
      const search = document.querySelector<HTMLElement>("[type=search]");
      search?.focus();
      if (search) observer.disconnect();
    }).observe(document.body, { childList: true, subtree: true });
    history.back();
  });
  await hasKeyboard(page.getByRole("searchbox"));
  await page.waitForTimeout(1_500);
  await hasKeyboard(page.getByRole("searchbox"));
  await findsNothing(page, "a long list");
  await fits(page, "a long list");
});

test("search words, filters and sorting find an account", async () => {
  const found = () => page.locator("[data-row]").count();
  await press("/");
  await page.keyboard.type("USER_12 read:chat");
  await expect.poll(found).toBe(11);
  await page.keyboard.type(" nothing");
  await expect(page.getByText("No results for")).toBeVisible();
  await findsNothing(page, "nothing is found");
  await press("/", "Escape");
  await expect.poll(found).toBeGreaterThan(11);
  await page.keyboard.type("user_699");
  await press("ArrowDown");
  await hasKeyboard(row("user_699"));
  await press("/", "Enter");
  await expect(page.getByRole("heading", { level: 1, name: "user_699" })).toBeVisible();
  await page.goBack();
  await press("/", "Escape");
  await expect.poll(found).toBeGreaterThan(11);
  await tabTo(page, page.getByRole("button", { name: "More filters" }));
  await press("Enter");
  await tabTo(page, page.getByLabel("Sort by"));
  // Typed letter by letter, because the search waits for a pause between letters.
  await press("l");
  await expect(page.getByLabel("Sort by")).toHaveValue("checked");
  await tabTo(page, page.getByLabel("Scope"));
  await press("u");
  await expect(page.getByLabel("Scope")).toHaveValue("user:read:chat");
  await press("u");
  await expect(page.getByLabel("Scope")).toHaveValue("user:write:chat");
  await expect(page.getByRole("status").filter({ hasText: `${String(COUNT)} results` })).toBeAttached();
  await findsNothingAsItStands(page, "the filters");
});

test("a bulk action asks about the selected rows alone, can be stopped, and leaves the other rows as they are", async () => {
  await atTheList();
  await press(" ", "Shift+ArrowDown", "Shift+ArrowDown", "ArrowDown");
  await expect(page.getByRole("toolbar").getByText("3 selected")).toBeVisible();
  await expect(row("user_3")).toHaveAttribute("aria-selected", "true");
  await expect(row("user_4")).toHaveAttribute("aria-selected", "false");
  await findsNothing(page, "some are chosen");
  await fits(page, "some are chosen");

  // A change that moves no row does not rebuild the list, and is shown all the same.
  await tabTo(page, page.getByRole("button", { name: "Check", exact: true }));
  await press("Enter");
  await expect(toast("3 accounts checked")).toBeVisible();
  await expect(row("user_3")).toContainText("Checked just now");

  await atTheList();
  const before = server.counts.refresh;
  await tabTo(page, page.getByRole("button", { name: "Refresh", exact: true }));
  await press("Enter");
  await expect(toast("3 tokens refreshed")).toBeVisible();
  expect(server.counts.refresh - before).toBe(3);

  await atTheList();
  await press("Control+a");
  await expect(page.getByRole("toolbar").getByText(`${String(COUNT)} selected`)).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Refresh", exact: true }));
  await press("Enter");
  await expect(
    page.getByRole("group").getByText(new RegExp(`^Refreshing… \\d+ of ${String(COUNT)}$`)),
  ).toBeVisible();
  await findsNothingAsItStands(page, "many are refreshed");
  await tabTo(page, page.getByRole("button", { name: "Stop" }));
  await press("Enter");
  await expect(toast("Stopped after")).toBeVisible();
  expect(server.counts.refresh - before).toBeLessThan(COUNT - 50);
  await atTheList();
  await press("Escape");
  await expect(page.getByRole("toolbar")).toHaveCount(0);
});

test("revoking many accounts asks first, with the safe answer focused, and names the accounts that failed", async () => {
  await atTheList();
  await press(" ", "Shift+ArrowDown");
  await tabTo(page, page.getByRole("button", { name: "Revoke…" }));
  await press("Enter");
  const question = page.getByRole("alertdialog", { name: "Revoke the tokens of 2 accounts?" });
  await hasKeyboard(question.getByRole("button", { name: "Cancel" }));
  await findsNothingAsItStands(page, "the question");
  await press("Enter");
  await expect(question).toHaveCount(0);
  await expect(page.getByRole("toolbar").getByText("2 selected")).toBeVisible();

  await server.close(); // no server answers from now on
  await tabTo(page, page.getByRole("button", { name: "Check", exact: true }));
  await press("Enter");
  const failures = page.getByRole("region", { name: "2 of 2 failed" });
  await expect(failures).toContainText("user_1, user_2");
  await expect(failures).toContainText("Can't reach");
  await findsNothing(page, "some came to nothing");
  await tabTo(page, failures.getByRole("button", { name: "Dismiss" }));
  await press("Enter");
  await expect(failures).toHaveCount(0);
  await hasKeyboard(page.locator("main"));
});
