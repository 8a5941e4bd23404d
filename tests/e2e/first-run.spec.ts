/** The first hour with Twitch: the first screen, the guide to a Twitch app, and a distributor's registration. */
import { expect, test, type ElectronApplication, type Page } from "@playwright/test";
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findsNothing, findsNothingAsItStands, fits, hasKeyboard } from "./support/accessible.ts";
import { catchBrowser } from "./support/counted.ts";
import { copied, newProfile, startApp } from "../support/app.mjs";
import { walkPages } from "../support/host.ts";
import {
  CONFIDENTIAL_ID,
  PUBLIC_ID,
  startTwitchStandIn,
  type TwitchStandIn,
} from "../support/twitch-stand-in.ts";

let twitch: TwitchStandIn;
let app: ElectronApplication;
let page: Page;
let opened: () => Promise<readonly string[]>;
test.beforeEach(async () => {
  test.setTimeout(90_000);
  twitch = await startTwitchStandIn();
});
test.afterEach(async () => {
  await app.close();
  await twitch[Symbol.asyncDispose]();
});

async function begin(options: Parameters<typeof startApp>[0] = {}): Promise<void> {
  ({ app, page } = await startApp({ args: [...twitch.switches], ...options }));
  opened = await catchBrowser(app);
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
}
const button = (name: string) => page.getByRole("button", { name, exact: true });
const link = (name: string) => page.getByRole("link", { name, exact: true });
const id = () => page.getByRole("textbox", { name: "Client ID" });

test("the first screen names Twitch, and the guide makes an account without a Twitch app before", async () => {
  await begin();
  await expect(link("Import token…")).toBeVisible();
  await findsNothing(page, "first screen");
  await fits(page, "first screen");
  await link("Add Twitch account").click();
  // Nothing is preselected but the way to a Twitch app.
  await expect(page.getByRole("radio")).toHaveCount(0);
  await button("Open developer console").click();
  expect(await opened()).toEqual(["https://dev.twitch.tv/console/apps/create"]);
  await copied(/^tokenkeep-[0-9a-f]{6}$/);
  await button("Copy OAuth Redirect URLs").click();
  await copied(/^http:\/\/localhost$/);
  await expect(page.getByText("Application Integration")).toBeVisible();
  await findsNothing(page, "guide");
  await fits(page, "guide");

  // A paste beside all fields is the client ID, and the check finds out the type.
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
  }, PUBLIC_ID);
  await expect(page.getByRole("region", { name: "Client ID valid: a Public app" })).toBeVisible();
  await expect(page.getByLabel("Client secret")).toHaveCount(0);
  await expect(page.getByText("/callback/twitch")).toHaveCount(0); // a public app uses no redirect URI
  await findsNothingAsItStands(page, "a public app");
  await button("Continue").click();

  await hasKeyboard(page.getByRole("heading", { level: 2 }).first());
  await findsNothingAsItStands(page, "permissions");
  await button("Sign in with Twitch").click();
  await expect.poll(async () => (await opened()).at(-1)).toMatch(/^https:\/\/www\.twitch\.tv\/activate\?/);
  await walkPages(twitch.pageOf((await opened()).at(-1) ?? ""), "700000002");
  await button("Save account").click();
  await hasKeyboard(page.getByRole("heading", { level: 1, name: "mirrelune is ready" }));
  await findsNothing(page, "ready");
  await fits(page, "ready");
  await button("Copy token").click();
  await copied(/^[a-z0-9]{30}$/);
});

