/** What the window shows while all is well, from its first start on. */
import type { AppAtSandbox } from "../support/app-at-sandbox.ts";
import { askToPair } from "../support/asking-tool.ts";
import { ADDING } from "./adding.ts";
import { BY_FLOWS } from "./flows.ts";
import {
  PASSPHRASE,
  FIRST,
  SECOND,
  button,
  go,
  accounts,
  account,
  escape,
  title,
  rowMenu,
  idOf,
  clientId,
  type Shot,
} from "./steps.ts";

/** It waits from one shot to the next. */
let tool: Awaited<ReturnType<typeof askToPair>> | undefined;

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
    screen: "Clients",
    state: "empty",
    show: ({ page }) => go(page, "clients", "Clients"),
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
    state: "sealed by the keyring alone",
    async show({ page }) {
      await go(page, "settings", "Settings");
      await page.getByText("Without a passphrase a lock would only pretend").waitFor();
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
      await button(page, "Keep this account");
      await page.getByRole("row", { name: new RegExp(FIRST) }).waitFor();
      await at.signIn(await clientId(page, "Bot"), SECOND);
      await page.getByRole("row", { name: new RegExp(SECOND) }).waitFor();
      await button(page, "Validate all");
      await page.getByText("All 2 were asked about.").waitFor();
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
    name: "token-import-found",
    screen: "Bring in a token",
    state: "whose it is",
    async show({ page }) {
      await escape(page);
      await page.evaluate(
        (of) => window.tokenkeep["signIns.copy"]({ id: of, form: "oauth" }),
        await idOf(page, FIRST),
      );
      await go(page, "imports", "Bring in a token");
      await page.getByLabel("Provider").selectOption({ label: "Sandbox" });
      await button(page, "Read the clipboard");
      await page.getByText(/^Works until/).waitFor();
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
      await page.getByText(`${FIRST} has a new token.`).waitFor();
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
    name: "palette",
    screen: "Palette and keys",
    state: "palette",
    async show({ page }) {
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
      await page.getByText("Nothing matches.").waitFor();
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
      await page.getByRole("dialog", { name: "Keys" }).waitFor();
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
  { name: "clients", screen: "Clients", state: "full", show: ({ page }) => go(page, "clients", "Clients") },
  {
    name: "client-edit",
    screen: "Clients",
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
      await button(page, "Remove Bot");
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "tools",
    screen: "Tools",
    state: "full",
    readme: "dark",
    async show({ page }) {
      await escape(page);
      await go(page, "tools", "Tools");
      for (const name of ["Demo overlay", "Chat bot"]) {
        await button(page, "Connect a tool");
        await page.getByLabel("Name of the tool").fill(name);
        await button(page, "Make a key and copy it");
        await page.getByText(`${name} can connect.`).waitFor();
      }
    },
  },
  {
    name: "tool-take-back",
    screen: "Dialogs",
    state: "take a key back",
    async show({ page }) {
      await button(page, "Take back the key of Chat bot");
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "pairing-waits",
    screen: "Pairing",
    state: "a tool waits for an answer",
    async show({ page, runtime }) {
      await escape(page);
      await accounts(page);
      tool = await askToPair(runtime, {
        name: "Nightcue",
        developer: "Nordmole",
        reason: "Show and send chat in your second window",
        scopes: ["user:read:chat", "user:write:chat", "channel:manage:broadcast"],
      });
      await page.getByRole("link", { name: "Look at it" }).waitFor();
    },
  },
  {
    name: "pairing",
    screen: "Pairing",
    state: "the question",
    async show({ page }) {
      await page.getByRole("link", { name: "Look at it" }).click();
      await title(page, "Nightcue wants to connect");
    },
  },
  {
    name: "pairing-gone",
    screen: "Pairing",
    state: "failing: the tool has left",
    async show({ page }) {
      tool?.leave();
      await page.getByRole("link", { name: "To the tools" }).waitFor();
    },
  },
  {
    name: "settings-passphrases-differ",
    screen: "Settings",
    state: "two passphrases that differ",
    async show({ page }) {
      await escape(page);
      await go(page, "settings", "Settings");
      await page.getByRole("radio", { name: /and a passphrase/ }).check();
      await page.getByLabel("New passphrase", { exact: true }).fill("a lantern");
      await button(page, "Apply");
      await page.getByText("The two do not match.").waitFor();
    },
  },
  {
    name: "settings-passphrase",
    screen: "Settings",
    state: "sealed with a passphrase, looked over",
    async show({ page }) {
      await page.getByLabel("New passphrase", { exact: true }).fill(PASSPHRASE);
      await page.getByLabel("New passphrase once more").fill(PASSPHRASE);
      await button(page, "Apply");
      await page.getByText("From now on that opens the vault.").waitFor();
      await button(page, "Check now");
      await page.getByText(/records?, all readable/).waitFor();
    },
  },
  {
    name: "export",
    screen: "Dialogs",
    state: "export",
    async show({ page }) {
      // What belongs to the sandbox is not exported.
      await page.evaluate(() =>
        window.tokenkeep["clients.save"]({ provider: "twitch", name: "Stage lights", client_id: "stage" }),
      );
      await button(page, "Export…");
      await page.getByLabel("Passphrase for the file", { exact: true }).waitFor();
    },
  },
  {
    name: "import",
    screen: "Dialogs",
    state: "import",
    async show({ page }) {
      await escape(page);
      await button(page, "Import…");
      await page.getByRole("dialog").getByLabel("Passphrase for the file").waitFor();
    },
  },
  {
    name: "paused",
    screen: "Accounts",
    state: "paused",
    async show({ page }) {
      await escape(page);
      await page.evaluate(() => window.tokenkeep["vault.pause"](true));
      await accounts(page);
      await page.getByRole("region", { name: "Paused" }).waitFor();
    },
  },
];
