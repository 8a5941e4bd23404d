/** The results of the flows with OpenID Connect, and of signing in again with other scopes. */
import { signInAtProvider } from "../support/app.mjs";
import type { AppAtSandbox } from "../support/app-at-sandbox.ts";
import { FIRST, SECOND, button, account, startFlow, title, type Shot } from "./steps.ts";

export const BY_FLOWS: readonly Shot<AppAtSandbox>[] = [
  {
    name: "confirm-id-token",
    screen: "Sign-in",
    state: "an ID token alone",
    async show({ page, app }) {
      await startFlow(page, "oidc_implicit", []);
      await signInAtProvider(app, SECOND);
      await page.getByRole("heading", { name: "Profile claims" }).waitFor();
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
      await page.getByRole("radio", { name: /^Replace existing sign-in/ }).check();
      await button(page, "Replace sign-in");
      await account(page, FIRST);
      await page.getByRole("button", { name: "Fetch from Sandbox" }).click();
      await page.getByRole("heading", { name: "Current values from Sandbox" }).waitFor();
    },
  },
  {
    name: "account-other-scopes",
    screen: "Account",
    state: "other scopes",
    async show({ page }) {
      await page.getByRole("link", { name: "Change permissions…" }).click();
      await page.getByRole("radio", { name: /^Choose permissions/ }).check();
      await page.getByRole("searchbox").fill("chat");
      await page.getByRole("checkbox", { name: /user:read:chat$/ }).uncheck();
      await page.getByRole("checkbox", { name: /user:write:chat/ }).check();
    },
  },
  {
    name: "confirm-beside",
    screen: "Sign-in",
    state: "beside the one there is, or in its place",
    async show({ page, app }) {
      await button(page, "Sign in again");
      await signInAtProvider(app, FIRST);
      await title(page, `You signed in as ${FIRST}`);
      await page.getByRole("radio", { name: /^Keep both/ }).waitFor();
    },
  },
];
