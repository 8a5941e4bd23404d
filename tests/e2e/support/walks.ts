/**
 * Two walks that together show every screen and dialog of the window, in whatever language it speaks. Each stop is
 * handed to `look`, which judges what is on the screen then.
 */
import { expect, type Locator } from "@playwright/test";
import type { Translate } from "../../../text/words.ts";
import { providerPage, signInAtProvider } from "../../support/app.mjs";
import type { AppAtSandbox } from "../../support/app-at-sandbox.ts";
import { tabTo } from "./accessible.ts";
import { askToPair } from "./asking-tool.ts";
import type { Look } from "./languages.ts";

const PASSPHRASE = "a lantern by the harbour";

interface Walker {
  readonly on: AppAtSandbox;
  /** The words that the window shows. */
  readonly t: Translate;
  /** Judges what is shown now; `where` names it in a failure. */
  readonly look: (where: string) => Promise<void>;
  readonly button: (name: string) => Locator;
  /** Resolves when a heading of this name is shown. */
  readonly title: (name: string) => Promise<void>;
  /** Opens a screen by its address. */
  readonly go: (to: string, heading: string) => Promise<void>;
  /** Closes the dialog or menu that is open. */
  readonly leave: () => Promise<void>;
  /** Opens a dialog or menu by its button, judges it, and closes it. */
  readonly opens: (buttonName: string, where: string) => Promise<void>;
}

function createWalker(on: AppAtSandbox, t: Translate, look: Look): Walker {
  const { page } = on;
  const overlay = page.locator("[role=dialog], [role=alertdialog], [role=menu]");
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const title = (name: string) => page.getByRole("heading", { name, exact: true }).first().waitFor();
  async function leave(): Promise<void> {
    await page.keyboard.press("Escape");
    // A dialog with input asks first.
    const discard = button(t("discard.go"));
    await expect
      .poll(async () => (await overlay.count()) === 0 || (await discard.isVisible()), "it closes or asks")
      .toBe(true);
    if (await discard.isVisible()) await discard.click();
    await expect(overlay).toHaveCount(0);
  }
  return {
    on,
    t,
    look: (where) => look(page, where),
    button,
    title,
    async go(to, heading) {
      await page.evaluate((hash) => (location.hash = hash), `#/${to}`);
      await title(heading);
    },
    leave,
    async opens(buttonName, where) {
      await button(buttonName).click();
      await overlay.waitFor();
      await look(page, where);
      await leave();
    },
  };
}

/** From the guide's scopes on: one scope is chosen. */
async function chooseScope({ on: { page }, t, button }: Walker): Promise<void> {
  await button(t("app.forward")).click();
  await page.getByRole("radio", { name: t("add.presets.choose.name") }).check();
  await page.getByRole("checkbox").first().check();
}

/** The guide's steps, and a sign-in by each user agent. */
async function signInEachWay(walker: Walker): Promise<void> {
  const { on, t, look, button, go } = walker;
  const { app, page } = on;
  await go("add", t("add.title"));
  await page.getByRole("radio", { name: t("add.another") }).check();
  await look("guide: new client");
  await on.register("sandbox-public", "Bot 2");
  await page.getByRole("radio", { name: /^Bot 2/ }).check();
  await page.getByRole("radio", { name: t("flows.device_code.name") }).check();
  await look("guide: flow");
  await chooseScope(walker);
  await button(t("device.start")).click();
  await page.locator("[data-code]").waitFor();
  await look("by a code");
  await button(t("app.cancel")).click();

  await go("add", t("add.title"));
  await page.getByRole("radio", { name: /^Bot(?! 2)/ }).check();
  await look("guide: client");
  await chooseScope(walker);
  await look("guide: scopes");
  await app.evaluate(({ shell }) => (shell.openExternal = () => Promise.resolve()));
  await page.getByRole("radio", { name: t("browser.way") }).check();
  await look("guide: way");
  await button(t("browser.start")).click();
  await button(t("browser.again")).waitFor();
  await look("in the browser");
  await button(t("app.cancel")).click();

  await go("add", t("add.title"));
  await page.getByRole("radio", { name: /^Bot(?! 2)/ }).check();
  await chooseScope(walker);
  await button(t("add.signIn")).click();
  await button(t("signIn.showWindow")).waitFor();
  await look("waiting");
  await signInAtProvider(app, "mirrelune");
  await button(t("signIn.keep")).waitFor();
  await look("confirm");
  await button(t("signIn.keep")).click();
}

