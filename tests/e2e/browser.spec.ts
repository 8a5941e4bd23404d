/** Sign-ins in the default browser, Debian's Chromium, and links that the browser hands to the running app. */
import { expect, test, type Page } from "@playwright/test";
import { readdirSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import path from "node:path";
import type { Flow, Way } from "../../contract/flow.ts";
import type { Snapshot } from "../../contract/views/snapshot.ts";
import { findsNothing, findsNothingAsItStands, fits } from "./support/accessible.ts";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";
import { makeDesktop } from "./support/system-browser.ts";

test.describe.configure({ mode: "serial" });
let desktop: ReturnType<typeof makeDesktop>;
let at: AppAtSandbox;
let client: string;
test.beforeAll(async () => {
  test.setTimeout(120_000);
  desktop = makeDesktop();
  at = await startAtSandbox(desktop.env);
  desktop.installApp(at.profile, at.origin);
  client = await at.register("tokenkeep-sandbox", "Browser bot");
});
test.afterAll(async () => {
  await desktop.close(); // first, because the browser is the app's child and holds its output open
  await at.close();
});
test.beforeEach(() => test.setTimeout(120_000));

const button = (name: string) => at.page.getByRole("button", { name });
const authorizePage = (state?: string): RegExp => new RegExp(`^${at.origin}/oauth2/.*${state ?? ""}`);
async function start(flow: Flow, way: Way): Promise<string> {
  const form = { client, scopes: ["user:read:chat"], flow, way };
  const started = await at.page.evaluate((given) => window.tokenkeep["authorization.start"](given), form);
  if (!started.ok) throw new Error(started.failure.code);
  await at.page.evaluate((id) => (location.hash = `#/signIn/${id}`), started.value.id);
  return started.value.id;
}
async function step(id: string): Promise<string | undefined> {
  const json = await at.page.evaluate(async () => {
    const state = await window.tokenkeep["state.get"]();
    return state.ok ? state.value : "";
  });
  return (JSON.parse(json) as Snapshot).authorizations.find((one) => one.id === id)?.step;
}
/** Signs in and consents in the browser. After the first sign-in the provider knows the browser. */
async function authorize(tab: Page, login: string): Promise<void> {
  const known = tab.getByRole("button", { name: "Authorize" });
  const asks = tab.getByRole("button", { name: `Sign in as ${login}` });
  await known.or(asks).waitFor();
  if (await asks.isVisible()) await asks.click();
  await known.click();
}
async function discard(login: string): Promise<void> {
  await expect(at.page.getByRole("heading", { name: `You signed in as ${login}` })).toBeVisible({
    timeout: 20_000,
  });
  await at.page.getByRole("button", { name: /^(?:Wrong account|Done)$/ }).click();
}
const logged = (): string => {
  const folder = path.join(at.profile, "logs");
  return readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), "utf8"))
    .join("");
};

test("a sign-in in the browser comes back to the app, and leaves no code in the address bar", async () => {
  const { page } = at;
  await page.keyboard.press("Control+n");
  await page.getByRole("radio", { name: /^Browser bot/ }).check();
  await button("Continue").click();
  await page.getByRole("radio", { name: /^In my browser/ }).check();
  await page.getByRole("combobox", { name: "Browser" }).selectOption({ label: "Test browser" });
  await findsNothingAsItStands(page, "where the page opens");
  await fits(page, "where the page opens");
  await button("Open in browser").click();
  await page.getByText("Finish signing in in your browser").waitFor();
  await findsNothing(page, "a page in the browser");
  await fits(page, "a page in the browser");
  const tab = await desktop.tab(authorizePage());
  await authorize(tab, "lanternbot");
  await expect(tab.getByRole("heading", { name: "You can close this tab" })).toBeVisible();
  expect(tab.url()).toBe("http://localhost:17563/callback/sandbox");
  await findsNothingAsItStands(tab, "where the browser comes back to");
  await discard("lanternbot");
});

for (const flow of ["oidc_code", "implicit", "oidc_implicit_token", "oidc_implicit"] as const)
  test(`the answer of ${flow} comes back from the browser, and the address bar is cleared`, async () => {
    await start(flow, "browser");
    const warned = at.page.getByText(/browser history or sync/);
    await expect(warned).toHaveCount(flow === "oidc_code" ? 0 : 1);
    const tab = await desktop.tab(authorizePage());
    await authorize(tab, "lanternbot");
    await expect(tab.getByRole("heading", { name: "You can close this tab" })).toBeVisible();
    expect(await tab.evaluate(() => location.href)).toBe("http://localhost:17563/callback/sandbox");
    // Without an access token nobody but the ID token says who signed in, and it has the display name.
    await discard(flow === "oidc_implicit" ? "灯籠ボット" : "lanternbot");
  });

test("where a page refuses windows inside apps, one click on the strip above it opens the browser", async () => {
  await start("authorization_code", "window");
  const strip = () => at.app.windows().find((one) => one.url().includes("authorization-bar"));
  await expect.poll(() => strip() !== undefined).toBe(true);
  const link = strip()?.getByRole("link", { name: "Open in browser" });
  await expect(link ?? at.page.locator("none")).toBeVisible();
  const bar = strip();
  if (bar !== undefined) await findsNothingAsItStands(bar, "the strip above the provider's page");
  await link?.click({ noWaitAfter: true });
  await expect(at.page.getByText("Finish signing in in your browser")).toBeVisible();
  await expect.poll(strip).toBeUndefined();
  const tab = await desktop.tab(authorizePage());
  await authorize(tab, "lanternbot");
  await discard("lanternbot");
});

test("a link opened through the system reaches the running app, which refuses a hostile one and takes the answer", async () => {
  const ports: Server[] = [];
  for (const port of [17563, 21563, 26563, 17564, 17565]) {
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    ports.push(server);
  }
  try {
    const id = await start("authorization_code", "browser");
    const before = logged().split("door.refused").length;
    desktop.open("app.tokenkeep://callback/sandbox?code=stolencode&state=guessedstate");
    await expect.poll(() => logged().split("door.refused").length, { timeout: 20_000 }).toBe(before + 1);
    for (const value of ["stolencode", "guessedstate"]) expect(logged()).not.toContain(value);
    expect(await step(id)).toBe("waiting");
    const tab = await desktop.tab(authorizePage());
    await authorize(tab, "lanternbot");
    await discard("lanternbot");
  } finally {
    for (const server of ports) server.close();
  }
});
