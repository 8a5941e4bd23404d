/** The page of an account, and signing in again: what is said, copied, opened and named before it is done. */
import { expect, test, type Page } from "@playwright/test";
import type { Snapshot } from "../../contract/views/snapshot.ts";
import { en } from "../../text/en.ts";
import { copied, readClipboard, signInAtProvider } from "../support/app.mjs";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";
import { connectTool, parseConnection } from "../support/socket-client.mjs";
import { findsNothing, findsNothingAsItStands, fits } from "./support/accessible.ts";
import { askToPair } from "./support/asking-tool.ts";

const BOT = "lanternbot";
const READ = "user:read:chat";
const CHANGE = "channel:manage:broadcast";

let at: AppAtSandbox;
let page: Page;
let client = "";
test.beforeAll(async () => {
  at = await startAtSandbox();
  page = at.page;
  client = await at.register("tokenkeep-sandbox", "Bot");
  const { settings } = await stateOf();
  await page.evaluate((to) => window.tokenkeep["settings.change"](to), {
    ...settings,
    streamer: "off" as const,
  });
});
test.afterAll(() => at.close());

const stateOf = (): Promise<Snapshot> =>
  page.evaluate(async () => {
    const state = await window.tokenkeep["state.get"]();
    if (!state.ok) throw new Error(state.failure.code);
    return JSON.parse(state.value) as Snapshot;
  });
const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
const region = (name: string) => page.getByRole("region", { name });
async function show(screen: "account" | "renew", id: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), `#/${screen}/${id}`);
}
/** Opens the menu of the button, and returns its entries. */
async function entriesOf(name: string): Promise<string[]> {
  await button(name).click();
  const entries = await page.getByRole("menuitem").allInnerTexts();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  return entries;
}

test("the account page tells names apart, copies facts, opens pages, and shows claims in plain words", async () => {
  test.setTimeout(120_000);
  const id = await at.signIn(client, BOT, ["user:read:email", READ], "oidc_code");

  await test.step("a display name that differs in more than its case stands beside the login", async () => {
    await show("account", id);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/lanternbot\s+灯籠ボット/);
    const plain = await at.signIn(client, "mirrelune", [READ], "oidc_code");
    await show("account", plain);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^\s*mirrelune\s*$/);
    await expect(region(en.account.details)).not.toContainText("Display name");
    await show("account", id);
    await expect(region(en.account.details)).toContainText("灯籠ボット");
  });

  await test.step("user ID, login and client ID are copied, and each copy is announced", async () => {
    for (const [name, text, said] of [
      ["Copy user ID", "700000003", "User ID copied"],
      ["Copy login", BOT, "Login copied"],
      ["Copy client ID", "tokenkeep-sandbox", "Client ID copied"],
    ] as const) {
      await button(name).click();
      await expect(page.getByRole("status").filter({ hasText: said })).toHaveCount(1);
      await expect.poll(readClipboard).toBe(text);
    }
  });

  await test.step("the provider's own pages open in the browser, and no others", async () => {
    await at.app.evaluate(({ shell }) => {
      const opened: string[] = [];
      Object.assign(globalThis, { opened });
      shell.openExternal = (url) => Promise.resolve(void opened.push(url));
    });
    const opened = () => at.app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened);
    await button("Open channel").click();
    await expect.poll(opened).toEqual([`${at.origin}/channel?login=${BOT}`]);
    await button("Open connections page").click();
    await expect.poll(async () => (await opened())[1]).toBe(`${at.origin}/settings/connections`);
    await expect(button("Open developer console")).toHaveCount(0); // the sandbox has none
  });

  await test.step("claims are a table in plain words; the JSON is folded, and can be copied", async () => {
    const claims = region(en.claims.title);
    for (const [label, value] of [
      ["Display name", "灯籠ボット"],
      ["Email verified", "Yes"],
      ["Profile updated", /21 Aug 2026, \d\d:\d\d/],
    ] as const)
      await expect(claims.locator("dl > div").filter({ hasText: label })).toContainText(value);
    await findsNothing(page, "account page");
    await fits(page, "account page");
    await claims.getByText("Raw JSON").click();
    await expect(claims.locator("pre")).toContainText('"preferred_username": "灯籠ボット"');
    await findsNothingAsItStands(page, "claims as JSON");
    await claims.getByRole("button", { name: "Copy JSON" }).click();
    expect(JSON.parse(await copied(/"sub"/))).toMatchObject({ sub: "700000003" });
  });

  await test.step("IRC is a form of copying only where the scopes serve it", async () => {
    expect((await entriesOf(en.actions.copyMore)).join()).not.toMatch(/IRC/);
    const forIrc = await at.signIn(client, "harborlights_tv", ["chat:read"]);
    await page.getByRole("link", { name: en.app.accounts }).first().click();
    expect((await entriesOf(en.accounts.more.replace("{{name}}", BOT))).join()).not.toMatch(/IRC/);
    expect((await entriesOf(en.accounts.more.replace("{{name}}", "harborlights_tv"))).join()).toMatch(/IRC/);
    await show("account", forIrc);
    expect((await entriesOf(en.actions.copyMore)).join()).toMatch(/IRC/);
  });
});

