/**
 * Every screen in every state, in the order in which one running app shows them. A new screen is one more entry: its
 * `show` starts where the entry before it ended, and fails when it cannot reach the screen.
 */
import type { AppAtSandbox } from "../support/app-at-sandbox.ts";
import type { startCrowdServer } from "../support/crowd-server.mjs";
import { accounts, button, go, snapshot, title, type Running, type Shot } from "./steps.ts";
import { TROUBLE } from "./trouble.ts";
import { WELL } from "./well.ts";

export const AT_SANDBOX: readonly Shot<AppAtSandbox>[] = [...WELL, ...TROUBLE];

/** The first start without a keyring. */
export const KEYLESS: readonly Shot<Running>[] = [
  {
    name: "choose-passphrase",
    screen: "Vault",
    state: "empty: choose a passphrase",
    show: ({ page }) => title(page, "Choose a passphrase"),
  },
  {
    name: "choose-passphrase-refused",
    screen: "Vault",
    state: "failing: too short a passphrase",
    async show({ page }) {
      await page.getByLabel("Passphrase", { exact: true }).fill("short");
      await page.getByLabel("Confirm passphrase").fill("short");
      await button(page, "Create vault");
      await page.getByText("Use at least 8 characters.").waitFor();
    },
  },
];

/** A start without the keyring that sealed the vault. */
export const CLOSED: readonly Shot<Running>[] = [
  {
    name: "vault-closed",
    screen: "Vault",
    state: "failing: its keyring is missing",
    show: ({ page }) => page.getByText(/Your vault is encrypted with GNOME Keyring/).waitFor(),
  },
];

/** A start without the keyring that sealed the vault, which has a passphrase, too. */
export const CLOSED_WITH_PASSPHRASE: readonly Shot<Running>[] = [
  {
    name: "vault-closed-passphrase",
    screen: "Vault",
    state: "failing: its keyring is missing, but it has a passphrase",
    show: ({ page }) => page.getByText("Or unlock with your passphrase.").waitFor(),
  },
];

/** A first start with a locked keyring. */
export const LOCKED_KEYRING: readonly Shot<Running>[] = [
  {
    name: "choose-passphrase-waits",
    screen: "Vault",
    state: "failing: the keyring is locked",
    show: ({ page }) => page.getByText("Your keychain is locked.").waitFor(),
  },
];

/** A profile with damaged files, and a runtime folder that other users can open. */
export const DAMAGED: readonly Shot<Running>[] = [
  {
    name: "accounts-unreadable",
    screen: "Accounts",
    state: "failing: records cannot be read",
    cut: true,
    show: ({ page }) => page.getByRole("region", { name: /couldn't be loaded/ }).waitFor(),
  },
  {
    name: "tools-failing",
    screen: "Tools",
    state: "failing: no tool can connect",
    async show({ page }) {
      await go(page, "tools", "Tools");
      await page.getByRole("region", { name: "Tools can't connect" }).waitFor();
    },
  },
  {
    name: "settings-failing",
    screen: "Settings",
    state: "failing: a provider's file",
    async show({ page }) {
      await go(page, "settings/providers", "Settings");
      await page.getByText(/torn\.json/).waitFor();
    },
  },
  {
    name: "diagnostics-failing",
    screen: "Settings",
    state: "failing: the doctor's report",
    async show({ page }) {
      await go(page, "settings/diagnostics", "Settings");
      await button(page, "Run diagnostics");
      await page.getByText(/records?, /).waitFor();
    },
  },
  {
    name: "accounts-loading",
    screen: "Accounts",
    state: "loading: records are read",
    cut: true,
    async show({ app, page }) {
      await accounts(page);
      const open = await snapshot(page);
      const { sealedBy } = open.vault.state === "open" ? open.vault : { sealedBy: { passphrase: false } };
      // Reading takes too short a time to be seen, so the test answers in main's place.
      const vault = { state: "opening", reading: { of: 4_000, sealedBy } };
      const value = JSON.stringify({ ...open, vault, signIns: open.signIns.slice(0, 30) });
      await app.evaluate(({ ipcMain }, said) => {
        ipcMain.removeHandler("state.get");
        ipcMain.handle("state.get", () => ({ ok: true, value: said }));
      }, value);
      await page.reload();
      await page.getByText("Loading 4,000 accounts…").waitFor();
    },
  },
];

/** A vault with hundreds of sign-ins. */
export const CROWD: readonly Shot<
  Running & { readonly server: Awaited<ReturnType<typeof startCrowdServer>> }
>[] = [
  {
    name: "accounts-many",
    screen: "Accounts",
    state: "full: hundreds",
    cut: true,
    show: ({ page }) => page.locator("[data-row]").first().waitFor(),
  },
  {
    name: "chosen",
    screen: "Many at once",
    state: "some rows are chosen",
    cut: true,
    async show({ page }) {
      await page.locator("[data-row]").first().focus();
      for (const key of [" ", "Shift+ArrowDown", "Shift+ArrowDown"]) await page.keyboard.press(key);
      await page.getByRole("toolbar").getByText("3 selected").waitFor();
    },
  },
  {
    name: "revoke-many",
    screen: "Dialogs",
    state: "revoke many",
    async show({ page }) {
      await button(page, "Revoke…");
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "bulk-running",
    screen: "Many at once",
    state: "loading: many are refreshed",
    cut: true,
    async show({ page, server }) {
      await button(page, "Cancel");
      await page.locator("[data-row]").first().focus();
      await page.keyboard.press("Control+a");
      await page.getByRole("toolbar").getByText("300 selected").waitFor();
      setTimeout(() => server.hold(), 700); // after some refreshes are done
      await button(page, "Refresh");
      await page
        .getByRole("group")
        .getByText(/^Refreshing… [1-9]\d* of 300$/)
        .waitFor();
    },
  },
  {
    name: "bulk-failures",
    screen: "Many at once",
    state: "failing: some came to nothing",
    cut: true,
    async show({ page, server }) {
      await button(page, "Stop");
      await server.close();
      await page.getByRole("region", { name: / failed$/ }).scrollIntoViewIfNeeded();
    },
  },
];
