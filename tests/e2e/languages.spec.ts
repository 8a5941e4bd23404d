/**
 * Every screen and dialog in other languages. In the pretended one (text/pseudo.ts) what is not translated shows by
 * having no mark, and what has no room for 40 % more is cut off; in German each is judged by axe's rules.
 */
import { expect, test } from "@playwright/test";
import { de } from "../../text/de.ts";
import { en } from "../../text/en.ts";
import { pseudo } from "../../text/pseudo.ts";
import { createWords, type Translate } from "../../text/words.ts";
import { findsNothingAsItStands, hasKeyboard, tabTo } from "./support/accessible.ts";
import { providerPage, signInAtProvider } from "../support/app.mjs";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";
import { askToPair } from "./support/asking-tool.ts";
import { cutOff, speak, unmarked, type Look } from "./support/languages.ts";

let at: AppAtSandbox;
test.beforeEach(async () => {
  test.setTimeout(400_000);
  at = await startAtSandbox();
});
test.afterEach(() => at.close());

const PASSPHRASE = "a lantern by the harbour";

/** Through all of the window; `t` has the words that are on it. */
async function walk(on: AppAtSandbox, t: Translate, look: Look): Promise<void> {
  const { app, page } = on;
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const title = (name: string) => page.getByRole("heading", { name, exact: true }).first().waitFor();
  async function go(to: string, heading: string): Promise<void> {
    await page.evaluate((hash) => (location.hash = hash), `#/${to}`);
    await title(heading);
  }
  const leave = async (): Promise<void> => {
    await page.keyboard.press("Escape");
    await expect(page.locator("[role=dialog], [role=alertdialog], [role=menu]")).toHaveCount(0);
  };

  await button(t("empty.sandboxStart")).waitFor();
  await look(page, "empty");
  const bot = await on.register("tokenkeep-sandbox", "Bot");
  await go("add", t("add.title"));
  await page.getByRole("radio", { name: t("add.another") }).check();
  await look(page, "guide: new client");
  const chooseScopes = async (): Promise<void> => {
    await button(t("app.forward")).click();
    await page.getByRole("radio", { name: t("add.presets.choose.name") }).check();
    await page.getByRole("checkbox").first().check();
  };
  await on.register("sandbox-public", "Bot 2");
  await page.getByRole("radio", { name: /^Bot 2/ }).check();
  await page.getByRole("radio", { name: t("flows.device_code.name") }).check();
  await look(page, "guide: flow");
  await chooseScopes();
  await button(t("device.start")).click();
  await page.locator("[data-code]").waitFor();
  await look(page, "by a code");
  await button(t("app.cancel")).click();
  await go("add", t("add.title"));
  await page.getByRole("radio", { name: /^Bot(?! 2)/ }).check();
  await look(page, "guide: client");
  await chooseScopes();
  await look(page, "guide: scopes");
  await app.evaluate(({ shell }) => (shell.openExternal = () => Promise.resolve()));
  await page.getByRole("radio", { name: t("browser.way") }).check();
  await look(page, "guide: way");
  await button(t("browser.start")).click();
  await button(t("browser.again")).waitFor();
  await look(page, "in the browser");
  await button(t("app.cancel")).click();
  await go("add", t("add.title"));
  await page.getByRole("radio", { name: /^Bot(?! 2)/ }).check();
  await chooseScopes();
  await button(t("add.signIn")).click();
  await button(t("signIn.showWindow")).waitFor();
  await look(page, "waiting");
  await signInAtProvider(app, "mirrelune");
  await button(t("signIn.keep")).waitFor();
  await look(page, "confirm");
  await button(t("signIn.keep")).click();
  const second = await on.signIn(bot, "harborlights_tv");
  await page.evaluate((id) => window.tokenkeep["signIns.revoke"](id), second);
  await page.getByText(t("status.revoked"), { exact: true }).first().waitFor();
  await page.locator("[aria-controls=more-filters]").click();
  await page.getByRole("checkbox").first().check();
  await look(page, "accounts");
  await button(t("list.clear")).click();
  await button(t("accounts.more", { name: "mirrelune" })).click();
  await page.getByRole("menu").waitFor();
  await look(page, "menu");
  await page.getByRole("menuitem", { name: t("actions.remove"), exact: true }).click();
  await page.getByRole("alertdialog").waitFor();
  await look(page, "question");
  await leave();
  await page.getByRole("link", { name: "mirrelune" }).click();
  await title(t("history.title"));
  await page.locator("details summary").first().click();
  await look(page, "account");
  await page.goBack();
  await page.getByRole("link", { name: "harborlights_tv" }).click();
  await title(t("history.title"));
  await look(page, "revoked account");
  await go("tools", t("tools.title"));
  await button(t("tools.add")).click();
  await page.getByRole("dialog").waitFor();
  await page.getByRole("radio", { name: t("tools.only") }).check();
  await button(t("tools.create")).click();
  await look(page, "new tool");
  await leave();
  await go("clients", t("clients.title"));
  await look(page, "clients");
  await button(t("clients.add")).click();
  await page.getByRole("dialog").waitFor();
  await button(t("clients.save")).click();
  await look(page, "new client");
  await leave();
  await button(t("check.of", { name: "Bot" })).click();
  await page.getByText(t("check.good.client_secret")).waitFor();
  await look(page, "a check");
  await leave();
  await go("imports", t("imports.title"));
  await look(page, "another tool's token");
  await go("activity", t("activity.title"));
  await look(page, "activity");
  for (const [keys, where] of [
    ["Control+k", "palette"],
    ["?", "keys"],
  ] as const) {
    await page.keyboard.press(keys);
    await page.getByRole("dialog").waitFor();
    await look(page, where);
    await leave();
  }
  await go("settings", t("settings.title"));
  await button(t("settings.run")).click();
  await page.locator("dl.facts").waitFor();
  await look(page, "settings");
  for (const way of ["export", "import"] as const) {
    await button(t(`settings.${way}`)).click();
    await page.getByRole("dialog").waitFor();
    await look(page, way);
    await leave();
  }
  await button(t("providers.add")).click();
  await page.getByRole("dialog").waitFor();
  await button(t("providers.save")).click();
  await page.getByRole("alert").waitFor();
  await look(page, "new provider");
  await leave();
  await page.keyboard.press("Control+l");
  await page.getByRole("region", { name: t("app.paused") }).waitFor();
  await look(page, "paused");
  await page.keyboard.press("Control+l");
  const sealed = await page.evaluate(
    (secret) => window.tokenkeep["vault.reseal"]({ keychain: true, passphrase: { new: secret } }),
    PASSPHRASE,
  );
  expect(sealed.ok).toBe(true);
  await page.getByRole("radio", { name: t("settings.vault.text") }).waitFor();
  await look(page, "settings with a passphrase");
  await page.evaluate(() => window.tokenkeep["vault.lock"]("vault"));
  await title(t("vault.lockedTitle"));
  await page.getByLabel(t("vault.passphrase")).fill("not that one");
  await button(t("vault.unlock")).click();
  await page.getByRole("alert").waitFor();
  await look(page, "locked");
  await button(t("vault.startOver")).click();
  await page.getByRole("alertdialog").waitFor();
  await look(page, "begin anew");
}

