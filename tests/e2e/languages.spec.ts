/**
 * Every screen and dialog in other languages. In the pretended one (text/pseudo.ts) what is not translated shows by
 * having no mark, and what has no room for 40 % more is cut off; in German each is judged by axe's rules.
 */
import { expect, test, type Page } from "@playwright/test";
import { de } from "../../text/de.ts";
import { en } from "../../text/en.ts";
import { pseudo } from "../../text/pseudo.ts";
import { createWords, type Translate } from "../../text/words.ts";
import { findsNothing, hasKeyboard, tabTo } from "../support/accessible.ts";
import { signInAtProvider } from "../support/app.mjs";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";

let at: AppAtSandbox;
test.beforeEach(async () => {
  test.setTimeout(400_000);
  at = await startAtSandbox();
});
test.afterEach(() => at.close());

const PASSPHRASE = "a lantern by the harbour";
type Look = (page: Page, where: string) => Promise<void>;

/** Through all of the window; `t` has the words that are on it. */
async function walk(on: AppAtSandbox, t: Translate, look: Look): Promise<void> {
  const { app, page } = on;
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const title = (name: string) => page.getByRole("heading", { name, exact: true }).first().waitFor();
  async function go(to: string, heading: string): Promise<void> {
    await page.evaluate((hash) => (location.hash = hash), `#/${to}`);
    await title(heading);
  }
  const leave = async (): Promise<void> => {
    await page.keyboard.press("Escape");
    await expect(page.locator("[role=dialog], [role=alertdialog], [role=menu]")).toHaveCount(0);
  };

  await button(t("empty.sandboxStart")).waitFor();
  await look(page, "empty");
  const bot = await on.register("tokenkeep-sandbox", "Bot");
  await go("add", t("add.title"));
  await page.getByRole("radio", { name: t("add.another") }).check();
  await look(page, "guide: new client");
  const chooseScopes = async (): Promise<void> => {
    await button(t("app.forward")).click();
    await page.getByRole("radio", { name: t("add.presets.choose.name") }).check();
    await page.getByRole("checkbox").first().check();
  };
  await on.register("sandbox-public", "Bot 2");
  await page.getByRole("radio", { name: /^Bot 2/ }).check();
  await page.getByRole("radio", { name: t("flows.device_code.name") }).check();
  await look(page, "guide: flow");
  await chooseScopes();
  await button(t("device.start")).click();
  await page.locator("[data-code]").waitFor();
  await look(page, "by a code");
  await button(t("app.cancel")).click();
  await go("add", t("add.title"));
  await page.getByRole("radio", { name: /^Bot(?! 2)/ }).check();
  await look(page, "guide: client");
  await chooseScopes();
  await look(page, "guide: scopes");
  await app.evaluate(({ shell }) => (shell.openExternal = () => Promise.resolve()));
  await page.getByRole("radio", { name: t("browser.way") }).check();
  await look(page, "guide: way");
  await button(t("browser.start")).click();
  await button(t("browser.again")).waitFor();
  await look(page, "in the browser");
  await button(t("app.cancel")).click();
  await go("add", t("add.title"));
  await page.getByRole("radio", { name: /^Bot(?! 2)/ }).check();
  await chooseScopes();
  await button(t("add.signIn")).click();
  await button(t("signIn.showWindow")).waitFor();
  await look(page, "waiting");
  await signInAtProvider(app, "mirrelune");
  await button(t("signIn.keep")).waitFor();
  await look(page, "confirm");
  await button(t("signIn.keep")).click();
  const second = await on.signIn(bot, "harborlights_tv");
  await page.evaluate((id) => window.tokenkeep["signIns.revoke"](id), second);
  await page.getByText(t("status.revoked"), { exact: true }).first().waitFor();
  await page.locator("[aria-controls=more-filters]").click();
  await page.getByRole("checkbox").first().check();
  await look(page, "accounts");
  await button(t("list.clear")).click();
  await button(t("accounts.more", { name: "mirrelune" })).click();
  await page.getByRole("menu").waitFor();
  await look(page, "menu");
  await page.getByRole("menuitem", { name: t("actions.remove"), exact: true }).click();
  await page.getByRole("alertdialog").waitFor();
  await look(page, "question");
  await leave();
  await page.getByRole("link", { name: "mirrelune" }).click();
  await title(t("history.title"));
  await page.locator("details summary").first().click();
  await look(page, "account");
  await page.goBack();
  await page.getByRole("link", { name: "harborlights_tv" }).click();
  await title(t("history.title"));
  await look(page, "revoked account");
  await go("tools", t("tools.title"));
  await button(t("tools.add")).click();
  await page.getByRole("dialog").waitFor();
  await page.getByRole("radio", { name: t("tools.only") }).check();
  await button(t("tools.create")).click();
  await look(page, "new tool");
  await leave();
  await go("clients", t("clients.title"));
  await look(page, "clients");
  await button(t("clients.add")).click();
  await page.getByRole("dialog").waitFor();
  await button(t("clients.save")).click();
  await look(page, "new client");
  await leave();
  await button(t("check.of", { name: "Bot" })).click();
  await page.getByText(t("check.good.client_secret")).waitFor();
  await look(page, "a check");
  await leave();
  await go("imports", t("imports.title"));
  await look(page, "another tool's token");
  await go("activity", t("activity.title"));
  await look(page, "activity");
  for (const [keys, where] of [
    ["Control+k", "palette"],
    ["?", "keys"],
  ] as const) {
    await page.keyboard.press(keys);
    await page.getByRole("dialog").waitFor();
    await look(page, where);
    await leave();
  }
  await go("settings", t("settings.title"));
  await button(t("settings.run")).click();
  await page.locator("dl.facts").waitFor();
  await look(page, "settings");
  for (const way of ["export", "import"] as const) {
    await button(t(`settings.${way}`)).click();
    await page.getByRole("dialog").waitFor();
    await look(page, way);
    await leave();
  }
  await button(t("providers.add")).click();
  await page.getByRole("dialog").waitFor();
  await button(t("providers.save")).click();
  await page.getByRole("alert").waitFor();
  await look(page, "new provider");
  await leave();
  await page.keyboard.press("Control+l");
  await page.getByRole("region", { name: t("app.paused") }).waitFor();
  await look(page, "paused");
  await page.keyboard.press("Control+l");
  const sealed = await page.evaluate(
    (secret) => window.tokenkeep["vault.reseal"]({ keychain: true, passphrase: { new: secret } }),
    PASSPHRASE,
  );
  expect(sealed.ok).toBe(true);
  await page.getByRole("radio", { name: t("settings.vault.text") }).waitFor();
  await look(page, "settings with a passphrase");
  await page.evaluate(() => window.tokenkeep["vault.lock"]("vault"));
  await title(t("vault.lockedTitle"));
  await page.getByLabel(t("vault.passphrase")).fill("not that one");
  await button(t("vault.unlock")).click();
  await page.getByRole("alert").waitFor();
  await look(page, "locked");
  await button(t("vault.startOver")).click();
  await page.getByRole("alertdialog").waitFor();
  await look(page, "begin anew");
}

