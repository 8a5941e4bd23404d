/** A sign-in that is under way, and addresses of things that are gone. */
import { providerPage, signInAtProvider } from "../support/app.mjs";
import type { AppAtSandbox } from "../support/app-at-sandbox.ts";
import { FIRST, accounts, button, escape, go, startSignIn, until, type Shot } from "./steps.ts";

export const UNDER_WAY: readonly Shot<AppAtSandbox>[] = [
  {
    name: "accounts-sign-in-open",
    screen: "Accounts",
    state: "a sign-in is open",
    async show(at) {
      const { page } = at;
      await escape(page);
      await startSignIn(at);
      await accounts(page);
      await page.getByRole("row", { name: new RegExp(FIRST) }).waitFor();
      await page.getByText("Sandbox sign-in in progress").waitFor();
    },
  },
  {
    name: "sign-in-strip",
    screen: "Sign-in",
    state: "the strip above the provider's page",
    cut: true,
    widths: [360, 520], // the smallest and the first width of the window in authorization-window.ts
    height: 44, // the height that authorization-window.ts gives the strip
    of: ({ app }) => until(() => app.windows().find((one) => one.url().includes("authorization-bar"))),
    show: ({ app }) => providerPage(app),
  },
  {
    name: "sign-in-exchanging",
    screen: "Sign-in",
    state: "loading: whose token it is",
    async show(at) {
      const { app, page } = at;
      await at.fault({ kind: "silence" });
      await page.getByRole("link", { name: "Continue", exact: true }).click();
      await signInAtProvider(app, FIRST);
      await page.getByText("Verifying account…").waitFor();
    },
  },
  {
    name: "sign-in-gone",
    screen: "Sign-in",
    state: "failing: it is over",
    async show({ page }) {
      await button(page, "Cancel");
      await go(page, "signIn/00000000-0000-4000-8000-000000000000", "This sign-in has ended");
    },
  },
  {
    name: "account-gone",
    screen: "Account",
    state: "failing: it is gone",
    show: ({ page }) => go(page, "account/00000000-0000-4000-8000-000000000000", "This account was removed"),
  },
];
