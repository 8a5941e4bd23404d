/** What the window shows while all is well, from its first start on. */
import { providerPage, signInAtProvider } from "../support/app.mjs";
import type { AppAtSandbox } from "../support/app-at-sandbox.ts";
import {
  FIRST,
  PASSPHRASE,
  SECOND,
  account,
  accounts,
  button,
  clientId,
  escape,
  go,
  idOf,
  rowMenu,
  startFlow,
  startInBrowser,
  startSignIn,
  title,
  type Shot,
} from "./steps.ts";

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
  {
    name: "add-client",
    screen: "Add account",
    state: "which client",
    show: ({ page }) => go(page, "add", "Add an account"),
  },
  {
    name: "add-new-client",
    screen: "Add account",
    state: "a new client",
    show: ({ page }) => page.getByRole("radio", { name: /Another registration/ }).check(),
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
      await page.getByRole("radio", { name: /Let me choose/ }).check();
      await page.getByRole("checkbox").first().check();
    },
  },
  {
    name: "client-form",
    screen: "Clients",
    state: "form",
    async show({ page }) {
      await go(page, "clients", "Clients");
      await button(page, "Add a registration");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "client-form-refused",
    screen: "Clients",
    state: "form, refused",
    async show({ page }) {
      await button(page, "Save registration");
      await page.getByText("Give it a name.").waitFor();
    },
  },
  {
    name: "client-checked",
    screen: "Clients",
    state: "checked",
    async show(at) {
      const { page } = at;
      await escape(page);
      await at.register("tokenkeep-sandbox", "Checked");
      await button(page, "Check Checked");
      await page.getByText("The secret is accepted.").waitFor();
    },
  },
  {
    name: "client-check-wrong",
    screen: "Clients",
    state: "checked, wrong",
    async show(at) {
      const { page } = at;
      await escape(page);
      await at.register("nobody", "Stranger");
      await button(page, "Check Stranger");
      await page.getByText("The provider does not know this client ID.").waitFor();
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
      await go(page, "settings", "Settings");
      await button(page, "Add a provider");
      await page.getByLabel("Issuer", { exact: true }).fill("http://login.example.com");
      await button(page, "Look it up");
      await page.getByText("“Issuer” is not encrypted.").waitFor();
    },
  },
  {
    name: "token-import",
    screen: "Bring in a token",
    state: "nothing read yet",
    async show({ page }) {
      await escape(page);
      await go(page, "imports", "Bring in a token");
    },
  },
  {
    name: "tool-form",
    screen: "Tools",
    state: "form",
    async show({ page }) {
      await go(page, "tools", "Tools");
      await button(page, "Connect a tool");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "tool-form-refused",
    screen: "Tools",
    state: "form, refused",
    async show({ page }) {
      await button(page, "Make a key and copy it");
      await page.getByText("Give the tool a name.").waitFor();
    },
  },
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
      await page.getByRole("radio", { name: /^Device code/ }).check();
    },
  },
  {
    name: "sign-in-code",
    screen: "Sign-in",
    state: "by a code",
    async show({ page }) {
      await button(page, "Continue");
      await button(page, "Get a code");
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
      await title(page, "Nothing was saved");
    },
  },
  { name: "sign-in-browser", screen: "Sign-in", state: "in the browser", show: startInBrowser },
  {
    name: "confirm",
    screen: "Sign-in",
    state: "whose it is",
    readme: "light",
    async show(at) {
      await button(at.page, "Cancel");
      await startSignIn(at);
      await signInAtProvider(at.app, FIRST);
      await title(at.page, `You signed in as ${FIRST}`);
    },
  },
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
  {
    name: "confirm-id-token",
    screen: "Sign-in",
    state: "an ID token alone",
    async show({ page, app }) {
      await startFlow(page, "oidc_implicit", []);
      await signInAtProvider(app, SECOND);
      await page.getByRole("heading", { name: "Who signed in" }).waitFor();
    },
  },
  {
    name: "account-claims",
    screen: "Account",
    state: "by OpenID Connect",
    async show({ page, app }) {
      await button(page, "Done");
      await startFlow(page, "oidc_code", ["user:read:email", "user:read:chat", "channel:manage:broadcast"]);
      await signInAtProvider(app, FIRST);
      await button(page, "Keep this account");
      await account(page, FIRST);
      await page.getByRole("button", { name: "Ask Sandbox now" }).click();
      await page.getByRole("heading", { name: "What Sandbox says now" }).waitFor();
    },
  },
  {
    name: "account-other-scopes",
    screen: "Account",
    state: "other scopes",
    async show({ page }) {
      await page.getByRole("link", { name: "Sign in again…" }).click();
      await page.getByRole("searchbox").fill("chat");
      await page.getByRole("checkbox", { name: /user:read:chat$/ }).uncheck();
      await page.getByRole("checkbox", { name: /user:write:chat/ }).check();
    },
  },
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
