/** Every state of a sign-in, its words and its one action: the real app against a provider that misbehaves. */
import { expect, test } from "@playwright/test";
import { chmodSync } from "node:fs";
import path from "node:path";
import { findsNothing, fits } from "./support/accessible.ts";
import { signInAtProvider } from "../support/app.mjs";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";

let at: AppAtSandbox;
test.beforeEach(async () => {
  test.setTimeout(180_000);
  at = await startAtSandbox();
});
test.afterEach(() => at.close());

const row = (login: string) => at.page.getByRole("row", { name: new RegExp(login) });
const banner = (title: string | RegExp) => at.page.getByRole("region", { name: title });
const accounts = () => at.page.getByRole("link", { name: "Accounts" }).first().click();
async function account(login: string): Promise<void> {
  await accounts();
  await at.page.getByRole("link", { name: login }).click();
  await at.page.getByRole("heading", { name: "History" }).waitFor();
}
/** Expects words in the account's row. */
async function says(login: string, ...words: readonly (string | RegExp)[]): Promise<void> {
  await accounts();
  for (const word of words) await expect(row(login)).toContainText(word);
}
const validate = (id: string) =>
  at.page.evaluate((of) => window.tokenkeep["signIns.validate"](of), id).then(({ ok }) => ok);
const refresh = (id: string) =>
  at.page.evaluate((of) => window.tokenkeep["signIns.refresh"](of), id).then(({ ok }) => ok);
const USER = { harborlights_tv: "700000001" };
/** A time, after its weekday if that is not today: midnight may be near. */
const TIME = String.raw`(?:\w{3} )?\d\d:\d\d`;
const then = (words: string) => new RegExp(`${words} ${TIME}`);

test("a problem that only the user can solve says so, and its button leads to the solution", async () => {
  const { page, app, hands } = at;
  const bot = await at.register("tokenkeep-sandbox", "Bot");

  const id = await at.signIn(bot, "harborlights_tv");
  await at.admin("disconnect", { user_id: USER.harborlights_tv });
  await validate(id);
  await says("harborlights_tv", "Needs sign-in", then("Rejected by Sandbox at"));
  await account("harborlights_tv");
  await expect(banner("Needs sign-in")).toContainText("harborlights_tv couldn't be refreshed");
  await findsNothing(page, "needs sign-in");
  await banner("Needs sign-in").getByRole("button", { name: "Sign in again as harborlights_tv" }).click();
  await signInAtProvider(app, "harborlights_tv");
  await page.getByRole("button", { name: "Replace sign-in" }).click();
  await says("harborlights_tv", "Signed in");

  const form = { provider: "sandbox", name: "Bot", client_id: "tokenkeep-sandbox", id: bot };
  const secret = (client_secret: string) =>
    page.evaluate((given) => window.tokenkeep["clients.save"](given), { ...form, client_secret });
  await secret("made anew in the console");
  expect(await refresh(id)).toBe(false);
  await says("harborlights_tv", "App needs attention", "Client secret rejected");
  await account("harborlights_tv");
  await expect(banner("App needs attention")).toContainText("edit the app and enter it.");
  await findsNothing(page, "client needs attention");
  await banner("App needs attention").getByRole("link", { name: "Edit app" }).click();
  await page.getByRole("button", { name: "Edit Bot" }).click();
  await page.getByLabel("Client secret").fill("sandbox-only-not-a-secret");
  await page.getByRole("button", { name: "Save app" }).click();
  await says("harborlights_tv", "Signed in"); // without a click

  await page.evaluate((of) => window.tokenkeep["signIns.revoke"](of), id);
  await says("harborlights_tv", "Revoked", then("Since"));
  await expect(
    row("harborlights_tv").getByRole("button", { name: "Sign in again as harborlights_tv" }),
  ).toBeVisible();
  await account("harborlights_tv");
  await expect(banner("Revoked")).toContainText("Sign in again to use this account.");
  await expect(page.getByRole("button", { name: "Copy token" })).toBeHidden();
  await findsNothing(page, "revoked");

  const rotating = await at.signIn(await at.register("sandbox-rotating", "Overlay"), "mirrelune");
  await at.fault({ kind: "drop", after: true });
  expect(await refresh(rotating)).toBe(false);
  await says("mirrelune", "Sign in again soon", then("Works until"));
  await account("mirrelune");
  await expect(banner("Sign in again soon")).toContainText(
    "The current token works until it expires; then sign in again.",
  );
  await expect(banner("Sign in again soon").getByRole("button", { name: /Sign in/ })).toBeVisible();
  await findsNothing(page, "sign in again soon");

  hands.withoutRefresh = true;
  const ending = await at.signIn(bot, "lanternbot");
  await says("lanternbot", /Expires in \d h/, /Sign in again by/, "No auto-refresh");
  await account("lanternbot");
  await expect(banner(/Expires in/)).toContainText("This token can't be refreshed.");
  await findsNothing(page, "ends soon");
  await fits(page, "ends soon");
  await accounts();
  await page.getByText("2 accounts need attention.").waitFor();
  await findsNothing(page, "a list in which all is not well");
  await fits(page, "a list in which all is not well");

  await at.admin("clock", { advance_sec: String(3.8 * 3_600) });
  expect(await validate(ending)).toBe(true);
  const left = row("lanternbot").getByText(/^0:\d\d:\d\d$/); // near its end a countdown is shown
  const countdowns = new Set<string | null>();
  await expect.poll(async () => countdowns.add(await left.textContent()).size).toBeGreaterThan(2);
});