/** What the other walk does not come by: what failed or is gone, what asks first, what a tool or a provider adds. */
async function walkOn(on: AppAtSandbox, t: Translate, look: Look): Promise<void> {
  const { app, page } = on;
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const title = (name: string) => page.getByRole("heading", { name, exact: true }).first().waitFor();
  async function go(to: string, heading: string): Promise<void> {
    await page.evaluate((hash) => (location.hash = hash), `#/${to}`);
    await title(heading);
  }
  const over = page.locator("[role=dialog], [role=alertdialog], [role=menu]");
  /** What a button opens, which is left again. */
  async function asks(name: string, where: string): Promise<void> {
    await button(name).click();
    await over.waitFor();
    await look(page, where);
    await page.keyboard.press("Escape");
    await expect(over).toHaveCount(0);
  }

  const bot = await on.register("tokenkeep-sandbox", "Bot");
  await go("signIn/none", t("signIn.gone"));
  await look(page, "a sign-in that is over");
  await go("account/none", t("account.gone"));
  await look(page, "an account that is gone");
  await go("pairing", t("pairing.gone"));
  await look(page, "no tool waits");

  const id = await on.signIn(bot, "mirrelune");
  await on.signIn(bot, "harborlights_tv");
  const started = await page.evaluate(
    (client) => window.tokenkeep["authorization.start"]({ client, scopes: [] }),
    bot,
  );
  if (!started.ok) throw new Error(started.failure.code);
  await go(`signIn/${started.value.id}`, t("signIn.waiting", { provider: "Sandbox" }));
  const provider = await providerPage(app);
  await provider.getByRole("button", { name: "Sign in as lanternbot" }).click();
  await provider.getByRole("button", { name: "Cancel" }).click();
  await title(t("signIn.failed"));
  await look(page, "a sign-in that failed");
  await go("accounts", t("accounts.title"));
  await page.getByRole("region", { name: t("accounts.waitingFailed", { provider: "Sandbox" }) }).waitFor();
  await look(page, "a sign-in that failed, in the list");
  await page.evaluate((open) => window.tokenkeep["authorization.cancel"](open), started.value.id);
  await tabTo(page, page.locator('[data-row][tabindex="0"]'));
  await page.keyboard.press("Control+a");
  await asks(t("list.revoke"), "revoke many");
  await page.keyboard.press("Escape"); // none is chosen any more

  await go(`account/${id}`, t("history.title"));
  await asks(t("actions.copyMore"), "menu");
  await asks(t("actions.revoke"), "revoke one");
  await go(`renew/${id}`, t("renew.title", { login: "mirrelune" }));
  await page.getByRole("searchbox").fill("channel:read:polls");
  await page.getByRole("checkbox").first().check();
  await look(page, "sign in again");

  for (const name of ["Nightcue", "Pushy"]) {
    const tool = await askToPair(on.runtime, {
      name,
      developer: "Nordmole",
      reason: "Show chat",
      scopes: ["user:read:chat"],
    });
    await go("pairing", t("pairing.title", { name }));
    await page.getByRole("checkbox", { name: /^mirrelune/ }).check();
    if (name === "Nightcue") await look(page, "a tool asks");
    await button(t(name === "Nightcue" ? "pairing.allow" : "pairing.denyForGood")).click();
    await title(t("tools.title"));
    if (name === "Pushy") tool.leave();
  }
  await page.getByText(t("tools.details"), { exact: true }).click();
  await title(t("tools.deniedTitle"));
  await look(page, "a tool, and one that was refused");
  await asks(t("tools.removeOf", { name: "Nightcue" }), "take a key back");

  await go("clients", t("clients.title"));
  await asks(t("clients.editOf", { name: "Bot" }), "change a client");
  await asks(t("clients.removeOf", { name: "Bot" }), "remove a client");

  const form = {
    id: "local",
    name: "Local",
    issuer: "https://login.example.com",
    authorization_endpoint: "https://login.example.com/auth",
    token_endpoint: "https://login.example.com/token",
    revocation_endpoint: "https://login.example.com/revoke",
    userinfo_endpoint: "https://login.example.com/userinfo",
    jwks_uri: "",
    device_authorization_endpoint: "",
    console_url: "",
    scope: "openid profile",
    embedded: true,
  };
  const added = await page.evaluate(async (given) => {
    const api = window.tokenkeep;
    await api["providers.save"]({ form: given, change: false });
    return api["clients.save"]({ provider: "local", name: "Local bot", client_id: "local-bot" });
  }, form);
  expect(added.ok).toBe(true);
  await go("settings", t("settings.title"));
  await asks(t("providers.editOf", { name: "Local" }), "change a provider");
  await asks(t("providers.removeOf", { name: "Local" }), "remove a provider");
  await go("add", t("add.title"));
  await page.getByRole("radio", { name: /^Local bot/ }).check();
  await button(t("app.forward")).click();
  await page.getByLabel(t("providers.moreScopes")).waitFor();
  await look(page, "scopes of a provider");

  await page.evaluate((of) => window.tokenkeep["signIns.copy"]({ id: of, form: "oauth" }), id);
  await go("imports", t("imports.title"));
  await page.getByLabel(t("imports.provider")).selectOption("sandbox");
  await button(t("imports.paste")).click();
  await page.getByRole("heading", { name: t("imports.found", { count: 1 }) }).waitFor();
  await look(page, "what may be another tool's token");
  await button(t("imports.check", { count: 1, provider: "Sandbox" })).click();
  await page.getByRole("region", { name: "mirrelune" }).waitFor();
  await look(page, "what another tool's token is");
}

