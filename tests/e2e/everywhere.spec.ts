/** What every screen offers: the palette, the shortcuts, the activity; by keyboard alone. */
import { expect, test } from "@playwright/test";
import { findsNothing, findsNothingAsItStands, fits, hasKeyboard, tabTo } from "./support/accessible.ts";
import { showSection } from "./support/settings.ts";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";

let at: AppAtSandbox;
test.beforeEach(async () => {
  test.setTimeout(120_000);
  at = await startAtSandbox();
  const bot = await at.register("tokenkeep-sandbox", "Bot");
  await at.signIn(bot, "harborlights_tv");
  await at.signIn(bot, "mirrelune");
  await at.page.getByRole("link", { name: "Accounts" }).first().click();
});
test.afterEach(() => at.close());

const title = (name: string) => at.page.getByRole("heading", { level: 1, name });

const press = async (...keys: readonly string[]) => {
  for (const key of keys) await at.page.keyboard.press(key);
};
async function go(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await tabTo(at.page, at.page.getByRole("button", { name, exact: true }).first());
    await press("Enter");
  }
}
const toast = (words: string) => at.page.getByRole("status").filter({ hasText: words });
/** The focused element; "BODY": the focus is lost. */
const keyboardAt = () => at.page.evaluate(() => document.activeElement?.tagName);

test("the palette finds accounts and commands, and runs them", async () => {
  const { page } = at;
  const palette = page.getByRole("dialog", { name: "Commands" });
  const chosen = palette.getByRole("option", { selected: true });
  const openPalette = async () => {
    await page.keyboard.press("Control+k");
    await hasKeyboard(palette.getByRole("combobox"));
  };
  await openPalette();
  await findsNothing(page, "the palette");
  await fits(page, "the palette");
  await page.keyboard.type("copy HARBOR");
  await expect(chosen).toHaveText("Copy token of harborlights_tv");
  await page.keyboard.press("Enter");
  await expect(palette).toHaveCount(0);
  await expect(page.getByText(/Copied\./)).toBeVisible();

  await openPalette();
  await page.keyboard.type("mirre");
  await page.keyboard.press("ArrowDown");
  await expect(chosen).toHaveText("Open mirrelune");
  await page.keyboard.press("ArrowUp");
  await expect(chosen).toHaveText("Copy token of mirrelune");
  await press("ArrowUp", "ArrowDown"); // wraps around to the last one and back
  await expect(chosen).toHaveText("Copy token of mirrelune");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(title("mirrelune")).toBeVisible();

  await openPalette();
  await page.keyboard.type("no such thing");
  await expect(palette.getByText("No results")).toBeVisible();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(palette).toHaveCount(0);
  await expect(title("mirrelune")).toBeVisible();

  await openPalette();
  await page.keyboard.type("pause");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Paused" })).toBeVisible();
});

test("shortcuts lead to every screen, except while a field is typed into", async () => {
  const { page } = at;
  for (const [key, name] of [
    ["2", "Tools"],
    ["3", "Apps"],
    ["4", "Activity"],
    ["5", "Settings"],
    ["n", "Add an account"],
    ["1", "Accounts"],
  ] as const) {
    await page.keyboard.press(`Control+${key}`);
    await expect(title(name)).toBeVisible();
  }
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(sheet.getByText("Go to Settings")).toBeVisible();
  await findsNothing(page, "the keys");
  await fits(page, "the keys");
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
  await page.keyboard.press("Control+5"); // while the sheet is open this shortcut does nothing
  await expect(title("Settings")).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(sheet).toHaveCount(0);

  await page.keyboard.press("/");
  await page.keyboard.type("mirre?");
  await expect(sheet).toHaveCount(0);
  await expect(page.getByRole("searchbox")).toHaveValue("mirre?");
});

test("the activity shows what happened to each account, and what failed", async () => {
  const { page } = at;
  const [id = ""] = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("[data-row]")].map(({ dataset }) => dataset["row"] ?? ""),
  );
  await at.admin("disconnect", { user_id: "700000001" });
  await page.evaluate((of) => window.tokenkeep["signIns.validate"](of), id);
  await page.keyboard.press("Control+4");
  const today = page.getByRole("region", { name: /^(?:Today|Yesterday)$/ }); // midnight may pass
  await expect(today.getByRole("listitem").filter({ hasText: "mirrelune" })).toContainText("Signed in");
  await findsNothing(page, "activity");
  await fits(page, "activity");
  await tabTo(page, page.getByRole("button", { name: "Errors" }));
  await page.keyboard.press("Enter");
  await expect(today.getByRole("listitem")).toHaveCount(1);
  await expect(today).toContainText("harborlights_tv couldn't be refreshed");
  await tabTo(page, today.getByRole("link", { name: "harborlights_tv" }));
  await page.keyboard.press("Enter");
  await expect(title("harborlights_tv")).toBeVisible();
  await page.goBack();
  await page.getByRole("searchbox").fill("nobody");
  await expect(page.getByText("No matching activity")).toBeVisible();
});