test("a temporary problem says so, names the next try, and loses nothing", async () => {
  const { page, app, profile } = at;
  const bot = await at.register("tokenkeep-sandbox", "Bot");
  const id = await at.signIn(bot, "harborlights_tv");
  /**
   * `mend` ends the problem. The keeper's next try may come before the button is pressed, and counts as well. A try
   * that began before `mend` may fail after it: the button is shown again then.
   */
  const tryNow = async (title: string, mend: () => unknown): Promise<void> => {
    await account("harborlights_tv");
    const button = banner(title).getByRole("button", { name: "Retry now" });
    await expect(button).toBeVisible();
    await mend();
    await expect(async () => {
      await account("harborlights_tv");
      if (await button.isVisible()) await button.click({ timeout: 5_000 });
      await accounts();
      await expect(row("harborlights_tv")).toContainText("Signed in", { timeout: 5_000 });
    }).toPass({ timeout: 30_000 });
  };
  const clear = (): Promise<void> => at.admin("faults/clear");

  await at.fault({ kind: "503_json", path: "/oauth2/validate", times: 99 });
  expect(await validate(id)).toBe(false);
  await says("harborlights_tv", "Can't reach Sandbox", then("Token still valid. Retrying"));
  await account("harborlights_tv");
  await expect(banner("Can't reach Sandbox")).toContainText("has a server problem (503).");
  await findsNothing(page, "unreachable");
  await tryNow("Can't reach Sandbox", clear);

  await at.fault({ kind: "503_json", times: 99 });
  await at.admin("end-access", { user_id: USER.harborlights_tv });
  await validate(id);
  await says("harborlights_tv", "Can't reach Sandbox", then("Token expired. Retrying"));
  await account("harborlights_tv");
  await page.getByText("Sandbox invalidated the token. Getting a new one…").waitFor();
  await findsNothing(page, "ended by the provider, and no new one yet");
  await tryNow("Can't reach Sandbox", clear);

  await app.evaluate(({ net }) => {
    net.isOnline = () => false;
  });
  await at.fault({ kind: "drop", path: "/oauth2/validate", times: 99 });
  await validate(id);
  await says("harborlights_tv", "No network", "Token still valid");
  await account("harborlights_tv");
  await expect(banner("No network")).toContainText("Check your connection, then try again.");
  await tryNow("No network", async () => {
    await clear();
    await app.evaluate(({ net }) => {
      net.isOnline = () => true;
    });
  });

  const records = path.join(profile, "vault/records");
  chmodSync(records, 0o500);
  expect(await refresh(id)).toBe(false);
  await says("harborlights_tv", "Can't write to disk", "Kept in memory – free up disk space");
  await account("harborlights_tv");
  await expect(banner("Can't write to disk")).toContainText("Nothing was lost, and refreshing is paused");
  await findsNothing(page, "the disk does not take it");
  await tryNow("Can't write to disk", () => chmodSync(records, 0o700));

  await at.fault({ kind: "hold", after: true });
  const refreshing = refresh(id);
  await says("harborlights_tv", "Refreshing now", "New token on its way");
  await clear();
  expect(await refreshing).toBe(true);
  await says("harborlights_tv", "Signed in", "of 4 h");
});
