/** Settings: what opens the vault, custom providers, export and import. */
import path from "node:path";
import type { AppAtSandbox } from "../support/app-at-sandbox.ts";
import { PASSPHRASE, button, clientId, escape, go, type Shot } from "./steps.ts";

const FOR_FILE = "two gulls on a mast";
const LIGHTHOUSE = {
  id: "lighthouse",
  name: "Lighthouse",
  issuer: "https://login.lighthouse.example",
  authorization_endpoint: "https://login.lighthouse.example/auth",
  token_endpoint: "https://login.lighthouse.example/token",
  revocation_endpoint: "https://login.lighthouse.example/revoke",
  userinfo_endpoint: "https://login.lighthouse.example/userinfo",
  jwks_uri: "",
  device_authorization_endpoint: "",
  scope: "openid offline_access profile email",
  console_url: "",
  embedded: false,
};

export const SETTINGS: readonly Shot<AppAtSandbox>[] = [
  {
    name: "settings-passphrases-differ",
    screen: "Settings",
    state: "two passphrases that differ",
    async show({ page }) {
      await escape(page);
      await go(page, "settings/security", "Settings");
      await page.getByRole("radio", { name: /and passphrase/ }).check();
      await page.getByLabel("New passphrase", { exact: true }).fill("a lantern");
      await button(page, "Apply");
      await page.getByText("Passphrases don't match").waitFor();
    },
  },
  {
    name: "settings-passphrase",
    screen: "Settings",
    state: "sealed with a passphrase, looked over",
    async show({ page }) {
      await page.getByLabel("New passphrase", { exact: true }).fill(PASSPHRASE);
      await page.getByLabel("Confirm new passphrase").fill(PASSPHRASE);
      await button(page, "Apply");
      await page.getByText("Unlock method changed").waitFor();
    },
  },
  {
    name: "settings-diagnostics",
    screen: "Settings",
    state: "the doctor's report",
    async show({ page }) {
      await go(page, "settings/diagnostics", "Settings");
      await button(page, "Run diagnostics");
      await page.getByText(/records?, all readable/).waitFor();
    },
  },
  {
    name: "settings-search",
    screen: "Settings",
    state: "searched",
    async show({ page }) {
      await page.getByRole("searchbox").fill("pass");
      await page.getByRole("list", { name: "Settings found" }).waitFor();
    },
  },
  {
    name: "settings-provider",
    screen: "Settings",
    state: "with a provider of one's own",
    async show({ page }) {
      await page.evaluate((form) => window.tokenkeep["providers.save"]({ form, change: false }), LIGHTHOUSE);
      await page.evaluate((form) => window.tokenkeep["clients.save"](form), {
        provider: LIGHTHOUSE.id,
        name: "Beacon",
        client_id: "beacon",
      });
      await go(page, "settings/providers", "Settings");
      await page.getByRole("button", { name: "Edit Lighthouse" }).waitFor();
    },
  },
  {
    name: "provider-remove",
    screen: "Dialogs",
    state: "remove a provider",
    async show({ page }) {
      await button(page, "Remove Lighthouse");
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "add-own-scopes",
    screen: "Add account",
    state: "which scopes, of a provider of one's own",
    async show({ page }) {
      await escape(page);
      await go(page, "add", "Add an account");
      await page.getByRole("radio", { name: /^Beacon/ }).check();
      await button(page, "Continue");
      await page.getByLabel("More scopes").waitFor();
    },
  },
  {
    name: "export",
    screen: "Dialogs",
    state: "export",
    async show({ app, page, profile }) {
      await page.evaluate((of) => window.tokenkeep["clients.remove"](of), await clientId(page, "Beacon"));
      await page.evaluate((of) => window.tokenkeep["providers.remove"](of), LIGHTHOUSE.id);
      await go(page, "settings/move", "Settings");
      await app.evaluate(
        ({ dialog }, filePath) => {
          dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
          dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
        },
        path.join(profile, "moved.tokenkeep"),
      );
      // Sign-ins and registrations of the sandbox are not exported.
      await page.evaluate(() =>
        window.tokenkeep["clients.save"]({ provider: "twitch", name: "Stage lights", client_id: "stage" }),
      );
      await button(page, "Export…");
      await page.getByLabel("Passphrase for the file", { exact: true }).waitFor();
    },
  },
  {
    name: "export-refused",
    screen: "Dialogs",
    state: "failing: export, with another passphrase than the vault's",
    async show({ page }) {
      await page.getByLabel("Passphrase for the file", { exact: true }).fill(FOR_FILE);
      await page.getByLabel("Confirm passphrase for the file").fill(FOR_FILE);
      await page.getByLabel("Your vault's passphrase").fill("a lantern by the sea");
      await button(page, "Choose location…");
      await page.getByText("Incorrect passphrase.").waitFor();
    },
  },
  {
    name: "exported",
    screen: "Dialogs",
    state: "export, written",
    async show({ page }) {
      await page.getByLabel("Your vault's passphrase").fill(PASSPHRASE);
      await button(page, "Choose location…");
      await page.getByText("Exported 1 app.").waitFor();
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
    name: "import-refused",
    screen: "Dialogs",
    state: "failing: import, with another passphrase than the file's",
    async show({ page }) {
      await page.getByLabel("Passphrase for the file").fill("two gulls on a boat");
      await button(page, "Choose file…");
      await page.getByText("Incorrect passphrase for this file.").waitFor();
    },
  },
  {
    name: "imported",
    screen: "Dialogs",
    state: "import, read",
    async show({ page }) {
      await page.evaluate(
        (of) => window.tokenkeep["clients.remove"](of),
        await clientId(page, "Stage lights"),
      );
      await page.getByLabel("Passphrase for the file").fill(FOR_FILE);
      await button(page, "Try this file again");
      await page.getByText(/1 app/).waitFor();
    },
  },
];
