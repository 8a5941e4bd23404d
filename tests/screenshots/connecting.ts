/** Tools that were given a key, and tools that ask for pairing. */
import type { AppAtSandbox } from "../support/app-at-sandbox.ts";
import { askToPair } from "../e2e/support/asking-tool.ts";
import { SECOND, accounts, button, escape, go, title, type Shot } from "./steps.ts";

const NIGHTCUE = {
  name: "Nightcue",
  developer: "Nordmole",
  reason: "Show and send chat in your second window",
  scopes: ["user:read:chat", "user:write:chat", "channel:manage:broadcast"],
};
/** The tool that waits from one shot to the next. */
let tool: Awaited<ReturnType<typeof askToPair>> | undefined;

export const CONNECTING: readonly Shot<AppAtSandbox>[] = [
  {
    name: "tools",
    screen: "Tools",
    state: "full",
    readme: "dark",
    async show({ page }) {
      await escape(page);
      await go(page, "tools", "Tools");
      for (const name of ["Demo overlay", "Chat bot"]) {
        await button(page, "Connect tool");
        await page.getByLabel("Tool name").fill(name);
        await button(page, "Create and copy credentials");
        await page.getByText(`Paste them into the settings of ${name}.`).waitFor();
      }
    },
  },
  {
    name: "tool-take-back",
    screen: "Dialogs",
    state: "take a key back",
    async show({ page }) {
      await button(page, "Remove access for Chat bot");
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
      tool = await askToPair(runtime, NIGHTCUE);
      await page.getByRole("link", { name: "Review" }).waitFor();
    },
  },
  {
    name: "pairing",
    screen: "Pairing",
    state: "the question",
    async show({ page }) {
      await page.getByRole("link", { name: "Review" }).click();
      await title(page, "Nightcue wants to connect");
    },
  },
  {
    name: "tool-details",
    screen: "Tools",
    state: "one that was paired, with its details",
    async show({ page }) {
      const account = page.getByRole("checkbox", { name: new RegExp(`^${SECOND}`) });
      await account.check();
      await button(page, "Allow");
      await title(page, "Tools");
      await page.getByRole("listitem").filter({ hasText: "Nightcue" }).getByText("Details").click();
    },
  },
  {
    name: "tools-denied",
    screen: "Tools",
    state: "one is not to ask again",
    async show({ page, runtime }) {
      const pushy = await askToPair(runtime, { name: "Pushy", developer: "Nobody", scopes: [] });
      await go(page, "pairing", "Pushy wants to connect");
      await button(page, "Block");
      await page.getByRole("button", { name: "Unblock Pushy" }).waitFor();
      pushy.leave();
    },
  },
  {
    name: "pairing-gone",
    screen: "Pairing",
    state: "failing: no tool waits any more",
    async show({ page }) {
      tool?.leave();
      await page.evaluate(() => (location.hash = "#/pairing"));
      await page.getByRole("link", { name: "View tools" }).waitFor();
    },
  },
];
