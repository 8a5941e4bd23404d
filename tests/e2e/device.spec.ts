/** The device code flow of a public client, from the guide to the list, in the real app. */
import { expect, test } from "@playwright/test";
import type { Snapshot } from "../../contract/views/snapshot.ts";
import { findsNothing, findsNothingAsItStands, fits } from "./support/accessible.ts";
import { providerPage, readClipboard, signInAtProvider } from "../support/app.mjs";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";

let at: AppAtSandbox;
test.beforeEach(async () => {
  test.setTimeout(120_000);
  at = await startAtSandbox();
  await at.register("sandbox-public", "Public bot");
});
test.afterEach(() => at.close());

const button = (name: string) => at.page.getByRole("button", { name });
async function getCode(): Promise<string> {
  await at.page.keyboard.press("Control+n");
  await at.page.getByRole("radio", { name: /^Public bot/ }).check();
  await at.page.getByRole("radio", { name: /^Code sign-in/ }).check();
  await findsNothingAsItStands(at.page, "ways to sign in");
  await fits(at.page, "ways to sign in");
  await button("Continue").click();
  await button("Get code").click();
  const code = at.page.locator("[data-code]");
  await code.waitFor();
  return code.innerText();
}

test("the device code is shown and compared, and the app notices the answer without a click", async () => {
  const { page, app } = at;
  const code = await getCode();
  expect(code).toMatch(/^[A-Z]{8}$/);
  await expect(page.getByRole("img", { name: /^QR code/ })).toBeVisible();
  const streamer = (mode: "on" | "off") =>
    page.evaluate(async (set) => {
      const state = await window.tokenkeep["state.get"]();
      if (!state.ok) throw new Error(state.failure.code);
      const { settings } = JSON.parse(state.value) as Snapshot;
      return window.tokenkeep["settings.change"]({ ...settings, streamer: set });
    }, mode);
  await streamer("on");
  await expect(page.getByRole("img", { name: /^QR code/ })).toBeHidden();
  await expect(page.getByText(code)).toBeHidden();
  await findsNothing(page, "a hidden code");
  await button("Show anyway").click();
  await expect(page.getByText(code)).toBeVisible();
  await streamer("off");
  await findsNothing(page, "a code");
  await fits(page, "a code");
  await button("Copy link").click();
  await expect.poll(readClipboard).toContain(`device-code=${code}`);
  await button("Open page").click();
  await expect.poll(async () => (await providerPage(app)).url()).toContain(code);
  await signInAtProvider(app, "lanternbot");
  await expect(page.getByRole("heading", { name: "You signed in as lanternbot" })).toBeVisible();
  await button("Save account").click();
  await page.getByRole("link", { name: "lanternbot" }).click();
  await expect(page.getByText(/Code sign-in, /)).toBeVisible();
});

test("a device sign-in goes on after its page is closed and reopened, and a cancelled one leaves nothing", async () => {
  const { page, app } = at;
  await getCode();
  await button("Open page").click();
  await providerPage(app);
  await app.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows())
      if (window.getTitle().startsWith("Sign in")) window.close();
  });
  await expect(page.getByText("Waiting for sign-in").first()).toBeVisible();
  await button("Open page").click();
  await signInAtProvider(app, "mirrelune");
  await expect(page.getByRole("heading", { name: "You signed in as mirrelune" })).toBeVisible();
  // A screen opened before the provider has revoked the token stays open.
  await button("Wrong account").evaluate((pressed: HTMLElement) => {
    pressed.click();
    location.hash = "#/add";
  });
  await expect(page.getByText("Token revoked")).toBeVisible();
  await expect(page.getByRole("radio", { name: /^Public bot/ })).toBeVisible();
  await getCode();
  await button("Cancel").click();
  await expect(page.getByRole("heading", { name: "Sign in to Twitch once." })).toBeVisible();
});

test("a device sign-in that is declined says so, and offers another try", async () => {
  const { page, app } = at;
  await getCode();
  await button("Open page").click();
  const provider = await providerPage(app);
  await provider.getByRole("button", { name: "Sign in as mirrelune" }).click();
  await provider.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText(/Sign-in was declined/)).toBeVisible();
  await expect(button("Try again")).toBeVisible();
});
