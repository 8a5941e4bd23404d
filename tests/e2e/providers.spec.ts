/** A provider described, a registration checked, another tool's token brought in: by keyboard, in the real app. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import { findsNothing, findsNothingAsItStands, fits, hasKeyboard, tabTo } from "./support/accessible.ts";
import { startAtSandbox } from "../support/app-at-sandbox.ts";

test("a provider, a check, and a token of another tool", async () => {
  test.setTimeout(120_000);
  const at = await startAtSandbox();
  const { page } = at;
  const bot = await at.register("tokenkeep-sandbox", "Bot");
  await at.register("nobody", "Stranger");
  const id = await at.signIn(bot, "mirrelune", ["user:read:chat"]);
  // It says what it is, as far as it goes: where tokens are ended it does not say.
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        scopes_supported: ["openid", "profile"],
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
  const press = async (name: string | RegExp) => {
    await tabTo(page, button(name).first());
    await page.keyboard.press("Enter");
  };

  await page.keyboard.press("Control+5");
  await press("Add a provider");
  const dialog = page.getByRole("dialog", { name: "Add a provider" });
  const issuerField = dialog.getByLabel("Issuer", { exact: true });
  await tabTo(page, issuerField);
  await page.keyboard.type("http://login.example.com");
  await press("Look it up");
  await expect(dialog.getByText("“Issuer” is not encrypted.")).toBeVisible();
  await hasKeyboard(issuerField);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(issuer);
  await press("Look it up");
  await expect(dialog.getByText("Found. Look over what it says, then save.")).toBeVisible();
  await expect(dialog.getByLabel("Token endpoint")).toHaveValue(`${issuer}/token`);
  await press("Save provider");
  const revocation = dialog.getByLabel("Revocation endpoint");
  await expect(dialog.getByText("“Revocation endpoint” is empty")).toBeVisible();
  await hasKeyboard(revocation);
  await findsNothingAsItStands(page, "a provider's form");
  await fits(page, "a provider's form");
  await page.keyboard.type(`${issuer}/revoke`);
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("listitem").filter({ hasText: issuer })).toContainText("Test");
  await findsNothing(page, "settings with a provider");
  await fits(page, "settings with a provider");
  server.close();

  // In the guide its scopes are its own.
  await page.evaluate((form) => window.tokenkeep["clients.save"](form), {
    provider: "local",
    name: "Local bot",
    client_id: "local-bot",
  });
  await page.keyboard.press("Control+n");
  await tabTo(page, page.getByRole("radio", { checked: true }).first());
  const ours = page.getByRole("radio", { name: /^Local bot/ });
  for (let presses = 0; presses < 9 && !(await ours.isChecked()); presses += 1)
    await page.keyboard.press("ArrowDown");
  await press("Continue");
  await expect(page.getByRole("checkbox", { name: "openid" })).toBeChecked();
  await expect(page.getByRole("checkbox", { name: "profile" })).not.toBeChecked();
  await tabTo(page, page.getByLabel("More scopes"));
  await findsNothingAsItStands(page, "scopes of a provider");
  await fits(page, "scopes of a provider");

  await page.keyboard.press("Control+3");
  await press("Check Bot");
  const good = page.getByRole("dialog", { name: "Check of Bot" });
  await expect(good.getByText("The secret is accepted.")).toBeVisible();
  await expect(good.getByText(/^Registered: /).first()).toBeVisible();
  await findsNothingAsItStands(page, "a check");
  await fits(page, "a check");
  await page.keyboard.press("Escape");
  await press("Check Stranger");
  await expect(page.getByText("The provider does not know this client ID.")).toBeVisible();
  await page.keyboard.press("Escape");
  await press("Edit Bot");
  await findsNothingAsItStands(page, "a registration's form");
  await press(/^Copy app\.tokenkeep/);
  await expect
    .poll(() => at.app.evaluate(({ clipboard }) => clipboard.readText()))
    .toBe("app.tokenkeep://callback/sandbox");
  // The form is in the page for a frame more, and the next key is not lost to it.
  await page.evaluate(async () => {
    const press = (key: string, ctrlKey = false) =>
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true }),
      );
    press("Escape");
    await Promise.resolve(); // it is closed now, and taken away by a later frame
    press("k", true);
  });
  await expect(page.getByRole("dialog", { name: "Commands" })).toBeVisible();
  await page.keyboard.press("Escape");

  await page.evaluate((of) => window.tokenkeep["signIns.copy"]({ id: of, form: "oauth" }), id);
  const token = await at.app.evaluate(({ clipboard }) => clipboard.readText());
  expect(token).toMatch(/^oauth:[a-z0-9]{30}$/);
  await page.keyboard.press("Control+k");
  await hasKeyboard(page.getByRole("dialog", { name: "Commands" }).getByRole("combobox"));
  await page.keyboard.type("import token");
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel("Provider"));
  await page.keyboard.type("Sandbox");
  await findsNothingAsItStands(page, "an import");
  await fits(page, "an import");
  await at.app.evaluate(
    ({ clipboard }, text) => clipboard.writeText(text),
    `BOT_TOKEN=${token}\nDISCORD_TOKEN=inventedtokenofdiscord00000000`,
  );
  await press("Paste from clipboard");
  const isChosen = (name: string) => page.getByRole("checkbox", { name }).isChecked();
  await expect(page.getByRole("heading", { name: "2 possible tokens found" })).toBeVisible();
  expect([await isChosen("BOT_TOKEN"), await isChosen("DISCORD_TOKEN")]).toEqual([true, false]);
  await press("Clear selection");
  await expect(page.getByRole("button", { name: /^Check 0 tokens/ })).toBeDisabled();
  await press("Select all that look like Sandbox tokens");
  expect([await isChosen("BOT_TOKEN"), await isChosen("DISCORD_TOKEN")]).toEqual([true, false]);
  await press("Discard");
  await at.app.evaluate(({ clipboard }, text) => clipboard.writeText(text), token);
  await press("Paste from clipboard");
  await expect(page.getByRole("heading", { name: "1 possible token found" })).toBeVisible();
  await expect(
    page.getByText(/^Nothing has been sent yet\. Tokenkeep will check .* with Sandbox/),
  ).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Unnamed value" })).toBeChecked();
  await findsNothingAsItStands(page, "what may be a token");
  await fits(page, "what may be a token");
  await press("Check 1 token with Sandbox");
  const found = page.getByRole("region", { name: "mirrelune" });
  await expect(found.getByText(/^Expires/)).toBeVisible();
  await findsNothingAsItStands(page, "what an import found");
  await fits(page, "what an import found");
  expect(await page.content()).not.toContain(token.slice(6));
  await press("Import token");
  await expect(page.getByRole("heading", { level: 1, name: "mirrelune" })).toBeVisible();
  await expect(page.getByText(/^Another tool's token, /)).toBeVisible();
  await at.close();
});