/** What is no word of ours: names, ids, times, keys, paths, scopes, and what a provider calls its endpoints. */
const DATA = {
  elements: "code, kbd, [data-code], time, svg, script, style, .avatar, .sr:empty, details li span",
  words:
    "mirrelune|harborlights_tv|Sandbox|Bot|Twitch|Deutsch|English|GNOME Keyring|[a-z]+(:[a-z_]+)+|Analytics|User|Channel|Chat|(in )?\\d[\\d:.,]*( min| h| d)?( ago)?|today|yesterday|tomorrow|(Mon|Tue|Wed|Thu|Fri|Sat|Sun)|\\d* ?[A-Z][a-z]{2}( \\d{4})?|linux [\\w. -]+",
};

const unmarked: Look = async (page, where) => {
  const found = await page.evaluate(({ elements, words }) => {
    const data = new RegExp(`(?<![\\wá-ý])(?:${words})(?![\\wá-ý])`, "gi");
    const left = (said: string): string => {
      let rest = said;
      for (let before = ""; before !== rest;) {
        before = rest;
        rest = rest.replace(/\[[^[\]]*\]/g, " ");
      }
      return rest
        .replace(data, " ")
        .replace(/[^a-zA-Z]+/g, " ")
        .trim();
    };
    const said: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
      if (node.parentElement?.closest(elements) === null) said.push(node.nodeValue ?? "");
    for (const element of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]"))
      for (const name of ["aria-label", "placeholder", "title", "alt"])
        said.push(element.getAttribute(name) ?? "");
    return [...new Set(said.filter((one) => left(one) !== ""))];
  }, DATA);
  expect.soft(found, `not translated: ${where}`).toEqual([]);
};