test("a wrong ID is told at the field, and a confidential app asks for its secret and shows the redirect URLs", async () => {
  await begin();
  await link("Add Twitch account").click();
  await button("Continue").click();
  await hasKeyboard(id());
  await expect(id()).toHaveAccessibleDescription(/Enter the client ID/);
  await id().fill("an id");
  await expect(id()).toHaveAccessibleDescription(/letters and digits only/);
  await button("Continue").click();
  await hasKeyboard(id());
  await expect(page.getByText("client_id")).toHaveCount(0); // no internal name
  await id().fill(PUBLIC_ID.slice(1));
  await button("Continue").click();
  await expect(id()).toHaveAccessibleDescription(
    /Twitch doesn't recognize this client ID\. It has 29 characters; Twitch's have 30\./,
  );
  await hasKeyboard(id());
  await expect(page.getByRole("status").filter({ hasText: "recognize" })).toHaveCount(0); // said once

  await id().fill(CONFIDENTIAL_ID);
  await expect(page.getByRole("region", { name: "Client ID valid: a Confidential app" })).toBeVisible();
  await expect(page.getByText("http://localhost:17563/callback/twitch")).toBeVisible();
  await findsNothingAsItStands(page, "a confidential app");
  await button("Continue").click();
  const secret = page.getByLabel("Client secret");
  await hasKeyboard(secret);
  await secret.fill("not-that-one");
  await button("Continue").click();
  await expect(secret).toHaveAccessibleDescription(/Twitch rejects this client secret/);
  await secret.fill("sandbox-only-not-a-secret");
  await button("Continue").click();
  await expect(page.getByRole("radio", { name: /^Stream overlay/ })).toBeVisible();

  // One method is recommended; the others are folded.
  await button("Back").click();
  await expect(page.getByRole("radio", { name: /^Sandbox/ })).not.toBeChecked();
  const other = page.getByRole("radio", { name: /^Implicit ?One-time token, no/ });
  await expect(other).toBeHidden();
  await page.getByText("Other sign-in methods").click();
  await expect(other).toBeVisible();
  await findsNothingAsItStands(page, "sign-in methods");
});

test("without Twitch the ID is not judged, and the check says so once and nothing of tokens", async () => {
  twitch.unreachable = true;
  await begin();
  await link("Add Twitch account").click();
  await id().fill(PUBLIC_ID);
  await expect(page.getByRole("region", { name: "Client ID not checked" })).toBeVisible();
  await expect(page.getByRole("radio", { name: /^Public/ })).toBeChecked();
  await findsNothingAsItStands(page, "not checked");
  await button("Continue").click();
  await expect(page.getByRole("radio", { name: /^Stream overlay/ })).toBeVisible();
  await button("Back").click();
  await page.getByText("Other sign-in methods").click();
  await expect(page.getByText("Needs a Confidential app, which has a client secret").first()).toBeVisible();

  await page.evaluate(() => (location.hash = "#/clients"));
  await page.getByRole("button", { name: /^Check tokenkeep-/ }).click();
  const verdict = page.getByRole("dialog");
  await expect(verdict.getByText("Twitch can't be reached")).toHaveCount(1);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(verdict).not.toContainText(/tokens? (?:are|is|still)/i);
  await findsNothingAsItStands(page, "a check without an answer");
});

test("a registration of the distributor is a quick start, and says what sharing it means", async () => {
  const root = mkdtempSync(path.join("/tmp", "tk-copy-"));
  for (const part of ["package.json", "out/main", "out/preload", "out/renderer", "resources"])
    cpSync(path.join(import.meta.dirname, "../..", part), path.join(root, part), { recursive: true });
  writeFileSync(
    path.join(root, "resources/registration.json"),
    JSON.stringify({ provider: "twitch", client_id: PUBLIC_ID, name: "Harbor Collective" }),
  );
  await begin({ root, profile: newProfile() });
  await expect(page.getByText(/comes with the Twitch app “Harbor Collective”/)).toBeVisible();
  await expect(page.getByText("You share this app")).toBeVisible();
  await findsNothing(page, "quick start");
  await fits(page, "quick start");
  await button("Sign in with Twitch").click();
  await page.getByRole("radio", { name: /^Stream overlay/ }).check();
  await button("Sign in with Twitch").click();
  await expect.poll(async () => (await opened()).length).toBe(1);
  await walkPages(twitch.pageOf((await opened())[0] ?? ""), "700000002");
  await button("Save account").click();
  await expect(page.getByRole("heading", { name: "mirrelune is ready" })).toBeVisible();
});
