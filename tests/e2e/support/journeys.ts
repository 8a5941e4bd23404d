/** Five journeys of the first hour, in the real app. Each resolves with the actions that it took in the app. */
import { expect, type Page } from "@playwright/test";
import { en } from "../../../text/en.ts";
import { createWords } from "../../../text/words.ts";
import { seededProfile } from "../../bench/seeded.mjs";
import { addSandboxAccount, copied, providerPage, startApp } from "../../support/app.mjs";
import { crowdId } from "../../support/crowd.ts";
import { startCrowdServer } from "../../support/crowd-server.mjs";
import { walkPages } from "../../support/host.ts";
import { PUBLIC_ID, startTwitchStandIn } from "../../support/twitch-stand-in.ts";
import { askToPair } from "./asking-tool.ts";
import { catchBrowser, Counted } from "./counted.ts";

const t = createWords("en", en);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** From the first start to a Twitch account, with a Twitch app that is made meanwhile in the developer console. */
async function firstTwitchAccount(): Promise<Counted> {
  await using twitch = await startTwitchStandIn();
  const { app, page } = await startApp({ args: [...twitch.switches] });
  try {
    const opened = await catchBrowser(app);
    const person = new Counted(page);
    await person.click(page.getByRole("link", { name: t("welcome.add", { provider: "Twitch" }) }));
    await person.click(button(page, t("guide.open")));
    await expect.poll(opened).toEqual(["https://dev.twitch.tv/console/apps/create"]);
    await copied(/^tokenkeep-/); // in the clipboard already, for the console's first field
    await person.click(button(page, t("guide.copy", { field: t("guide.redirect") })));
    await copied(/^http:\/\/localhost$/);
    await person.fill(page.getByRole("textbox", { name: t("clients.clientId") }), PUBLIC_ID);
    await page.getByText(t("probe.public")).waitFor();
    await person.click(button(page, t("app.forward")));
    await person.click(button(page, t("guide.signInNow", { provider: "Twitch" })));
    await expect.poll(async () => (await opened()).length).toBe(2);
    const [, activation = ""] = await opened();
    await walkPages(twitch.pageOf(activation), "700000002"); // in the browser
    await person.click(button(page, t("signIn.keep")));
    await page.getByRole("heading", { name: t("ready.title", { login: "mirrelune" }) }).waitFor();
    return person;
  } finally {
    await app.close();
  }
}

/** From the first start to an account of the sandbox, whose pages are in a window of the app. */
async function sandbox(): Promise<Counted> {
  const { app, page } = await startApp();
  try {
    const person = new Counted(page);
    await person.click(button(page, t("empty.sandboxStart")));
    const pages = await providerPage(app);
    await person.click(pages.getByRole("button", { name: "Sign in as mirrelune" }));
    await person.click(pages.getByRole("button", { name: "Authorize" }));
    await person.click(button(page, t("signIn.keep")));
    await page.getByRole("row", { name: /mirrelune/ }).waitFor();
    return person;
  } finally {
    await app.close();
  }
}

async function copyOneOf200(): Promise<Counted> {
  const lifeMs = 14_124_000;
  const server = await startCrowdServer({ lifeMs });
  const { profile } = await seededProfile(200, server, { lifeMs });
  const { app, page } = await startApp({ profile });
  try {
    await page.locator("[data-row]").first().waitFor();
    const person = new Counted(page);
    await person.press("Control+k", "1", "3", "7");
    await page.getByRole("option", { name: t("commands.copy", { name: "user_137" }) }).waitFor();
    await person.press("Enter");
    await copied(new RegExp(`^access-${crowdId(136)}-`));
    return person;
  } finally {
    await app.close();
    await server.close();
  }
}

/** Runs a journey that begins with one account of the sandbox. */
async function withAccount(run: (page: Page, runtime: string) => Promise<Counted>): Promise<Counted> {
  const { app, page, runtime } = await startApp();
  try {
    await addSandboxAccount(app, page, "mirrelune");
    return await run(page, runtime);
  } finally {
    await app.close();
  }
}

const connectTool = () =>
  withAccount(async (page) => {
    const person = new Counted(page);
    await person.click(page.getByRole("link", { name: t("app.tools"), exact: true }).first());
    await person.click(button(page, t("tools.add")).first());
    await person.fill(page.getByLabel(t("tools.name")), "Nightcue");
    await person.click(button(page, t("tools.create")));
    await copied(/TOKENKEEP_/);
    return person;
  });

const pairCli = () =>
  withAccount(async (page, runtime) => {
    const cli = await askToPair(runtime, { name: "tokenkeep", scopes: [] });
    const person = new Counted(page);
    const question = page.getByRole("heading", { name: t("pairing.title", { name: "tokenkeep" }) });
    const look = page.getByRole("link", { name: t("pairing.look") });
    await question.or(look).first().waitFor();
    if (await look.isVisible()) await person.click(look);
    await question.waitFor();
    await person.check(page.getByRole("checkbox", { name: /^mirrelune/ }));
    await person.click(button(page, t("pairing.allow")));
    expect((await cli.next())["result"]).toMatchObject({ key: expect.any(String) });
    return person;
  });

export const JOURNEYS = [
  { name: "First Twitch account", limit: 7, unit: "actions", walk: firstTwitchAccount },
  { name: "Sandbox account", limit: 4, unit: "actions", walk: sandbox },
  { name: "Copy one of 200 accounts", limit: 5, unit: "keys", walk: copyOneOf200 },
  { name: "Connect a tool", limit: 4, unit: "actions", walk: connectTool },
  { name: "Pair the command line", limit: 3, unit: "actions", walk: pairCli },
] as const;