const WALKS = { "the first way": walk, "the other way": walkOn };
const german = createWords("de", de);
const english = createWords("en", en);
for (const [way, goes] of Object.entries(WALKS)) {
  test(`nothing is left untranslated, and nothing is cut off where words are longer: ${way}`, async () => {
    const { page } = at;
    await page.evaluate(() => localStorage.setItem("language", "pseudo"));
    await page.reload();
    await goes(at, createWords("en", pseudo), async (on, where) => {
      await unmarked(on, where);
      await cutOff(on, where);
    });
  });

  test(`every screen is accessible in German, in both themes, and fits: ${way}`, async () => {
    await speak(at.page, "de");
    await goes(at, german, async (on, where) => {
      // A menu lies outside the landmarks.
      await findsNothingAsItStands(on, where, where === "menu" ? "[role=menu]" : "html");
      await cutOff(on, where);
    });
  });
}

test("the language is switched in the settings by keyboard, at once, and is there after a restart", async () => {
  const { page } = at;
  const choice = page.locator("#language-choice");
  await page.keyboard.press("Control+5");
  await page.getByRole("heading", { name: english("settings.languageTitle") }).waitFor();
  await tabTo(page, choice);
  await page.keyboard.press("End"); // Deutsch
  await page.getByRole("heading", { name: german("settings.title"), exact: true }).waitFor();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await hasKeyboard(choice);
  await page.reload();
  await page.getByRole("heading", { name: german("settings.title"), exact: true }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
  await speak(page, "en");
  await page.getByRole("heading", { name: english("settings.title"), exact: true }).waitFor();
});
