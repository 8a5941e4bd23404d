/** The list of accounts at home: its order, its heads, its menu, notes, pins, pictures and the removal of many. */
import { expect, test, type ElectronApplication, type Page } from "@playwright/test";
import { findsNothing, findsNothingAsItStands, fits, hasKeyboard } from "./support/accessible.ts";
import { showSection } from "./support/settings.ts";
import { addSandboxAccount, startApp } from "../support/app.mjs";
import { seededProfile } from "../bench/seeded.mjs";
import { startCrowdServer } from "../support/crowd-server.mjs";

const row = (page: Page, name: string) =>
  page.getByRole("row", { name: new RegExp(`^${name} |Select ${name} `) });
const resize = (page: Page, width: number, height = 800) => page.setViewportSize({ width, height });
const streamer = (page: Page, on: boolean) =>
  page.evaluate(
    async (mode) => {
      const answer = await window.tokenkeep["state.get"]();
      if (!answer.ok) throw new Error("no state");
      const { settings } = JSON.parse(answer.value) as { settings: object };
      await window.tokenkeep["settings.change"]({ ...settings, streamer: mode } as never);
    },
    on ? "on" : "off",
  );
/** The logins of the drawn rows, from top to bottom. */
const order = (page: Page) =>
  page.locator("[data-row]").evaluateAll((rows) =>
    rows
      .map((one) => ({
        at: Number(one.getAttribute("aria-rowindex")),
        name: (one.querySelector(".name")?.firstChild?.textContent ?? "").trim(),
      }))
      .sort((a, b) => a.at - b.at)
      .map(({ name }) => name),
  );

