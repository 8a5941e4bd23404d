/** The steps from one screen to the next, for the lists of shots. */
import { expect, type ElectronApplication, type Page } from "@playwright/test";
import type { Flow } from "../../contract/flow.ts";
import type { Snapshot } from "../../contract/views/snapshot.ts";
import type { AppAtSandbox } from "../support/app-at-sandbox.ts";

export interface Shot<Stage> {
  /** The name of the image files, and of `--only`. */
  readonly name: string;
  /** The heading in the index. */
  readonly screen: string;
  readonly state: string;
  readonly show: (at: Stage) => Promise<unknown>;
  /** The window keeps its height; otherwise it is made as tall as its page. */
  readonly cut?: true;
  /** The notices stay; otherwise they are dismissed. */
  readonly toast?: true;
  /** The page to show, where it is not the window's. */
  readonly of?: (at: Stage) => Promise<Page>;
  /** The widths of that page, where its window has others than the app's. */
  readonly widths?: readonly number[];
  /** The height of that page, where it is not as tall as a window. */
  readonly height?: number;
  /** The README shows it, in this theme. */
  readonly readme?: "light" | "dark";
}
export interface Running {
  readonly app: ElectronApplication;
  readonly page: Page;
}

export const PASSPHRASE = "a lantern by the harbour";
export const FIRST = "harborlights_tv";
export const SECOND = "mirrelune";
export const FIRST_USER = "700000001";

export const button = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name, exact: true }).first().click();
export const title = (page: Page, name: string | RegExp) =>
  page.getByRole("heading", { name, level: 1 }).waitFor();
/** Opens a screen by its address, as the navigation does. */
export async function go(page: Page, screen: string, heading: string): Promise<void> {
  await page.evaluate((to) => (location.hash = `#/${to}`), screen);
  await title(page, heading);
}
export const accounts = (page: Page) => go(page, "accounts", "Accounts");
export async function account(page: Page, login: string): Promise<void> {
  await accounts(page);
  await page.getByRole("link", { name: login }).click();
  await title(page, login);
  await page.getByRole("heading", { name: "History" }).waitFor();
}
/** Closes what is open; a dialog with input asks first. */
export async function escape(page: Page): Promise<void> {
  const overlay = page.locator("[role=dialog], [role=alertdialog], [role=menu]");
  const discard = page.getByRole("button", { name: "Discard changes" });
  if (await discard.isVisible()) return discard.click();
  await page.keyboard.press("Escape");
  await expect.poll(async () => (await overlay.count()) === 0 || (await discard.isVisible())).toBe(true);
  if (await discard.isVisible()) await discard.click();
}
export async function rowMenu(page: Page, login: string, item: RegExp): Promise<void> {
  await page.getByRole("button", { name: `More for ${login}` }).click();
  await page.getByRole("menuitem", { name: item }).click();
  await page.getByRole("alertdialog").waitFor();
}
/** The window's state. */
export const snapshot = (page: Page): Promise<Snapshot> =>
  page.evaluate(async () => {
    const state = await window.tokenkeep["state.get"]();
    if (!state.ok) throw new Error(state.failure.code);
    return JSON.parse(state.value) as Snapshot;
  });
export const idOf = async (page: Page, login: string): Promise<string> =>
  (await snapshot(page)).signIns.find((one) => one.login === login)?.id ?? "";
export const clientId = async (page: Page, name: string): Promise<string> =>
  (await snapshot(page)).clients.find((one) => one.name === name)?.id ?? "";
/** Switches the masking of names. */
export async function setStreamer(page: Page, streamer: "on" | "off"): Promise<void> {
  const { settings } = await snapshot(page);
  const done = await page.evaluate((to) => window.tokenkeep["settings.change"](to), {
    ...settings,
    streamer,
  });
  if (!done.ok) throw new Error(done.failure.code);
}
export const validate = (page: Page, id: string) =>
  page.evaluate((of) => window.tokenkeep["signIns.validate"](of), id);
export const refresh = (page: Page, id: string) =>
  page.evaluate((of) => window.tokenkeep["signIns.refresh"](of), id);

export async function startSignIn({ page }: AppAtSandbox): Promise<void> {
  const id = await page.evaluate(
    async (client) => {
      const scopes = ["user:read:chat", "channel:manage:broadcast"];
      const started = await window.tokenkeep["authorization.start"]({ client, scopes });
      if (!started.ok) throw new Error(started.failure.code);
      return started.value.id;
    },
    await clientId(page, "Bot"),
  );
  await go(page, `signIn/${id}`, "Sign in to Sandbox");
}
/** Starts a sign-in by this flow; the provider's page opens. */
export async function startFlow(page: Page, flow: Flow, scopes: string[]): Promise<void> {
  const client = await clientId(page, "Bot");
  const started = await page.evaluate((form) => window.tokenkeep["authorization.start"](form), {
    client,
    scopes,
    flow,
  });
  if (!started.ok) throw new Error(started.failure.code);
  await page.evaluate((id) => (location.hash = `#/signIn/${id}`), started.value.id);
}
/** Starts a sign-in in the browser, with two browsers to choose from, of which none opens. */
export async function startInBrowser(at: AppAtSandbox): Promise<void> {
  const { app, page } = at;
  await button(page, "Accounts");
  await app.evaluate(({ ipcMain, shell }) => {
    shell.openExternal = () => Promise.resolve();
    const value = ["Chromium", "Firefox"].map((name) => ({ id: `${name}.desktop`, name }));
    ipcMain.removeHandler("browsers.list");
    ipcMain.handle("browsers.list", () => ({ ok: true, value }));
  });
  await startSignIn(at);
  await button(page, "Open in browser instead");
  await page.getByRole("combobox", { name: "Browser" }).waitFor();
}
/** Leaves calls of these names without an answer from now on. */
export const hold = (app: ElectronApplication, ...names: readonly string[]) =>
  app.evaluate(({ ipcMain }, held) => {
    for (const name of held) {
      ipcMain.removeHandler(name);
      ipcMain.handle(name, () => new Promise(() => undefined));
    }
  }, names);
/** Makes calls of this name fail from now on, with an internal error. */
export const fail = (app: ElectronApplication, name: string) =>
  app.evaluate(({ ipcMain }, failing) => {
    ipcMain.removeHandler(failing);
    ipcMain.handle(failing, () => ({ ok: false, failure: { code: "internal" } }));
  }, name);
/** Resolves with what `find` returns, as soon as that is not undefined. */
export async function until<V>(find: () => V | undefined): Promise<V> {
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("what was waited for did not appear");
}
