/** Every flow through every user agent, from the guide to the list, in the real app against the sandbox. */
import { expect, test } from "@playwright/test";
import type { Flow } from "../../contract/flow.ts";
import type { Snapshot } from "../../contract/views/snapshot.ts";
import { en } from "../../text/en.ts";
import { findsNothing, findsNothingAsItStands, fits } from "./support/accessible.ts";
import { providerPage, readClipboard, signInAtProvider } from "../support/app.mjs";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";

let at: AppAtSandbox;
test.afterEach(() => at.close());
const button = (name: string | RegExp) => at.page.getByRole("button", { name });

/** What the user does at the provider after the guide's last step. */
const WAYS = {
  async window(login: string) {
    await button("Open sign-in window").click();
    await signInAtProvider(at.app, login);
  },
  async "a code"(login: string) {
    await button("Get code").click();
    await button("Open page").click();
    await providerPage(at.app);
    await signInAtProvider(at.app, login);
  },
  nobody: () => button("Get app token").click(),
};
interface Row {
  readonly flow: Flow;
  readonly way: keyof typeof WAYS;
  readonly login: string;
  /** The state at the end of the flow. */
  readonly gives: { readonly access: boolean; readonly renews: boolean; readonly claims: boolean };
}
const TABLE: readonly Row[] = [
  {
    flow: "authorization_code",
    way: "window",
    login: "mirrelune",
    gives: { access: true, renews: true, claims: false },
  },
  {
    flow: "device_code",
    way: "a code",
    login: "lanternbot",
    gives: { access: true, renews: true, claims: false },
  },
  {
    flow: "oidc_code",
    way: "window",
    login: "harborlights_tv",
    gives: { access: true, renews: true, claims: true },
  },
  {
    flow: "implicit",
    way: "window",
    login: "mirrelune",
    gives: { access: true, renews: false, claims: false },
  },
  {
    flow: "oidc_implicit_token",
    way: "window",
    login: "mirrelune",
    gives: { access: true, renews: false, claims: true },
  },
  {
    flow: "oidc_implicit",
    way: "window",
    login: "mirrelune",
    gives: { access: false, renews: false, claims: true },
  },
  {
    flow: "client_credentials",
    way: "nobody",
    login: "",
    gives: { access: true, renews: true, claims: false },
  },
];

/** Goes through the guide to the question whether to keep the sign-in, and checks what the list then shows. */
async function signInBy({ flow, way, login, gives }: Row): Promise<void> {
  const { page } = at;
  await page.keyboard.press("Control+n");
  await page.getByRole("radio", { name: /^Bot/ }).check();
  const folded = page.locator("details:not([open]) > summary", { hasText: "Other sign-in methods" });
  if ((await folded.count()) > 0) await folded.click();
  await page
    .getByRole("radio", {
      name: new RegExp(`^${en.flows[flow].name}[A-Z]? ?${en.flows[flow].text.slice(0, 12)}`),
    })
    .check();
  if (flow === "authorization_code") {
    await findsNothingAsItStands(page, "guide: flows");
    await fits(page, "guide: flows");
  }
  if (flow !== "client_credentials" && flow !== "oidc_implicit") await button("Continue").click();
  await WAYS[way](login);
  const name = login === "" ? "App token for Bot" : `You signed in as ${login}`;
  await page.getByRole("heading", { name }).waitFor();
  await expect(page.getByRole("heading", { name: "Profile claims" })).toHaveCount(gives.claims ? 1 : 0);
  if (gives.access) {
    await button(/^(?:Save account|Replace sign-in)$/).click(); // a later flow replaces the sign-in of the one before
    const row = page.getByRole("row", { name: new RegExp(login === "" ? "Bot" : login) });
    await expect(row.first()).toBeVisible();
    const kept = await page.evaluate(async (wanted) => {
      const answer = await window.tokenkeep["state.get"]();
      const { signIns } = JSON.parse(answer.ok ? answer.value : "{}") as {
        signIns: { flow: string; renews: boolean; hasToken: boolean; hasIdToken: boolean; status: string }[];
      };
      return signIns.filter((one) => one.flow === wanted);
    }, flow);
    const { renews, claims: hasIdToken } = gives;
    expect(kept).toMatchObject([{ renews, hasIdToken, hasToken: true, status: "signed_in" }]);
  } else {
    await findsNothing(page, "an ID token alone");
    await fits(page, "an ID token alone");
    await button("Copy ID token").click();
    await expect.poll(readClipboard).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+$/);
    await button("Done").click();
    await page.getByText("Discarded").waitFor();
  }
}

test("every flow ends in the tokens that it promises, through every user agent", async () => {
  test.setTimeout(180_000);
  at = await startAtSandbox();
  const { page } = at;
  // Recording software masks names, and another test may have started some.
  await page.evaluate(async () => {
    const state = await window.tokenkeep["state.get"]();
    if (!state.ok) throw new Error(state.failure.code);
    const { settings } = JSON.parse(state.value) as Snapshot;
    return window.tokenkeep["settings.change"]({ ...settings, streamer: "off" });
  });
  await at.register("tokenkeep-sandbox", "Bot");
  for (const row of TABLE) await test.step(`${row.flow} by ${row.way}`, () => signInBy(row));

  await test.step("what the ID token says, and what the provider says now", async () => {
    await page.getByRole("link", { name: "harborlights_tv" }).click();
    const claims = page.getByRole("region", { name: "Profile claims" });
    await expect(claims).toContainText("preferred_username");
    await expect(claims).not.toContainText("nonce");
    await claims.getByRole("button", { name: "Fetch from Sandbox" }).click();
    await expect(claims.getByRole("heading", { name: "Current values from Sandbox" })).toBeVisible();
    await findsNothingAsItStands(page, "claims");
    await fits(page, "claims");
    await claims.getByRole("button", { name: "Copy ID token" }).click();
    await expect.poll(readClipboard).toMatch(/^ey/);
    const seenByWindow = await page.evaluate(async () =>
      JSON.stringify(await window.tokenkeep["state.get"]()),
    );
    expect(seenByWindow).not.toContain(readClipboard().slice(0, 40));
  });

  await test.step("other scopes: what is added and dropped is said first; a narrow one stands beside", async () => {
    await page.getByRole("link", { name: "Change permissions…" }).click();
    await page.getByRole("heading", { name: "Sign in again as harborlights_tv" }).waitFor();
    const changes = page.getByRole("region", { name: "Changes" });
    await expect(changes).toContainText("Same permissions as before");
    await page.getByRole("radio", { name: /^Choose permissions/ }).check();
    await page.getByRole("searchbox").fill("channel:read:polls");
    await page.getByRole("checkbox").first().check();
    await page.getByRole("searchbox").fill("user:bot");
    await page.getByRole("checkbox", { name: /user:bot$/ }).uncheck();
    await expect(changes).toContainText("Added: channel:read:polls");
    await expect(changes).toContainText("Removed: user:bot");
    await findsNothingAsItStands(page, "other scopes");
    await fits(page, "other scopes");
    await button("Sign in again").click();
    await signInAtProvider(at.app, "harborlights_tv");
    await page.getByRole("heading", { name: "You signed in as harborlights_tv" }).waitFor();
    await expect(page.getByText("Added: channel:read:polls")).toBeVisible();
    await findsNothing(page, "confirm with changes");
    await expect(page.getByRole("radio", { name: /^Keep both/ })).toBeChecked(); // a scope is missing from it
    await button("Add sign-in").click();
    await expect(page.getByRole("row", { name: /harborlights_tv/ })).toHaveCount(2);
  });
});
