/** Tools in the real app: what pairing proposes, and what changes, the code and the uses of a connected tool look like. */
import { expect, test, type Page } from "@playwright/test";
import { findsNothingAsItStands } from "./support/accessible.ts";
import { addSandboxAccount, copied, startApp } from "../support/app.mjs";
import { connectTool, parseConnection } from "../support/socket-client.mjs";
import { askToPair } from "./support/asking-tool.ts";
import type { RunningApp } from "./support/running-app.ts";

test.describe.configure({ mode: "serial" });

let on: RunningApp;
let page: Page;
test.beforeAll(async () => {
  test.setTimeout(120_000);
  on = await startApp();
  ({ page } = on);
  page.setDefaultTimeout(20_000);
  await addSandboxAccount(on.app, page, "mirrelune");
  await addSandboxAccount(on.app, page, "harborlights_tv");
});
/** The credentials of the tool that was added by hand. */
let deck: ReturnType<typeof parseConnection>;
test.afterAll(() => on.app.close());

type Asks = Parameters<typeof askToPair>[1] & { readonly accounts?: readonly string[] };
/** A tool asks, and the window shows its request. */
async function asks(request: Asks) {
  const tool = await askToPair(on.runtime, request);
  await page.getByRole("link", { name: "Review" }).click();
  await page.getByRole("heading", { name: `${request.name} wants to connect` }).waitFor();
  return tool;
}
const account = (login: string) => page.getByRole("checkbox", { name: new RegExp(`^${login}`) });
const allow = () => page.getByRole("button", { name: "Allow", exact: true }).click();
const scopesOf = (login: string) =>
  page.evaluate(async (name) => {
    const answer = await window.tokenkeep["state.get"]();
    if (!answer.ok) return [];
    const { signIns } = JSON.parse(answer.value) as { signIns: { login: string; scopes: string[] }[] };
    return signIns.find((one) => one.login === name)?.scopes ?? [];
  }, login);

test("what a tool asks for is chosen already, on one screen, and more than that is said once", async () => {
  const [asked = ""] = await scopesOf("mirrelune");
  await on.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1180, 800));
  const tool = await asks({ name: "Nightcue", accounts: ["mirrelune"], scopes: [asked], reason: "Chat" });
  await expect(account("mirrelune")).toBeChecked();
  await expect(account("harborlights_tv")).not.toBeChecked();
  await expect(page.getByText(/^Also allows \d+ things? it didn't request$/)).toHaveCount(1);
  expect(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
  await allow();
  expect((await tool.next())["result"]).toMatchObject({ lifetime: "lock" });
  await page.getByRole("heading", { name: "Tools", exact: true }).waitFor();
  tool.leave();
});

test("a connected tool loses and gains an account at once when its access is edited", async () => {
  await page.getByRole("link", { name: "Tools" }).first().click();
  await page.getByRole("button", { name: "Connect a tool" }).click();
  await page.getByLabel("Tool name").fill("Deck");
  await page.getByRole("button", { name: "Create and copy credentials" }).click();
  const code = page.getByRole("dialog", { name: "Deck is connected" });
  await code.waitFor();
  const connection = parseConnection(await copied(/TOKENKEEP_KEY=/));
  deck = connection;
  await expect(code.getByRole("tab")).toHaveText(["Node", "Python", "Shell", "C#", "OBS"]);
  await expect(code).not.toContainText(connection.key);
  await findsNothingAsItStands(page, "the code of a tool");
  await code.getByRole("button", { name: "Copy code" }).click();
  expect(await copied(/storeFile\("deck"\)/)).not.toContain(connection.key);
  await code.getByRole("button", { name: "Done" }).click();

  const tool = await connectTool(connection);
  const logins = async () =>
    ((await tool.ask("accounts.list")) as { accounts: { login: string }[] }).accounts.map((one) => one.login);
  expect(await logins()).toHaveLength(2);
  const edit = page.getByRole("button", { name: "Edit access for Deck" });
  const dialog = page.getByRole("dialog", { name: "Edit access for Deck" });
  await edit.click();
  await dialog.getByRole("radio", { name: "Selected accounts" }).check();
  await dialog.getByRole("checkbox", { name: /^harborlights_tv/ }).check();
  await dialog.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Access of Deck changed").waitFor();
  expect(await logins()).toEqual(["harborlights_tv"]);
  await edit.click();
  await dialog.getByRole("checkbox", { name: /^mirrelune/ }).check();
  await dialog.getByRole("button", { name: "Save changes" }).click();
  await expect.poll(async () => (await logins()).length).toBe(2);
  tool.close();
});

test("a use of a tool is shown while it happens", async () => {
  const usesOfDeck = () =>
    page.evaluate(async () => {
      const answer = await window.tokenkeep["state.get"]();
      const { tools } = JSON.parse(answer.ok ? answer.value : "{}") as {
        tools: { name: string; uses: number }[];
      };
      return tools.find(({ name }) => name === "Deck")?.uses ?? 0;
    });
  const tool = await connectTool(deck);
  const before = await usesOfDeck();
  await tool.ask("accounts.list");
  await expect.poll(usesOfDeck, { timeout: 3_000 }).toBeGreaterThan(before);
  await expect(page.getByRole("listitem").filter({ hasText: "Deck" })).toContainText(/Last used/);
  tool.close();
});

/** The request of the last two tests. */
let waiting: Awaited<ReturnType<typeof askToPair>>;

test("the window comes to the front for a request, and stays where it is in streamer mode", async () => {
  const isVisible = () =>
    on.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() === true);
  async function hide(): Promise<void> {
    await on.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    await expect.poll(isVisible).toBe(false);
  }
  const setStreamer = (streamer: "on" | "off") =>
    page.evaluate(async (mode) => {
      const answer = await window.tokenkeep["state.get"]();
      const { settings } = JSON.parse(answer.ok ? answer.value : "{}") as {
        settings: Parameters<(typeof window.tokenkeep)["settings.change"]>[0];
      };
      await window.tokenkeep["settings.change"]({ ...settings, streamer: mode });
    }, streamer);
  const caller = { name: "Caller", scopes: [] };
  await hide();
  waiting = await askToPair(on.runtime, caller);
  await expect.poll(isVisible).toBe(true);
  waiting.leave();

  await setStreamer("on");
  await hide();
  for (waiting.code = ""; waiting.code === "";) waiting = await askToPair(on.runtime, caller); // five seconds after a withdrawal
  await expect(page.getByText("A tool wants to connect").first()).toBeAttached();
  expect(await isVisible()).toBe(false);
  expect(waiting.code).toMatch(/^\d{6}$/); // the tool can say what to do meanwhile
  await on.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.show());
  await setStreamer("off");
});

test("a tool that asks for no scope is not told to get more than it asks for, and an error stands beside Allow", async () => {
  const tool = waiting;
  await page.getByRole("link", { name: "Review" }).click();
  await page.getByRole("heading", { name: "Caller wants to connect" }).waitFor();
  await expect(page.getByText(/didn't request/)).toHaveCount(0);
  await allow();
  const error = page.getByRole("alert");
  await expect(error).toHaveText("Select at least one account");
  await expect(error).toBeInViewport({ ratio: 1 });
  await page.getByRole("button", { name: "Deny", exact: true }).click();
  expect((await tool.next())["error"]).toMatchObject({ data: { code: "grant_denied" } });
});
