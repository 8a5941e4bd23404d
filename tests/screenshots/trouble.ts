/** The window while something fails, is locked, or loads; goes on where well.ts ended. */
import { chmodSync } from "node:fs";
import path from "node:path";
import type { Page } from "@playwright/test";
import type { AppAtSandbox } from "../support/app-at-sandbox.ts";
import {
  FIRST,
  FIRST_USER,
  PASSPHRASE,
  SECOND,
  account,
  accounts,
  button,
  clientId,
  fail,
  go,
  hold,
  idOf,
  refresh,
  title,
  validate,
  type Shot,
} from "./steps.ts";

/** Calls that are held back for the last shots. */
const HELD = [
  "signIns.history",
  "signIns.opens",
  "activity.list",
  "clients.check",
  "import.check",
  "scopes.list",
  "doctor.run",
];
/** Opens the form of the registration that most sign-ins use. */
async function giveSecret(page: Page, client_secret: string): Promise<void> {
  const form = {
    id: await clientId(page, "Bot"),
    provider: "sandbox",
    name: "Bot",
    client_id: "tokenkeep-sandbox",
    client_secret,
  };
  const saved = await page.evaluate((given) => window.tokenkeep["clients.save"](given), form);
  if (!saved.ok) throw new Error(saved.failure.code);
}