/** The list, and a sign-in that works beside one that is revoked. `bot`: the registration to sign in with. */
async function lookAtAccounts({ on, t, look, button, title, leave }: Walker, bot: string): Promise<void> {
  const { page } = on;
  const second = await on.signIn(bot, "harborlights_tv");
  await page.evaluate((id) => window.tokenkeep["signIns.revoke"](id), second);
  await page.getByText(t("status.revoked"), { exact: true }).first().waitFor();
  await page.locator("[aria-controls=more-filters]").click();
  await page.getByRole("checkbox").first().check();
  await look("accounts");
  await button(t("list.clear")).click();
  await button(t("accounts.more", { name: "mirrelune" })).click();
  await page.getByRole("menu").waitFor();
  await look("menu");
  await page.getByRole("menuitem", { name: t("actions.remove"), exact: true }).click();
  await page.getByRole("alertdialog").waitFor();
  await look("question");
  await leave();
  await page.getByRole("link", { name: "mirrelune" }).click();
  await title(t("history.title"));
  await page.locator("details summary").first().click();
  await look("account");
  await page.goBack();
  await page.getByRole("link", { name: "harborlights_tv" }).click();
  await title(t("history.title"));
  await look("revoked account");
}

/** Tools, registrations, imports, activity, and the dialogs that a key opens. */
async function lookAtScreens({ on, t, look, button, go, leave }: Walker): Promise<void> {
  const { page } = on;
  await go("tools", t("tools.title"));
  await button(t("tools.add")).click();
  await page.getByRole("dialog").waitFor();
  await page.getByRole("radio", { name: t("tools.only") }).check();
  await button(t("tools.create")).click();
  await look("new tool");
  await leave();
  await go("clients", t("clients.title"));
  await look("clients");
  await button(t("clients.add")).click();
  await page.getByRole("dialog").waitFor();
  await button(t("clients.save")).click();
  await look("new client");
  await leave();
  await button(t("check.of", { name: "Bot" })).click();
  await page.getByText(t("check.good.client_secret")).waitFor();
  await look("a check");
  await leave();
  await go("imports", t("imports.title"));
  await look("another tool's token");
  await go("activity", t("activity.title"));
  await look("activity");
  for (const [keys, where] of [
    ["Control+k", "palette"],
    ["?", "keys"],
  ] as const) {
    await page.keyboard.press(keys);
    await page.getByRole("dialog").waitFor();
    await look(where);
    await leave();
  }
}