test("an account's screen shows what each of its scopes permits", async () => {
  const { page } = at;
  await page.getByRole("link", { name: "mirrelune" }).click();
  const opens = page.getByRole("region", { name: "API access" });
  const summary = opens.locator("summary").first();
  await tabTo(page, summary);
  await page.keyboard.press("Enter");
  await expect(opens.getByText(/EventSub, v1|\/helix\//).first()).toBeVisible();
  await findsNothingAsItStands(page, "what scopes open");
  await fits(page, "what scopes open");
});

test("an alias typed for one account is not saved for another", async () => {
  const { page } = at;
  const alias = page.getByLabel("Nickname");
  await page.getByRole("link", { name: "harborlights_tv" }).click();
  await alias.fill("For the harbour");
  await press("Control+k");
  await page.keyboard.type("open mirre");
  await press("Enter");
  await expect(title("mirrelune")).toBeVisible();
  await expect(alias).toHaveValue("");
  await tabTo(page, alias);
  await page.keyboard.type("The moon");
  await press("Tab", "Enter"); // the button, which saves no change then
  await expect(title("mirrelune The moon")).toBeVisible();
  await expect.poll(keyboardAt).toBe("SECTION");
});

test("content that failed to load says why, and can be loaded again", async () => {
  const { app, page } = at;
  await app.evaluate(({ ipcMain }) => {
    for (const name of ["activity.list", "signIns.history", "signIns.opens"]) {
      ipcMain.removeHandler(name);
      let calls = 0;
      ipcMain.handle(name, () =>
        (calls += 1) === 1 ? { ok: false, failure: { code: "storage_failing" } } : { ok: true, value: [] },
      );
    }
  });
  const why = page.getByText("Couldn't save to disk.");
  await press("Control+4");
  await expect(why).toBeVisible();
  await findsNothingAsItStands(page, "what did not come"); // drawing the screen again would load again
  await go("Try again");
  await expect(page.getByText("No activity yet")).toBeVisible();
  await expect.poll(keyboardAt).toBe("MAIN");
  await press("Control+1");
  await page.getByRole("link", { name: "mirrelune" }).click();
  await expect(why).toHaveCount(2);
  await go("Try again", "Try again");
  await expect(why).toHaveCount(0);
});

test("when the focused element disappears, the focus moves to the element nearest to it", async () => {
  const { page } = at;
  await press("Control+n");
  await expect(title("Add an account")).toBeVisible();
  await go("Continue");
  await hasKeyboard(page.getByRole("heading", { level: 2, name: "Choose permissions" }));
  await go("Back");
  await hasKeyboard(page.getByRole("heading", { level: 2, name: "Which app do you want to use?" }));

  await press("Control+l"); // without a passphrase this pauses, and locks nothing
  await go("Resume token access");
  await expect(page.getByRole("region", { name: "Paused" })).toHaveCount(0);
  await expect.poll(keyboardAt).toBe("MAIN");
  await go("Dismiss");
  await expect(page.getByRole("button", { name: "Dismiss" })).toHaveCount(0);
  await expect.poll(keyboardAt).toBe("MAIN");

  await press("Control+5");
  await showSection(page, "security");
  const alone = page.getByRole("radio", { name: /Passphrase only/ });
  await tabTo(page, page.getByRole("radio", { checked: true }).first());
  await alone.press(" ");
  await go("Cancel");
  await hasKeyboard(page.getByRole("region", { name: "Unlock with" }));
});

test("a removal is undone by a key, and the offer stays while it has the focus", async () => {
  const { page } = at;
  const row = page.getByRole("row", { name: /mirrelune/ });
  await page.getByRole("link", { name: "mirrelune" }).click();
  await go("Revoke…", "Revoke token");
  await expect(toast("Token revoked")).toBeVisible();
  const remove = async () => {
    await page.getByRole("link", { name: "mirrelune" }).click();
    await go("Remove…", "Remove account");
    await expect(toast("mirrelune removed")).toBeVisible();
  };
  await press("Control+1");
  await remove();
  await press("/", "Control+z"); // the field's own undo
  await expect(row).toHaveCount(0);
  await press("Tab", "Control+z");
  await expect(toast("mirrelune restored")).toBeVisible();
  await expect(row).toBeVisible();

  await remove();
  await press("Control+k");
  await page.keyboard.type("undo removal");
  await press("Enter");
  await expect(row).toBeVisible();

  // The focused notice stays longer than an unfocused one does.
  await tabTo(page, page.getByRole("button", { name: "Dismiss" }));
  await page.waitForTimeout(7_000);
  await expect(toast("mirrelune restored")).toBeVisible();
});

test("text typed right after the palette's or a menu's shortcut goes into the palette or menu", async () => {
  const { page } = at;
  await press("Control+1");
  /** The focused element at the next moment when a key can arrive. */
  const roleAfter = (key: string, ctrlKey = false) =>
    page.evaluate(
      async (init) => {
        document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true }));
        await new Promise((resolve) => setTimeout(resolve));
        return document.activeElement?.getAttribute("role");
      },
      { key, ctrlKey },
    );
  const more = page.getByRole("button", { name: "More for mirrelune" });
  await more.click();
  await page.getByRole("menu").waitFor();
  await press("Escape");
  await hasKeyboard(more);
  expect(await roleAfter("ArrowDown")).toBe("menuitem");
  await press("Escape");
  await hasKeyboard(more);
  expect(await roleAfter("k", true)).toBe("combobox");
});
