/** A tool connects to the real app: the user compares a number and decides, by keyboard alone. */
import { expect, test } from "@playwright/test";
import { fits, findsNothing, findsNothingAsItStands, hasKeyboard, tabTo } from "./support/accessible.ts";
import { addSandboxAccount, startApp } from "../support/app.mjs";
import { askToPair } from "./support/asking-tool.ts";

test("a paired tool gets a token until its key is taken back, and a denied tool gets none", async () => {
  test.setTimeout(120_000);
  const running = await startApp();
  const { app, page, runtime } = running;
  page.setDefaultTimeout(20_000);
  try {
    await addSandboxAccount(app, page, "mirrelune");
    const asks = async (name: string) => {
      const tool = await askToPair(runtime, {
        name,
        developer: "Nordmole",
        reason: "Show chat",
        scopes: ["user:read:chat"],
      });
      expect(tool.code).toMatch(/^\d{6}$/);
      return tool;
    };

    const tool = await asks("Nightcue");
    const look = page.getByRole("link", { name: "Review" });
    await look.waitFor();
    await findsNothing(page, "a tool waits");
    await tabTo(page, look);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Nightcue wants to connect" }).waitFor();
    await expect(page.locator(".code .sr")).toHaveText(` ${[...tool.code].join(" ")}`);
    await findsNothing(page, "the question");
    await fits(page, "the question");
    const account = page.getByRole("checkbox", { name: /^mirrelune/ });
    await tabTo(page, account);
    if (!(await account.isChecked())) await page.keyboard.press("Space");
    await expect(account).toBeChecked();
    await tabTo(page, page.getByRole("button", { name: "Allow", exact: true }));
    await page.keyboard.press("Enter");
    expect((await tool.next())["result"]).toMatchObject({
      lifetime: "lock",
      key: expect.any(String),
    });
    tool.send(2, "token.get");
    expect((await tool.next())["result"]).toMatchObject({ login: "mirrelune" });

    const edit = page.getByRole("button", { name: "Edit access for Nightcue" });
    await edit.waitFor();
    await findsNothing(page, "a tool");
    await fits(page, "a tool");
    await tabTo(page, edit);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Edit access for Nightcue" }).waitFor();
    await findsNothingAsItStands(page, "the access of a tool");
    const back = page.getByRole("button", { name: "Remove access…" });
    await tabTo(page, back);
    await page.keyboard.press("Enter");
    await page.getByRole("alertdialog").waitFor();
    await findsNothingAsItStands(page, "removing access");
    await tabTo(page, page.getByRole("alertdialog").getByRole("button").last());
    await page.keyboard.press("Enter");
    expect(await tool.next()).toMatchObject({ method: "grant.revoked" });
    expect(await tool.next()).toBeNull();

    const other = await asks("Pushy");
    await look.waitFor();
    await tabTo(page, look);
    await page.keyboard.press("Enter");
    const deny = page.getByRole("button", { name: "Deny", exact: true });
    await tabTo(page, deny);
    await hasKeyboard(deny);
    await page.keyboard.press("Enter");
    expect((await other.next())["error"]).toMatchObject({ data: { code: "grant_denied" } });
  } finally {
    await app.close();
  }
});