/** The settings and their forms, the pause, and the locked vault. */
async function lookAtVault({ on, t, look, button, title, go, leave, opens }: Walker): Promise<void> {
  const { page } = on;
  for (const section of ["general", "appearance", "security", "clipboard", "streamer"] as const) {
    await go(`settings/${section}`, t("settings.title"));
    await look(`settings: ${section}`);
  }
  await go("settings/diagnostics", t("settings.doctorTitle"));
  await button(t("settings.run")).click();
  await page.locator("dl.facts").waitFor();
  await look("settings: diagnostics");
  await go("settings/about", t("settings.about.updates"));
  await look("settings: about");
  await opens(t("settings.about.licencesOpen"), "licenses");
  await page.getByRole("searchbox").fill(t("settings.exportTitle"));
  await page.getByRole("list", { name: t("settings.results") }).waitFor();
  await look("settings: search");
  await go("settings/move", t("settings.moveTitle"));
  for (const name of ["export", "import"] as const) await opens(t(`settings.${name}`), name);
  await go("settings/providers", t("providers.title"));
  await button(t("providers.add")).click();
  await page.getByRole("dialog").waitFor();
  await button(t("providers.save")).click();
  await page.getByRole("alert").waitFor();
  await look("new provider");
  await leave();
  await page.keyboard.press("Control+l");
  await page.getByRole("region", { name: t("app.paused") }).waitFor();
  await look("paused");
  await page.keyboard.press("Control+l");
  const sealed = await page.evaluate(
    (secret) => window.tokenkeep["vault.reseal"]({ keychain: true, passphrase: { new: secret } }),
    PASSPHRASE,
  );
  expect(sealed.ok).toBe(true);
  await go("settings/security", t("settings.awayTitle"));
  await page.getByRole("radio", { name: t("settings.vault.text") }).waitFor();
  await look("settings with a passphrase");
  await page.evaluate(() => window.tokenkeep["vault.lock"]("vault"));
  await title(t("vault.lockedTitle"));
  await page.getByLabel(t("vault.passphrase"), { exact: true }).fill("not that one");
  await button(t("vault.unlock")).click();
  await page.getByRole("alert").waitFor();
  await look("locked");
  await button(t("vault.startOver")).click();
  await page.getByRole("alertdialog").waitFor();
  await look("begin anew");
}

/** From the empty window to the locked vault: what a user meets in the first days. */
export async function walkOrdinaryScreens(on: AppAtSandbox, t: Translate, look: Look): Promise<void> {
  const walker = createWalker(on, t, look);
  await walker.button(t("empty.sandboxStart")).waitFor();
  await walker.look("empty");
  const bot = await on.register("tokenkeep-sandbox", "Bot");
  await signInEachWay(walker);
  await lookAtAccounts(walker, bot);
  await lookAtScreens(walker);
  await lookAtVault(walker);
}

/** A sign-in that the user declines at the provider. `bot`: the registration to sign in with. */
async function lookAtFailedSignIn({ on, t, look, title, go }: Walker, bot: string): Promise<void> {
  const { app, page } = on;
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
  await look("a sign-in that failed");
  await go("accounts", t("accounts.title"));
  await page.getByRole("region", { name: t("accounts.waitingFailed", { provider: "Sandbox" }) }).waitFor();
  await look("a sign-in that failed, in the list");
  await page.evaluate((open) => window.tokenkeep["authorization.cancel"](open), started.value.id);
}

/** Two tools ask to connect: one is allowed, the other one is refused for good. */
async function lookAtPairing({ on, t, look, button, title, go, opens }: Walker): Promise<void> {
  const { page } = on;
  for (const name of ["Nightcue", "Pushy"]) {
    const tool = await askToPair(on.runtime, {
      name,
      developer: "Nordmole",
      reason: "Show chat",
      scopes: ["user:read:chat"],
    });
    await go("pairing", t("pairing.title", { name }));
    await page.getByRole("checkbox", { name: /^mirrelune/ }).check();
    if (name === "Nightcue") await look("a tool asks");
    await button(t(name === "Nightcue" ? "pairing.allow" : "pairing.denyForGood")).click();
    await title(t("tools.title"));
    if (name === "Pushy") tool.leave();
  }
  await title(t("tools.deniedTitle"));
  await look("a tool, and one that was refused");
  await opens(t("tools.editOf", { name: "Nightcue" }), "edit the access of a tool");
  const more = button(t("tools.more", { name: "Nightcue" }));
  await more.click();
  await page.getByRole("menuitem", { name: t("tools.code") }).click();
  await page.getByRole("dialog").waitFor();
  await look("the code of a tool");
  await page.keyboard.press("Escape");
  await more.click();
  await page.getByRole("menuitem", { name: t("tools.remove") }).click();
  await page.getByRole("alertdialog").waitFor();
  await look("remove the access of a tool");
  await page.keyboard.press("Escape");
}

