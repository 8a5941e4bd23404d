/** The window without any problem, from the first start on. */
import type { AppAtSandbox } from "../support/app-at-sandbox.ts";
import { ADDING } from "./adding.ts";
import { CONNECTING } from "./connecting.ts";
import { BY_FLOWS } from "./flows.ts";
import { SETTINGS } from "./settings.ts";
import {
  FIRST,
  SECOND,
  button,
  go,
  accounts,
  account,
  escape,
  setStreamer,
  rowMenu,
  idOf,
  clientId,
  type Shot,
} from "./steps.ts";
import { UNDER_WAY } from "./under-way.ts";

export const WELL: readonly Shot<AppAtSandbox>[] = [
  {
    name: "first-run",
    screen: "Accounts",
    state: "empty",
    show: ({ page }) => page.getByRole("heading", { name: /Every tool gets a fresh token/ }).waitFor(),
  },
  { name: "tools-empty", screen: "Tools", state: "empty", show: ({ page }) => go(page, "tools", "Tools") },
  {
    name: "clients-empty",
    screen: "Apps",
    state: "empty",
    show: ({ page }) => go(page, "clients", "Apps"),
  },
  {
    name: "activity-empty",
    screen: "Activity",
    state: "empty",
    show: ({ page }) => go(page, "activity", "Activity"),
  },
  {
    name: "settings",
    screen: "Settings",
    state: "general",
    show: ({ page }) => go(page, "settings", "Settings"),
  },
  {
    name: "settings-appearance",
    screen: "Settings",
    state: "appearance",
    show: ({ page }) => go(page, "settings/appearance", "Settings"),
  },
  {
    name: "settings-clipboard",
    screen: "Settings",
    state: "clipboard",
    show: ({ page }) => go(page, "settings/clipboard", "Settings"),
  },
  {
    name: "settings-about",
    screen: "Settings",
    state: "about",
    show: ({ page }) => go(page, "settings/about", "Settings"),
  },
  {
    name: "settings-security",
    screen: "Settings",
    state: "sealed by the keyring alone",
    async show({ page }) {
      await go(page, "settings/security", "Settings");
      await page.getByText("Set a passphrase above").waitFor();
    },
  },
  ...ADDING,
  {
    name: "accounts",
    screen: "Accounts",
    state: "full",
    readme: "light",
    async show(at) {
      const { page } = at;
      await button(page, "Save account");
      await page.getByRole("row", { name: new RegExp(FIRST) }).waitFor();
      await at.signIn(await clientId(page, "Bot"), SECOND);
      await page.getByRole("row", { name: new RegExp(SECOND) }).waitFor();
      await button(page, "Check all accounts");
      await page.getByText("2 accounts checked").waitFor();
    },
  },
  {
    name: "accounts-filters",
    screen: "Accounts",
    state: "more filters",
    show: ({ page }) => button(page, "More filters"),
  },
  {
    name: "accounts-not-found",
    screen: "Accounts",
    state: "nothing found",
    async show({ page }) {
      await button(page, "More filters");
      await page.getByRole("searchbox").fill("nobody");
      await page.getByText("No account matches").waitFor();
    },
  },
  {
    name: "accounts-menu",
    screen: "Accounts",
    state: "a row's menu",
    async show({ page }) {
      await page.getByRole("searchbox").fill("");
      await page.getByRole("button", { name: `More for ${FIRST}` }).click();
      await page.getByRole("menu").waitFor();
    },
  },
  {
    name: "revoke",
    screen: "Dialogs",
    state: "revoke",
    async show({ page }) {
      await escape(page);
      await rowMenu(page, FIRST, /Revoke/);
    },
  },
  {
    name: "remove",
    screen: "Dialogs",
    state: "remove",
    async show({ page }) {
      await escape(page);
      await rowMenu(page, FIRST, /Remove/);
    },
  },
  {
    name: "closing",
    screen: "Dialogs",
    state: "the window closes for the first time",
    async show({ app, page }) {
      await escape(page);
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
      await page.getByRole("alertdialog", { name: "Tokenkeep keeps running" }).waitFor();
    },
  },
  ...UNDER_WAY,
  {
    name: "token-import-found",
    screen: "Import token",
    state: "what was found, and nothing sent",
    async show({ app, page }) {
      await escape(page);
      await page.evaluate(
        (of) => window.tokenkeep["signIns.copy"]({ id: of, form: "oauth" }),
        await idOf(page, FIRST),
      );
      const token = await app.evaluate(({ clipboard }) => clipboard.readText());
      await app.evaluate(
        ({ clipboard }, text) => clipboard.writeText(text),
        [
          `TWITCH_ACCESS_TOKEN=${token}`,
          `TWITCH_REFRESH_TOKEN=${"invented".repeat(6)}`,
          "LANTERNBOT_TOKEN=inventedaccesstoken00000000001",
          "DISCORD_TOKEN=inventedtokenofdiscord00000000",
          "OVERLAY_PASSWORD=inventedpasswordofoverlay00001",
          "CI_TOKEN=ghp_InventedTokenOfAnotherService0001",
        ].join("\n"),
      );
      await go(page, "imports", "Import token");
      await page.getByLabel("Provider").selectOption({ label: "Sandbox" });
      await button(page, "Paste from clipboard");
      await page.getByText("Nothing has been sent yet.").waitFor();
    },
  },
  {
    name: "token-import-checked",
    screen: "Import token",
    state: "whose they are",
    async show({ page }) {
      await button(page, "Check 2 tokens with Sandbox");
      await page.getByText(/^Expires/).waitFor();
    },
  },
  {
    name: "account",
    screen: "Account",
    state: "full",
    readme: "dark",
    async show({ page }) {
      await escape(page);
      await account(page, FIRST);
      await button(page, "Refresh");
      await page.getByText(`Token refreshed for ${FIRST}`).waitFor();
    },
  },
  {
    name: "account-copied",
    screen: "Account",
    state: "copied",
    toast: true,
    cut: true,
    async show({ page }) {
      await button(page, "Copy token");
      await page.getByText(/Copied\./).waitFor();
    },
  },
  {
    name: "account-copy-menu",
    screen: "Account",
    state: "the forms to copy it in",
    async show({ page }) {
      await button(page, "More copy formats");
      await page.getByRole("menu").waitFor();
    },
  },
  {
    name: "palette",
    screen: "Palette and keys",
    state: "palette",
    async show({ page }) {
      await escape(page);
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog", { name: "Commands" }).waitFor();
    },
  },
  {
    name: "palette-empty",
    screen: "Palette and keys",
    state: "palette, nothing found",
    async show({ page }) {
      await page.getByRole("combobox").fill("no such thing");
      await page.getByText("No results").waitFor();
    },
  },
  {
    name: "keys",
    screen: "Palette and keys",
    state: "keys",
    async show({ page }) {
      await escape(page);
      await accounts(page);
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    },
  },
  {
    name: "activity",
    screen: "Activity",
    state: "full",
    async show({ page }) {
      await escape(page);
      await go(page, "activity", "Activity");
      await page.getByRole("region", { name: "Today" }).waitFor();
    },
  },
  ...BY_FLOWS,
  {
    name: "clients",
    screen: "Apps",
    state: "full",
    async show({ page }) {
      await button(page, "Wrong account");
      await page.getByRole("heading", { name: "Accounts", level: 1 }).waitFor();
      await go(page, "clients", "Apps");
    },
  },
  {
    name: "client-edit",
    screen: "Apps",
    state: "form, of one that is kept",
    async show({ page }) {
      await button(page, "Edit Bot");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "client-remove",
    screen: "Dialogs",
    state: "remove a registration",
    async show({ page }) {
      await escape(page);
      await button(page, "Delete Bot");
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "client-removed",
    screen: "Apps",
    state: "removed, with a way back",
    toast: true,
    cut: true,
    async show({ page }) {
      await escape(page);
      await button(page, "Delete Public bot");
      await button(page, "Delete app");
      await page.getByRole("button", { name: "Undo" }).waitFor();
    },
  },
  ...CONNECTING,
  ...SETTINGS,
  {
    name: "accounts-streamer",
    screen: "Accounts",
    state: "names are masked",
    async show({ page }) {
      await escape(page);
      await accounts(page);
      await setStreamer(page, "on");
      await page.getByRole("row", { name: new RegExp(FIRST) }).waitFor({ state: "detached" });
    },
  },
  {
    name: "account-streamer",
    screen: "Account",
    state: "names are masked",
    async show({ page }) {
      await page.locator("[data-row] a").first().click();
      await page.getByRole("heading", { name: "History" }).waitFor();
    },
  },
  {
    name: "paused",
    screen: "Accounts",
    state: "paused",
    async show({ page }) {
      await setStreamer(page, "off");
      await page.evaluate(() => window.tokenkeep["vault.pause"](true));
      await accounts(page);
      await page.getByRole("region", { name: "Paused" }).waitFor();
    },
  },
];