/** 640 px: what a window of 1280 has at 200 %. */
const SIZES = [
  [1280, 800],
  [640, 400],
  [360, 740],
] as const;
const cutOff: Look = async (page, where) => {
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    const found = await page.evaluate(() => {
      const name = (element: Element): string =>
        `${element.tagName} ${element.getAttribute("class") ?? ""}: ${(element.textContent ?? "").trim().slice(0, 60)}`;
      // What is there for screen readers alone is one pixel wide on purpose.
      const hidden = (element: Element): boolean =>
        element.closest(".sr, .skip, [hidden]") !== null || getComputedStyle(element).clipPath !== "none";
      const clipped = [...document.querySelectorAll("body *")].filter((element) => {
        const { overflowX, display } = getComputedStyle(element);
        return (
          (overflowX === "hidden" || overflowX === "clip") &&
          display !== "inline" &&
          !hidden(element) &&
          !element.matches(".clip, svg *, [role=meter], progress, .avatar") &&
          element.scrollWidth > element.clientWidth + 1
        );
      });
      const outside = [...document.querySelectorAll("button, a, input, select")].filter((element) => {
        const { left, right, width: wide } = element.getBoundingClientRect();
        return wide > 0 && !hidden(element) && (left < -1 || right > innerWidth + 1);
      });
      const { scrollWidth, clientWidth } = document.documentElement;
      return [...clipped, ...outside].map(name).concat(scrollWidth > clientWidth ? ["scrolls sideways"] : []);
    });
    expect.soft(found, `cut off: ${where}, ${String(width)} px`).toEqual([]);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
};

test("nothing is left untranslated, and nothing is cut off where words are longer", async () => {
  const { page } = at;
  await page.evaluate(() => localStorage.setItem("language", "pseudo"));
  await page.reload();
  await walk(at, createWords("en", pseudo), async (on, where) => {
    await unmarked(on, where);
    await cutOff(on, where);
  });
});

const german = createWords("de", de);
const english = createWords("en", en);
const speak = (page: Page, language: "de" | "en") =>
  page.evaluate(async (to) => {
    const answer = await window.tokenkeep["state.get"]();
    if (!answer.ok) throw new Error(answer.failure.code);
    const { settings } = JSON.parse(answer.value) as {
      settings: Parameters<(typeof window.tokenkeep)["settings.change"]>[0];
    };
    await window.tokenkeep["settings.change"]({ ...settings, language: to });
  }, language);

test("every screen is accessible in German, in both themes, and fits", async () => {
  await speak(at.page, "de");
  await walk(at, german, async (on, where) => {
    await findsNothing(on, where, where === "menu" ? "[role=menu]" : "html"); // a menu lies outside the landmarks
    await cutOff(on, where);
  });
});

test("the language is switched in the settings by keyboard, at once, and is there after a restart", async () => {
  const { page } = at;
  const choice = page.locator("#language-choice");
  await page.keyboard.press("Control+5");
  await page.getByRole("heading", { name: english("settings.languageTitle") }).waitFor();
  await tabTo(page, choice);
  await page.keyboard.press("End"); // Deutsch
  await page.getByRole("heading", { name: german("settings.title"), exact: true }).waitFor();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await hasKeyboard(choice);
  await page.reload();
  await page.getByRole("heading", { name: german("settings.title"), exact: true }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
  await speak(page, "en");
  await page.getByRole("heading", { name: english("settings.title"), exact: true }).waitFor();
});