const LOCAL_PROVIDER = {
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

/** A provider that the user described, its registration and its scopes. */
async function lookAtCustomProvider({ on, t, look, button, go, opens }: Walker): Promise<void> {
  const { page } = on;
  const added = await page.evaluate(async (form) => {
    const api = window.tokenkeep;
    await api["providers.save"]({ form, change: false });
    return api["clients.save"]({ provider: "local", name: "Local bot", client_id: "local-bot" });
  }, LOCAL_PROVIDER);
  expect(added.ok).toBe(true);
  await go("settings/providers", t("providers.title"));
  await opens(t("providers.editOf", { name: "Local" }), "change a provider");
  await opens(t("providers.removeOf", { name: "Local" }), "remove a provider");
  await go("add", t("add.title"));
  await page.getByRole("radio", { name: /^Local bot/ }).check();
  await button(t("app.forward")).click();
  await page.getByLabel(t("providers.moreScopes")).waitFor();
  await look("scopes of a provider");
}

/** A token of another tool, pasted from the clipboard: that of `signIn`. */
async function lookAtImport({ on, t, look, button, go }: Walker, signIn: string): Promise<void> {
  const { page } = on;
  await page.evaluate((id) => window.tokenkeep["signIns.copy"]({ id, form: "oauth" }), signIn);
  await go("imports", t("imports.title"));
  await page.getByLabel(t("imports.provider")).selectOption("sandbox");
  await button(t("imports.paste")).click();
  await page.getByRole("heading", { name: t("imports.found", { count: 1 }) }).waitFor();
  await look("what may be another tool's token");
  await button(t("imports.check", { count: 1, provider: "Sandbox" })).click();
  await page.getByRole("region", { name: "mirrelune" }).waitFor();
  await look("what another tool's token is");
}

/** What the ordinary walk does not meet: what failed or is gone, what asks first, what a tool or a provider adds. */
export async function walkRareScreens(on: AppAtSandbox, t: Translate, look: Look): Promise<void> {
  const walker = createWalker(on, t, look);
  const { page } = on;
  const { go, opens } = walker;
  const bot = await on.register("tokenkeep-sandbox", "Bot");
  for (const [to, heading, where] of [
    ["signIn/none", t("signIn.gone"), "a sign-in that is over"],
    ["account/none", t("account.gone"), "an account that is gone"],
    ["pairing", t("pairing.gone"), "no tool waits"],
  ] as const) {
    await go(to, heading);
    await walker.look(where);
  }
  const signIn = await on.signIn(bot, "mirrelune");
  await on.signIn(bot, "harborlights_tv");
  await lookAtFailedSignIn(walker, bot);
  await tabTo(page, page.locator('[data-row][tabindex="0"]'));
  await page.keyboard.press("Control+a");
  await opens(t("list.revoke"), "revoke many");
  await page.keyboard.press("Escape"); // no row is chosen any more

  await go(`account/${signIn}`, t("history.title"));
  await opens(t("actions.copyMore"), "menu");
  await opens(t("actions.revoke"), "revoke one");
  await go(`renew/${signIn}`, t("renew.title", { login: "mirrelune" }));
  await page.getByRole("radio", { name: t("renew.choices.choose.name") }).check();
  await page.getByRole("searchbox").fill("channel:read:polls");
  await page.getByRole("checkbox").first().check();
  await walker.look("sign in again");

  await lookAtPairing(walker);
  await go("clients", t("clients.title"));
  await opens(t("clients.editOf", { name: "Bot" }), "change a client");
  await opens(t("clients.removeOf", { name: "Bot" }), "remove a client");
  await lookAtCustomProvider(walker);
  await lookAtImport(walker, signIn);
}
