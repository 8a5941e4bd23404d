/** Whether a screen can be used by everybody: by axe's rules, in both themes and languages; and by keyboard alone. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page } from "@playwright/test";
import { cutOff, speak, unmarked } from "./languages.ts";

/**
 * As it is now, in both themes. `within`: a selector; what lies over the page is no part of its landmarks, and is looked
 * at alone.
 */
export async function findsNothingAsItStands(
  page: Page,
  where: string,
  within = "html",
  rules: Record<string, { readonly enabled: boolean }> = {},
): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page })
      .include(within)
      .options({ rules })
      .setLegacyMode(true)
      .analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
    expect(found, `${where}, ${colorScheme}`).toEqual([]);
  }
}

/** What lies open and what is in the fields. The choice of the language is what changes. */
const standing = (page: Page): Promise<string> =>
  page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLInputElement>(
        "h1, h2, [role=dialog], [role=alertdialog], [role=menu], details[open], input, select:not(#language-choice)",
      ),
    ]
      .filter((element) => element.closest("[role=row]") === null)
      .map(({ tagName, value, checked }) => [tagName, value, checked].join(" "))
      .join("\n"),
  );

/**
 * In both themes and both languages; and in the pretended language nothing is untranslated or cut off. A change of the
 * language draws the window anew: an open dialog, typed words and an unfolded part are gone, and are looked at as they
 * stand. Of those, the walk in languages.spec.ts sees the other languages. So it does of a locked vault, which takes no
 * setting. A page that is not the app's window has one language.
 */
export async function findsNothing(page: Page, where: string, within = "html"): Promise<void> {
  await findsNothingAsItStands(page, where, within);
  if (!(await page.evaluate(() => "tokenkeep" in window))) return;
  const before = await standing(page);
  const changed = async (lang: string, to: () => Promise<unknown>): Promise<void> => {
    await to();
    await expect(page.locator("html")).toHaveAttribute("lang", lang);
    await expect.poll(() => standing(page), `${where}: it outlives a change of the language`).toBe(before);
  };
  let was: Awaited<ReturnType<typeof speak>> = "system";
  await changed("de", async () => (was = await speak(page, "de")));
  await findsNothingAsItStands(page, `${where}, German`, within);
  // Another one than before, so that the window hears of it.
  await changed("en", () => speak(page, was === "en" ? "system" : "en", { pretend: true }));
  await unmarked(page, where);
  await cutOff(page, where);
  await changed("en", () => speak(page, was));
  await expect(page.locator("body")).not.toContainText("~~");
}

/** As it stands, for who asked the system for more contrast: all text reaches 7:1. */
export async function findsNothingInHighContrast(page: Page, where: string, within?: string): Promise<void> {
  await page.emulateMedia({ contrast: "more" });
  const rules = { "color-contrast-enhanced": { enabled: true } };
  await findsNothingAsItStands(page, `${where}, high contrast`, within, rules);
  await page.emulateMedia({ contrast: null });
}

/** Keys go there; also in a window that is not the desktop's active one, as on a display without a window manager. */
export const hasKeyboard = (wanted: Locator): Promise<void> =>
  expect.poll(() => wanted.evaluate((element) => element === document.activeElement)).toBe(true);

/** Presses Tab until it is there, as somebody without a mouse does; more than any screen has stops is too often. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab does not lead to ${String(wanted)}`);
}

/** Nothing is cut off, or has to be scrolled to sideways, in the narrowest window. */
export async function fits(page: Page, where: string): Promise<void> {
  const before = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  await page.setViewportSize({ width: 360, height: 740 });
  const wider = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("main, [role=dialog], [role=alertdialog]")]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ tagName }) => tagName),
  );
  expect(wider, where).toEqual([]);
  await page.setViewportSize(before);
}