test.describe("with many accounts", () => {
  let server: Awaited<ReturnType<typeof startCrowdServer>>;
  let app: ElectronApplication;
  let page: Page;
  test.beforeAll(async () => {
    test.setTimeout(120_000);
    server = await startCrowdServer({ lifeMs: 14_124_000 });
    const { profile } = await seededProfile(30, server, { lifeMs: 14_124_000 });
    ({ app, page } = await startApp({ profile }));
    await page.locator("[data-row]").first().waitFor();
  });
  test.afterAll(async () => {
    await app.close();
    await server.close();
  });

  test("names are in natural order, and the heads of the columns sort each group", async () => {
    expect((await order(page)).slice(0, 11)).toEqual(
      Array.from({ length: 11 }, (_, at) => `user_${String(at + 1)}`),
    );
    const head = page.getByRole("columnheader", { name: "Account", exact: true });
    await expect(head).toHaveAttribute("aria-sort", "ascending");
    await head.getByRole("button").click();
    await expect(head).toHaveAttribute("aria-sort", "descending");
    await expect.poll(async () => (await order(page))[0]).toBe("user_30");
    await page.getByRole("columnheader", { name: "Expires" }).getByRole("button").click();
    await expect(page.getByRole("columnheader", { name: "Expires" })).toHaveAttribute(
      "aria-sort",
      "ascending",
    );
    await expect(head).toHaveAttribute("aria-sort", "none");
    // A window that is loaded again remembers the order.
    await page.reload();
    await expect(page.getByRole("columnheader", { name: "Expires" })).toHaveAttribute(
      "aria-sort",
      "ascending",
    );
    await page.getByRole("columnheader", { name: "Account", exact: true }).getByRole("button").click();
    await expect.poll(async () => (await order(page))[0]).toBe("user_1");
    await findsNothing(page, "the heads of the list");
  });

  test("a pinned account stands first, and a note is found by the search and hidden in streamer mode", async () => {
    await row(page, "user_7").focus();
    await page.keyboard.press("p");
    await expect.poll(async () => (await order(page))[0]).toBe("user_7");
    await expect(row(page, "user_7").getByRole("img", { name: "Pinned" })).toBeVisible();

    await resize(page, 1440, 850);
    const inspector = page.getByRole("complementary", { name: "Selected account" });
    await row(page, "user_9").focus();
    await expect(inspector).toContainText("user_9");
    await inspector.getByRole("button", { name: "Add note" }).click();
    await page.keyboard.type("Owned by the harbour team");
    await page.keyboard.press("Control+Enter");
    await expect(inspector).toContainText("Owned by the harbour team");
    await findsNothingAsItStands(page, "the inspector");
    await fits(page, "the inspector");
    await page.getByRole("searchbox").fill("harbour");
    await expect.poll(() => order(page)).toEqual(["user_9"]);
    await page.getByRole("searchbox").fill("");

    await streamer(page, true);
    await expect(inspector).toContainText("Hidden in streamer mode");
    expect(await page.content()).not.toContain("harbour team");
    await streamer(page, false);
    await resize(page, 1180);
    await expect(inspector).toHaveCount(0);
  });

  test("the context menu of a row opens by the pointer and by Shift+F10, and the focus comes back", async () => {
    const menu = page.getByRole("menu", { name: "More for user_3" });
    await row(page, "user_3").click({ button: "right", position: { x: 300, y: 20 } });
    await expect(menu.getByRole("menuitem", { name: "Pin" })).toBeVisible();
    await findsNothingAsItStands(page, "the context menu", "[role=menu]");
    await page.keyboard.press("Escape");
    await expect(menu).toHaveCount(0);
    await hasKeyboard(row(page, "user_3"));
    await page.keyboard.press("Shift+F10");
    await hasKeyboard(menu.getByRole("menuitem").first());
    await page.keyboard.press("Escape");
    await hasKeyboard(row(page, "user_3"));
    await page.keyboard.press("ContextMenu");
    await expect(menu).toBeVisible();
    await page.keyboard.press("Escape");
  });

  test("all accounts are selected by the head, and many are removed after one question, which can be undone", async () => {
    const all = page.getByRole("checkbox", { name: "Select all 30 accounts" });
    await all.check();
    await expect(page.getByRole("toolbar").getByText("30 selected")).toBeVisible();
    await row(page, "user_5").getByRole("checkbox").uncheck();
    await expect(all).toHaveJSProperty("indeterminate", true);
    await page.keyboard.press("Escape");
    await row(page, "user_7").focus();
    await page.keyboard.press("Escape");
    await row(page, "user_7").getByRole("checkbox").check();
    await row(page, "user_9").getByRole("checkbox").check();
    await row(page, "user_9").focus();
    await page.keyboard.press("Delete");
    const question = page.getByRole("alertdialog", { name: "Remove 2 accounts from this computer?" });
    await question.getByRole("button", { name: "Remove 2 accounts" }).click();
    await expect(row(page, "user_9")).toHaveCount(0);
    await expect(row(page, "user_7")).toHaveCount(0);
    await page.getByRole("button", { name: "Undo" }).click();
    // Their tokens were revoked, so they are at the end of the list, with pin and note.
    await page.getByRole("searchbox").fill("harbour");
    await expect(row(page, "user_9")).toContainText("Revoked");
    await page.getByRole("searchbox").fill("user_7");
    await expect(row(page, "user_7").getByRole("img", { name: "Pinned" })).toBeVisible();
    await page.getByRole("searchbox").fill("");
    await row(page, "user_1").focus();
    await page.keyboard.press("Delete");
    await expect(page.getByRole("alertdialog", { name: "Remove user_1 from this computer?" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(row(page, "user_1")).toBeVisible();
  });
});

test("pictures are shown when they are wanted, by the window's own scheme, and not in streamer mode", async () => {
  const { app, page } = await startApp();
  await addSandboxAccount(app, page, "harborlights_tv");
  await page.locator("[data-row]").first().waitFor();
  await expect(page.locator("[data-row] img")).toHaveCount(0);
  const id = await page.locator("[data-row]").first().getAttribute("data-row");
  const status = () =>
    page.evaluate(async (of) => {
      const loaded = new Image();
      loaded.src = `/picture/${String(of)}?${String(Math.random())}`;
      return loaded.decode().then(
        () => "shown",
        () => "none",
      );
    }, id);
  expect(await status()).toBe("none");

  await showSection(page, "appearance");
  await page.getByRole("checkbox", { name: "Show account pictures" }).check();
  await page.getByRole("link", { name: "Accounts" }).first().click();
  const picture = page.locator("[data-row] img");
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(64);
  await expect(picture).toHaveAttribute("src", `/picture/${String(id)}`);
  await findsNothing(page, "a list with pictures");
  await streamer(page, true);
  await expect(picture).toHaveCount(0);
  expect(await status()).toBe("none");
  await app.close();
});
