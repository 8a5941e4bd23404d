/** From the first registration to "You signed in as …". */
import { chromium, type Page } from "playwright-core";
import { isRoot, providerPage } from "../support/app.mjs";
import type { AppAtSandbox } from "../support/app-at-sandbox.ts";
import {
  FIRST,
  button,
  title,
  go,
  escape,
  clientId,
  startSignIn,
  startInBrowser,
  until,
  type Shot,
} from "./steps.ts";

/** The provider's page in the user's browser. */
let tab: Page | undefined;

/** A screen's form as it opens, and as it refuses to be saved empty. `address`: of the screen. */
const formShots = (form: {
  readonly name: string;
  readonly screen: string;
  readonly address: string;
  readonly opener: string;
  readonly save: string;
  readonly refusal: string;
}): readonly Shot<AppAtSandbox>[] => [
  {
    name: form.name,
    screen: form.screen,
    state: "form",
    async show({ page }) {
      await go(page, form.address, form.screen);
      await button(page, form.opener);
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: `${form.name}-refused`,
    screen: form.screen,
    state: "form, refused",
    async show({ page }) {
      await button(page, form.save);
      await page.getByText(form.refusal).waitFor();
    },
  },
];

export const ADDING: readonly Shot<AppAtSandbox>[] = [
  {
    name: "add-guide",
    screen: "Add account",
    state: "guide to an app",
    show: ({ page }) => go(page, "add", "Add your Twitch account"),
  },
  {
    name: "add-guide-unchecked",
    screen: "Add account",
    state: "client ID not checked",
    async show({ page }) {
      await page.getByRole("textbox", { name: "Client ID" }).fill("k3x9a2m4p8q1zt6v0c5rj7n2e8w7ub");
      await page.getByRole("region", { name: "Client ID not checked" }).waitFor();
    },
  },
  {
    name: "add-client",
    screen: "Add account",
    state: "which app",
    async show({ page }) {
      await page.evaluate(() => window.tokenkeep["sandbox.start"]());
      await page.getByRole("radio", { name: /^Sandbox/ }).waitFor();
    },
  },
  {
    name: "add-scopes",
    screen: "Add account",
    state: "which scopes",
    async show({ page }) {
      await page.getByRole("radio", { name: /^Sandbox/ }).check();
      await button(page, "Continue");
    },
  },
  {
    name: "add-scopes-chosen",
    screen: "Add account",
    state: "one by one",
    async show({ page }) {
      await page.getByRole("radio", { name: /Custom/ }).check();
      await page.getByRole("checkbox").first().check();
    },
  },
  {
    name: "add-way",
    screen: "Add account",
    state: "in the browser",
    async show({ page }) {
      await page.getByRole("radio").first().check();
      await page.getByRole("radio", { name: /^In my browser/ }).check();
      await page.getByRole("button", { name: "Open in browser" }).waitFor();
    },
  },
  ...formShots({
    name: "client-form",
    screen: "Apps",
    address: "clients",
    opener: "Add app",
    save: "Save app",
    refusal: "Enter a name.",
  }),
  {
    name: "client-checked",
    screen: "Apps",
    state: "checked",
    async show(at) {
      const { page } = at;
      await escape(page);
      await at.register("tokenkeep-sandbox", "Checked");
      await button(page, "Check Checked");
      await page.getByText("Client secret valid").waitFor();
    },
  },
  {
    name: "client-check-wrong",
    screen: "Apps",
    state: "checked, wrong",
    async show(at) {
      const { page } = at;
      await escape(page);
      await at.register("nobody", "Stranger");
      await button(page, "Check Stranger");
      await page.getByText("This client ID isn't registered.").waitFor();
    },
  },
  {
    name: "provider-form",
    screen: "Settings",
    state: "a provider, refused",
    async show({ page }) {
      await escape(page);
      for (const name of ["Checked", "Stranger"])
        await page.evaluate((of) => window.tokenkeep["clients.remove"](of), await clientId(page, name));
      await go(page, "settings/providers", "Settings");
      await button(page, "Add provider");
      await page.getByLabel("Issuer", { exact: true }).fill("http://login.example.com");
      await button(page, "Discover");
      await page.getByText("Issuer isn't encrypted.").waitFor();
    },
  },
  {
    name: "dialog-discard",
    screen: "Settings",
    state: "a dialog with input asks before it closes",
    async show({ page }) {
      await page.keyboard.press("Escape");
      await page.getByRole("alertdialog", { name: "Discard your changes?" }).waitFor();
    },
  },
  {
    name: "token-import",
    screen: "Import token",
    state: "nothing read yet",
    async show({ page }) {
      await escape(page);
      await go(page, "imports", "Import token");
    },
  },
  {
    name: "token-import-failing",
    screen: "Import token",
    state: "failing: there is none",
    async show({ app, page }) {
      await app.evaluate(({ clipboard }) => clipboard.writeText("harborlights_tv"));
      await button(page, "Paste from clipboard");
      await page.getByRole("alert").waitFor();
    },
  },
  ...formShots({
    name: "tool-form",
    screen: "Tools",
    address: "tools",
    opener: "Connect tool",
    save: "Create and copy credentials",
    refusal: "Enter a name",
  }),
  {
    name: "add-flow",
    screen: "Add account",
    state: "which flow",
    async show(at) {
      const { page } = at;
      await escape(page);
      await at.register("sandbox-public", "Public bot");
      await go(page, "add", "Add an account");
      await page.getByRole("radio", { name: /^Public bot/ }).check();
      await page.getByRole("radio", { name: /^Code sign-in/ }).check();
    },
  },
  {
    name: "sign-in-code",
    screen: "Sign-in",
    state: "by a code",
    async show({ page }) {
      await button(page, "Continue");
      await button(page, "Get code");
      await page.locator("[data-code]").waitFor();
    },
  },
  {
    name: "sign-in-waiting",
    screen: "Sign-in",
    state: "waiting",
    async show(at) {
      await button(at.page, "Cancel");
      await at.register("tokenkeep-sandbox", "Bot");
      await startSignIn(at);
      await providerPage(at.app);
    },
  },
  {
    name: "sign-in-failed",
    screen: "Sign-in",
    state: "declined",
    async show({ app, page }) {
      const login = await providerPage(app);
      await login.getByRole("button", { name: "Sign in as lanternbot" }).click();
      await login.getByRole("button", { name: "Cancel" }).click();
      await title(page, "Sign-in failed");
    },
  },
  { name: "sign-in-browser", screen: "Sign-in", state: "in the browser", show: startInBrowser },
  {
    name: "sign-in-back",
    screen: "Sign-in",
    state: "the page that the browser comes back to",
    of: () => until(() => tab),
    async show({ app, page }) {
      await button(page, "Copy link");
      const link = await app.evaluate(({ clipboard }) => clipboard.readText());
      const browser = await chromium.launch({
        executablePath: "/usr/bin/chromium",
        chromiumSandbox: !isRoot,
      });
      tab = await browser.newPage();
      await tab.goto(link);
      await tab.getByRole("button", { name: `Sign in as ${FIRST}` }).click();
      await tab.getByRole("button", { name: "Authorize" }).click();
      await tab.getByRole("heading", { name: "You can close this tab" }).waitFor();
    },
  },
  {
    name: "confirm",
    screen: "Sign-in",
    state: "whose it is",
    readme: "light",
    async show({ page }) {
      await tab?.context().browser()?.close();
      await title(page, `You signed in as ${FIRST}`);
    },
  },
];
