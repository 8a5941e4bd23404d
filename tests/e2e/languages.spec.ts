/**
 * Every screen and dialog in other languages. The pretended language (text/pseudo.ts) marks each translated text and makes
 * it 40 % longer: a text without marks is not translated, a text without room is cut off. In German axe judges each screen.
 */
import { expect, test } from "@playwright/test";
import { de } from "../../text/de.ts";
import { en } from "../../text/en.ts";
import { pseudo } from "../../text/pseudo.ts";
import { createWords } from "../../text/words.ts";
import { findsNothingAsItStands, hasKeyboard, tabTo } from "./support/accessible.ts";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";
import { cutOff, speak, unmarked } from "./support/languages.ts";
import { walkOrdinaryScreens, walkRareScreens } from "./support/walks.ts";

let at: AppAtSandbox;
test.beforeEach(async () => {
  test.setTimeout(400_000);
  at = await startAtSandbox();
});
test.afterEach(() => at.close());

const WALKS = { "ordinary screens": walkOrdinaryScreens, "rare screens": walkRareScreens };
const german = createWords("de", de);
const english = createWords("en", en);
for (const [screens, walk] of Object.entries(WALKS)) {
  test(`${screens} leave no text untranslated and cut none off where words are 40 % longer`, async () => {
    const { page } = at;
    await page.evaluate(() => localStorage.setItem("language", "pseudo"));
    await page.reload();
    await walk(at, createWords("en", pseudo), async (on, where) => {
      await unmarked(on, where);
      await cutOff(on, where);
    });
  });

  test(`${screens} are accessible in German, in both themes, and fit`, async () => {
    await speak(at.page, "de");
    await walk(at, german, async (on, where) => {
      // A menu lies outside the landmarks.
      await findsNothingAsItStands(on, where, where === "menu" ? "[role=menu]" : "html");
      await cutOff(on, where);
    });
  });
}

test("the language is switched in the settings by keyboard, at once, and stays after a reload", async () => {
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
