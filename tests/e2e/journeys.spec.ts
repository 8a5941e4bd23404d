/** Every action on an account, from finding it to removing it, by keyboard alone, also in the provider's pages. */
import { expect, test } from "@playwright/test";
import { hasKeyboard, tabTo } from "./support/accessible.ts";
import { copied, providerPage, readClipboard } from "../support/app.mjs";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";

const PASSPHRASE = "a lantern by the harbour";
let at: AppAtSandbox;
test.beforeEach(async () => {
  test.setTimeout(180_000);
  at = await startAtSandbox();
  const bot = await at.register("tokenkeep-sandbox", "Bot");
  await at.signIn(bot, "harborlights_tv");
  await at.signIn(bot, "mirrelune");
  await at.page.keyboard.press("Control+1");
});
test.afterEach(() => at.close());

const row = (login: string) => at.page.getByRole("row", { name: new RegExp(login) });
const toast = (words: RegExp | string) => at.page.getByRole("status").filter({ hasText: words });
const press = async (...keys: readonly string[]) => {
  for (const key of keys) await at.page.keyboard.press(key);
};
const button = (name: string | RegExp) => at.page.getByRole("button", { name });
async function go(...names: readonly (string | RegExp)[]): Promise<void> {
  for (const name of names) {
    await tabTo(at.page, button(name).first());
    await press("Enter");
  }
}
/** Finds the account by its name, and opens it. */
async function open(login: string): Promise<void> {
  await press("Control+1");
  await at.page.getByRole("searchbox").waitFor();
  await press("/");
  await at.page.keyboard.press("Control+a");
  await at.page.keyboard.type(login);
  await expect(at.page.locator("[data-row]")).toHaveCount(1);
  await tabTo(at.page, row(login));
  await press("Enter");
  await expect(at.page.getByRole("heading", { level: 1, name: login })).toBeVisible();
}
/** Signs in through the provider's pages in the sign-in window. */
async function atProvider(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const page = await providerPage(at.app);
    const wanted = page.getByRole("button", { name });
    await wanted.waitFor();
    await tabTo(page, wanted);
    // The page may close before the key is released.
    await page.keyboard.press("Enter").catch((cause: unknown) => {
      if (!page.isClosed()) throw cause;
    });
  }
}

test("by keyboard alone: find an account, copy its token, validate and refresh it", async () => {
  await open("mirrelune");
  await go("Check");
  await expect(toast("Token for mirrelune is valid")).toBeVisible();
  await go("Copy token");
  await expect(toast(/Copied\./)).toBeVisible();
  const before = await copied(/^[a-z0-9]{30}$/);
  await go("More copy formats");
  await hasKeyboard(at.page.getByRole("menuitem").first());
  await press("ArrowDown");
  await hasKeyboard(at.page.getByRole("menuitem", { name: ".env variables" }));
  await press("ArrowUp");
  await hasKeyboard(at.page.getByRole("menuitem", { name: "Authorization header" }));
  await press("Enter");
  await expect.poll(readClipboard).toBe(`Bearer ${before}`);
  await go("Refresh");
  await expect(toast("Token refreshed for mirrelune")).toBeVisible();
  // In the list the key C copies, and one Tab leads to the row's menu.
  await press("Control+1");
  await tabTo(at.page, row("mirrelune"));
  await press("c");
  expect(await copied(/^[a-z0-9]{30}$/)).not.toBe(before);
  await go("More for mirrelune");
  await hasKeyboard(at.page.getByRole("menuitem", { name: "Token" }));
  await press("Escape");
  await expect(at.page.getByRole("menu")).toHaveCount(0);
});

test("by keyboard alone: sign in again, revoke, remove, undo", async () => {
  await open("mirrelune");
  await tabTo(at.page, at.page.getByRole("link", { name: "Change permissions…" }));
  await press("Enter");
  await tabTo(at.page, at.page.getByRole("radio", { name: /^Same permissions/ }));
  await press("ArrowDown"); // to the choice one by one
  await tabTo(at.page, at.page.getByRole("searchbox")); // beyond the search field every scope is one Tab stop
  await at.page.keyboard.type("user:read:email");
  await go(/^Sign in again$/);
  await atProvider("Sign in as mirrelune", "Authorize");
  await hasKeyboard(at.page.getByRole("heading", { name: "You signed in as mirrelune" }));
  await go("Replace sign-in");
  await expect(toast("Sign-in for mirrelune replaced")).toBeVisible();

  await open("mirrelune");
  await go("Revoke…");
  await hasKeyboard(button("Cancel"));
  await go("Revoke token");
  await expect(toast("Token revoked for mirrelune")).toBeVisible();
  await expect(at.page.getByText("Revoked").first()).toBeVisible();

  await go("Remove…", "Remove account");
  await expect(row("mirrelune")).toHaveCount(0);
  await go("Undo");
  await expect(toast("mirrelune restored")).toBeVisible();
  await expect(row("mirrelune")).toBeVisible();

  await open("harborlights_tv");
  await go("Remove…");
  await hasKeyboard(button("Cancel"));
  await press("Escape");
  await expect(at.page.getByRole("alertdialog")).toHaveCount(0);
  await hasKeyboard(button("Remove…"));
  await go("Remove…", "Remove account");
  await expect(toast("harborlights_tv removed")).toBeVisible();
  await at.page.getByRole("searchbox").waitFor();
  await press("/", "Control+a", "Delete");
  await expect(row("harborlights_tv")).toHaveCount(0);
  await expect(row("mirrelune")).toBeVisible();
});

test("after locking and unlocking by keyboard the same screen is shown", async () => {
  await at.page.evaluate(
    (passphrase) => window.tokenkeep["vault.reseal"]({ keychain: true, passphrase: { new: passphrase } }),
    PASSPHRASE,
  );
  await open("mirrelune");
  await press("Control+l");
  await expect(at.page.getByRole("heading", { name: "Locked" })).toBeVisible();
  await press("Control+k");
  await expect(at.page.getByRole("dialog")).toHaveCount(0);
  await hasKeyboard(at.page.getByLabel("Passphrase", { exact: true }));
  await at.page.keyboard.type("not it");
  await press("Enter");
  await expect(at.page.getByText("Incorrect passphrase.")).toBeVisible();
  await press("Control+a");
  await at.page.keyboard.type(PASSPHRASE);
  await press("Enter");
  await expect(at.page.getByRole("heading", { level: 1, name: "mirrelune" })).toBeVisible();
});
