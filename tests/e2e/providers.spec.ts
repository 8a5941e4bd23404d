/** Describing a provider, checking a registration and importing another tool's token, by keyboard in the real app. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import { findsNothing, findsNothingAsItStands, fits, hasKeyboard, tabTo } from "./support/accessible.ts";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";

let at: AppAtSandbox;
test.afterEach(() => at.close());

/** Tabs to the button and presses it by the keyboard. */
async function press(name: string | RegExp, role: "button" | "link" = "button"): Promise<void> {
  await tabTo(at.page, at.page.getByRole(role, { name, exact: true }).first());
  await at.page.keyboard.press("Enter");
}
const readClipboard = (): Promise<string> => at.app.evaluate(({ clipboard }) => clipboard.readText());
const writeClipboard = (text: string) =>
  at.app.evaluate(({ clipboard }, wanted) => clipboard.writeText(wanted), text);
/** The screen breaks none of axe's rules in the theme that is shown, and is as wide as the window. */
async function isFitAndAccessible(where: string): Promise<void> {
  await findsNothingAsItStands(at.page, where);
  await fits(at.page, where);
}

/** A server that describes itself by OpenID Connect Discovery, without its revocation endpoint. */
async function startDiscovery() {
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
  return { issuer, close: () => server.close() };
}

async function describeProvider(): Promise<void> {
  const { page } = at;
  const discovery = await startDiscovery();
  const { issuer } = discovery;
  await page.keyboard.press("Control+5");
  await press("Providers", "link");
  await press("Add provider");
  const dialog = page.getByRole("dialog", { name: "Add provider" });
  const issuerField = dialog.getByLabel("Issuer", { exact: true });
  await tabTo(page, issuerField);
  await page.keyboard.type("http://login.example.com");
  await press("Discover");
  await expect(dialog.getByText("Issuer isn't encrypted.")).toBeVisible();
  await hasKeyboard(issuerField);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(issuer);
  await press("Discover");
  await expect(dialog.getByText("Settings found. Review, then save.")).toBeVisible();
  await expect(dialog.getByLabel("Token endpoint")).toHaveValue(`${issuer}/token`);
  await press("Save provider");
  const revocation = dialog.getByLabel("Revocation endpoint");
  await expect(dialog.getByText("Revocation endpoint is required")).toBeVisible();
  await hasKeyboard(revocation);
  await isFitAndAccessible("a provider's form");
  await page.keyboard.type(`${issuer}/revoke`);
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("listitem").filter({ hasText: issuer })).toContainText("Test");
  await findsNothing(page, "settings with a provider");
  await fits(page, "settings with a provider");
  discovery.close();
}

/** In the guide the described provider offers its own scopes. */
async function chooseItsScopes(): Promise<void> {
  const { page } = at;
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
  await isFitAndAccessible("scopes of a provider");
}

async function checkRegistrations(): Promise<void> {
  const { page } = at;
  await page.keyboard.press("Control+3");
  await press("Check Bot");
  const good = page.getByRole("dialog", { name: "Bot: check results" });
  await expect(good.getByText("Client secret valid")).toBeVisible();
  await expect(good.getByText(/^Redirect URL registered: /).first()).toBeVisible();
  await isFitAndAccessible("a check");
  await page.keyboard.press("Escape");
  await press("Check Stranger");
  await expect(page.getByText("Sandbox doesn't recognize the client ID")).toBeVisible();
  await page.keyboard.press("Escape");
}

async function copyRedirectUri(): Promise<void> {
  const { page } = at;
  await press("Edit Bot");
  await findsNothingAsItStands(page, "a registration's form");
  await press(/^Copy app\.tokenkeep/);
  await expect.poll(readClipboard).toBe("app.tokenkeep://callback/sandbox");
  // The closed form stays in the page for a frame more, and must not swallow the next key.
  await page.evaluate(async () => {
    const pressKey = (key: string, ctrlKey = false) =>
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true }),
      );
    pressKey("Escape");
    await Promise.resolve();
    pressKey("k", true);
  });
  await expect(page.getByRole("dialog", { name: "Commands" })).toBeVisible();
  await page.keyboard.press("Escape");
}

/** Of two possible tokens the one of the chosen provider is checked by default. `token`: with its prefix `oauth:`. */
async function chooseAmongTokens(token: string): Promise<void> {
  const { page } = at;
  await writeClipboard(`BOT_TOKEN=${token}\nDISCORD_TOKEN=inventedtokenofdiscord00000000`);
  await press("Paste from clipboard");
  const isChosen = (name: string) => page.getByRole("checkbox", { name }).isChecked();
  await expect(page.getByRole("heading", { name: "2 possible tokens found" })).toBeVisible();
  expect([await isChosen("BOT_TOKEN"), await isChosen("DISCORD_TOKEN")]).toEqual([true, false]);
  await press("Clear selection");
  await expect(page.getByRole("button", { name: /^Check 0 tokens/ })).toBeDisabled();
  await press("Select all that look like Sandbox tokens");
  expect([await isChosen("BOT_TOKEN"), await isChosen("DISCORD_TOKEN")]).toEqual([true, false]);
  await press("Discard");
}

async function importToken(token: string): Promise<void> {
  const { page } = at;
  await writeClipboard(token);
  await press("Paste from clipboard");
  await expect(page.getByRole("heading", { name: "1 possible token found" })).toBeVisible();
  await expect(
    page.getByText(/^Nothing has been sent yet\. Tokenkeep will check .* with Sandbox/),
  ).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Unnamed value" })).toBeChecked();
  await isFitAndAccessible("what may be a token");
  await press("Check 1 token with Sandbox");
  const found = page.getByRole("region", { name: "mirrelune" });
  await expect(found.getByText(/^Expires/)).toBeVisible();
  await isFitAndAccessible("what an import found");
  expect(await page.content()).not.toContain(token.slice("oauth:".length));
  await press("Import token");
  await expect(page.getByRole("heading", { level: 1, name: "mirrelune" })).toBeVisible();
  await expect(page.getByText(/^Imported token, /)).toBeVisible();
}

test("by keyboard alone: describe a provider, check a registration, import another tool's token", async () => {
  test.setTimeout(120_000);
  at = await startAtSandbox();
  const { page } = at;
  const bot = await at.register("tokenkeep-sandbox", "Bot");
  await at.register("nobody", "Stranger");
  const id = await at.signIn(bot, "mirrelune", ["user:read:chat"]);
  await describeProvider();
  await chooseItsScopes();
  await checkRegistrations();
  await copyRedirectUri();

  await page.evaluate((of) => window.tokenkeep["signIns.copy"]({ id: of, form: "oauth" }), id);
  const token = await readClipboard();
  expect(token).toMatch(/^oauth:[a-z0-9]{30}$/);
  await page.keyboard.press("Control+k");
  await hasKeyboard(page.getByRole("dialog", { name: "Commands" }).getByRole("combobox"));
  await page.keyboard.type("import token");
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel("Provider"));
  await page.keyboard.type("Sandbox");
  await isFitAndAccessible("an import");
  await chooseAmongTokens(token);
  await importToken(token);
});