export const TROUBLE: readonly Shot<AppAtSandbox>[] = [
  {
    name: "accounts-refreshing",
    screen: "Accounts",
    state: "a new token on its way",
    async show(at) {
      const { page } = at;
      await page.evaluate(() => window.tokenkeep["vault.pause"](false));
      await at.fault({ kind: "slow", after: true });
      void refresh(page, await idOf(page, FIRST));
      await page.getByText("Refreshing now").waitFor();
    },
  },
  {
    name: "account-unreachable",
    screen: "Account",
    state: "failing: the provider has trouble",
    async show(at) {
      const { page } = at;
      await page.getByText("Refreshing now").waitFor({ state: "detached" });
      await at.fault({ kind: "503_json", path: "/oauth2/validate", times: 99 });
      await validate(page, await idOf(page, FIRST));
      await account(page, FIRST);
      await page.getByRole("region", { name: "Can't reach Sandbox" }).waitFor();
    },
  },
  {
    name: "account-offline",
    screen: "Account",
    state: "failing: no network",
    async show(at) {
      const { app, page } = at;
      await at.admin("faults/clear");
      await app.evaluate(({ net }) => {
        net.isOnline = () => false;
      });
      await at.fault({ kind: "drop", path: "/oauth2/validate", times: 99 });
      await validate(page, await idOf(page, FIRST));
      await page.getByRole("region", { name: "No network" }).waitFor();
    },
  },
  {
    name: "account-disk",
    screen: "Account",
    state: "failing: the disk does not take it",
    async show(at) {
      const { app, page } = at;
      await at.admin("faults/clear");
      await app.evaluate(({ net }) => {
        net.isOnline = () => true;
      });
      chmodSync(path.join(at.profile, "vault/records"), 0o500);
      await refresh(page, await idOf(page, FIRST));
      await page.getByRole("region", { name: "Can't write to disk" }).waitFor();
    },
  },
  {
    name: "account-client",
    screen: "Account",
    state: "failing: its client needs attention",
    async show(at) {
      const { page } = at;
      chmodSync(path.join(at.profile, "vault/records"), 0o700);
      await button(page, "Retry now");
      await page.getByRole("region", { name: "Can't write to disk" }).waitFor({ state: "detached" });
      await giveSecret(page, "made anew in the console");
      await refresh(page, await idOf(page, FIRST));
      await page.getByRole("region", { name: "App needs attention" }).waitFor();
    },
  },
  {
    name: "account-needs-sign-in",
    screen: "Account",
    state: "failing: needs a sign-in",
    async show(at) {
      const { page } = at;
      const id = await idOf(page, FIRST);
      await giveSecret(page, "sandbox-only-not-a-secret");
      await page.getByRole("region", { name: "App needs attention" }).waitFor({ state: "detached" });
      await at.admin("disconnect", { user_id: FIRST_USER });
      await validate(page, id);
      await page.getByRole("region", { name: "Needs sign-in" }).waitFor();
    },
  },
  {
    name: "accounts-failing",
    screen: "Accounts",
    state: "failing",
    async show(at) {
      const { page, hands } = at;
      const revoked = await idOf(page, SECOND);
      const rotating = await at.signIn(await at.register("sandbox-rotating", "Overlay"), SECOND);
      await at.fault({ kind: "drop", after: true });
      await refresh(page, rotating);
      hands.withoutRefresh = true;
      await at.signIn(await clientId(page, "Bot"), "lanternbot");
      await page.evaluate((of) => window.tokenkeep["signIns.revoke"](of), revoked);
      await accounts(page);
      await page.getByText("Sign in again soon").waitFor();
      await page.getByText("Revoked", { exact: true }).first().waitFor();
    },
  },
  {
    name: "account-again-soon",
    screen: "Account",
    state: "failing: sign in again soon",
    async show({ page }) {
      await page
        .getByRole("row", { name: /Sign in again soon/ })
        .getByRole("link", { name: SECOND })
        .click();
      await page.getByRole("region", { name: "Sign in again soon" }).waitFor();
    },
  },
  {
    name: "account-ends-soon",
    screen: "Account",
    state: "failing: cannot renew itself",
    show: ({ page }) => account(page, "lanternbot"),
  },
  {
    name: "account-revoked",
    screen: "Account",
    state: "revoked",
    async show({ page }) {
      await accounts(page);
      await page
        .getByRole("row", { name: /Revoked/ })
        .getByRole("link", { name: SECOND })
        .click();
      await page.getByRole("region", { name: "Revoked" }).waitFor();
    },
  },
  {
    name: "activity-trouble",
    screen: "Activity",
    state: "failing: trouble only",
    async show({ page }) {
      await go(page, "activity", "Activity");
      await button(page, "Errors");
    },
  },
  {
    name: "locked-window",
    screen: "Locked",
    state: "this window",
    async show({ page }) {
      await page.evaluate(() => window.tokenkeep["vault.lock"]("window"));
      await page.getByText("Tools keep working while this window is locked.").waitFor();
    },
  },
  {
    name: "locked",
    screen: "Locked",
    state: "the vault",
    async show({ page }) {
      await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
      await button(page, "Unlock");
      await title(page, "Activity");
      await page.keyboard.press("Control+l");
      await page.getByText("Tools can't get tokens while Tokenkeep is locked.").waitFor();
    },
  },
  {
    name: "locked-refused",
    screen: "Locked",
    state: "failing: not the passphrase",
    async show({ page }) {
      await page.getByLabel("Passphrase", { exact: true }).fill("a lantern by the sea");
      await button(page, "Unlock");
      await page.getByText("Incorrect passphrase.").waitFor();
    },
  },
  {
    name: "start-over",
    screen: "Dialogs",
    state: "begin a new vault",
    async show({ page }) {
      await button(page, "Start over…");
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "account-loading",
    screen: "Account",
    state: "loading",
    async show({ app, page }) {
      await button(page, "Cancel");
      await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
      await button(page, "Unlock");
      await title(page, "Activity");
      await hold(app, ...HELD);
      await account(page, FIRST);
    },
  },
  {
    name: "activity-loading",
    screen: "Activity",
    state: "loading",
    show: ({ page }) => go(page, "activity", "Activity"),
  },
  {
    name: "activity-failing",
    screen: "Activity",
    state: "failing",
    async show({ app, page }) {
      await accounts(page);
      await fail(app, "activity.list");
      await go(page, "activity", "Activity");
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "client-checking",
    screen: "Apps",
    state: "loading: one is checked",
    async show({ page }) {
      await go(page, "clients", "Apps");
      await button(page, "Check Bot");
      await page.getByText("Checking…").waitFor();
    },
  },
  {
    name: "token-import-checking",
    screen: "Import token",
    state: "loading: whose they are",
    async show({ app, page }) {
      await app.evaluate(({ clipboard }) =>
        clipboard.writeText("A_TOKEN=inventedaccesstoken00000000001\nB_TOKEN=inventedaccesstoken00000000002"),
      );
      await go(page, "imports", "Import token");
      await page.getByLabel("Provider").selectOption({ label: "Sandbox" });
      await button(page, "Paste from clipboard");
      await button(page, "Check 2 tokens with Sandbox");
      await page.getByText("Checked 0 of 2").waitFor();
    },
  },
  {
    name: "token-import-loading",
    screen: "Import token",
    state: "loading: it is read",
    async show({ app, page }) {
      await hold(app, "import.read");
      await go(page, "clients", "Apps");
      await go(page, "imports", "Import token");
      await button(page, "Paste from clipboard");
      await page.getByText("Looking for tokens…").waitFor();
    },
  },
  {
    name: "scopes-loading",
    screen: "Add account",
    state: "loading",
    async show({ page }) {
      await go(page, "add", "Add an account");
      await button(page, "Continue");
      await page.getByRole("radio", { name: /Custom/ }).check();
      await page.getByText("Loading permissions…").waitFor();
    },
  },
  {
    name: "settings-loading",
    screen: "Settings",
    state: "loading: it is looked over",
    async show({ page }) {
      await go(page, "settings/diagnostics", "Settings");
      await button(page, "Run diagnostics");
    },
  },
  {
    name: "opening",
    screen: "Vault",
    state: "loading",
    async show({ app, page }) {
      await hold(app, "state.get");
      await page.reload();
      await page.getByRole("status").filter({ hasText: "Opening" }).waitFor();
    },
  },
];