test("the account page names the tools of a token, and the permissions that none of them asks for", async () => {
  test.setTimeout(120_000);
  const id = await at.signIn(client, "mirrelune", [READ, CHANGE]);
  const account = (await stateOf()).signIns.find((one) => one.id === id)?.account ?? "";
  await show("account", id);
  await expect(region(en.opens.tools)).toContainText(en.opens.noTools);
  await expect(page.getByText("Unused", { exact: true })).toHaveCount(0);

  await page.evaluate(
    (only) => window.tokenkeep["tools.create"]({ name: "Nightcue", accounts: [only] }),
    account,
  );
  const connection = parseConnection(await copied(/TOKENKEEP_KEY/));
  await expect(region(en.opens.tools)).toContainText("Hasn't used this token");
  const tool = await connectTool(connection);
  await tool.ask("token.get", { account: "mirrelune", scopes: [READ] });
  await expect(region(en.opens.tools)).toContainText("Uses this token", { timeout: 15_000 });
  const permission = (name: string) => region(en.account.scopes).locator("li").filter({ hasText: name });
  await expect(permission(CHANGE)).toContainText("Unused");
  await expect(permission(READ)).not.toContainText("Unused");
  await expect(region(en.account.scopes)).toContainText(
    /No tool has asked for 1 of these permissions since \d+ \w+ \d+\./,
  );
  await findsNothing(page, "unused permissions");

  await tool.ask("token.get", { account: "mirrelune", scopes: [CHANGE] });
  await expect(page.getByText("Unused", { exact: true })).toHaveCount(0, { timeout: 15_000 });
  tool.close();
});

/** Pairs a tool with these sign-ins alone, and for no more than their scopes. */
async function pairWith(id: string, name: string): Promise<() => Promise<unknown>> {
  const asking = await askToPair(at.runtime, { name, scopes: [READ] });
  await expect.poll(async () => (await stateOf()).pairing?.name).toBe(name);
  const question = (await stateOf()).pairing?.id ?? "";
  const allowed = await page.evaluate(
    (answer) => window.tokenkeep["pairing.allow"]({ ...answer, lifetime: "always" }),
    { id: question, signIns: [id] },
  );
  expect(allowed.ok).toBe(true);
  await asking.next();
  let requests = 1;
  return async () => {
    requests += 1;
    asking.send(requests, "token.get", { scopes: [READ, CHANGE] });
    return (await asking.next())["result"]?.["scopes"];
  };
}

test("signing in again: the choice comes first, names what tools lose, and loses nothing by default", async () => {
  test.setTimeout(120_000);
  const login = "harborlights_tv";
  const bot = await at.register("sandbox-rotating", "Rotating");
  const id = await at.signIn(bot, login, [READ, CHANGE]);
  const take = await pairWith(id, "Overlay");
  expect(await take()).toEqual([READ, CHANGE]);
  const replace = () => page.getByRole("radio", { name: /^Replace existing sign-in/ });
  const changes = () => region(en.renew.changes);
  const both = () => page.getByRole("radio", { name: /^Keep both/ });
  const count = async () => (await stateOf()).signIns.filter((one) => one.login === login).length;
  async function arrive(): Promise<void> {
    await button("Sign in again").click();
    await signInAtProvider(at.app, login);
    await page.getByRole("heading", { name: `You signed in as ${login}` }).waitFor();
  }

  await test.step("fewer permissions: the tool that loses one is named, and both are kept by default", async () => {
    await show("renew", id);
    await expect(page.getByRole("radio", { name: /^Same permissions/ })).toBeChecked();
    await page.getByRole("radio", { name: /^Choose permissions/ }).check();
    await page.getByRole("searchbox").fill(CHANGE);
    await page.getByRole("checkbox", { name: new RegExp(CHANGE) }).uncheck();
    await expect(changes()).toContainText(`Overlay loses ${CHANGE}`);
    await findsNothingAsItStands(page, "sign in again with fewer permissions");
    await fits(page, "sign in again with fewer permissions");
    await arrive();
    await expect(both()).toBeChecked();
    await expect(page.getByText(`Overlay loses ${CHANGE}`)).toBeVisible();
    await expect(button("Replace sign-in")).toHaveCount(0);
    await replace().check();
    await expect(button("Add sign-in")).toHaveCount(0);
    // The choice and what it costs stand before the button.
    const lossAt = await page.getByText(`Overlay loses ${CHANGE}`).boundingBox();
    const buttonAt = await button("Replace sign-in").boundingBox();
    expect(lossAt?.y ?? Infinity).toBeLessThan(buttonAt?.y ?? 0);
    await both().check();
    await findsNothing(page, "replace or keep both");
    await fits(page, "replace or keep both");
    await button("Add sign-in").click();
    await page.getByText(`Sign-in for ${login} added`).waitFor();
    expect(await take()).toEqual([READ, CHANGE]);
  });

  await test.step("more permissions: a tool that may not have them would lose all, so both are kept by default", async () => {
    await show("renew", id);
    await page.getByRole("radio", { name: /^Choose permissions/ }).check();
    await page.getByRole("searchbox").fill("channel:read:polls");
    await page.getByRole("checkbox").first().check();
    await expect(changes()).toContainText(`Overlay loses ${READ} and ${CHANGE}`);
    await arrive();
    await expect(both()).toBeChecked();
    await button(en.signIn.discard).click();
    await page.getByText(en.signIn.discarded).waitFor();
  });

  await test.step("the same permissions: nothing is lost, so the sign-in is replaced by default", async () => {
    await show("renew", id);
    await expect(changes()).toContainText("Same permissions as before");
    await expect(changes()).not.toContainText("loses");
    await arrive();
    await expect(replace()).toBeChecked();
    await expect(page.getByText("Overlay")).toHaveCount(0);
    const before = await count();
    await button("Replace sign-in").click();
    await page.getByText(`Sign-in for ${login} replaced`).waitFor();
    expect(await count()).toBe(before);
    expect(await take()).toEqual([READ, CHANGE]);
  });
});
