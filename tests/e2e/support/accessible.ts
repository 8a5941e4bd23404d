/** Whether everybody can use a screen: axe's rules in both themes and languages, and the keyboard alone. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page } from "@playwright/test";
import { cutOff, speak, unmarked } from "./languages.ts";

/**
 * Expects no violation of axe's rules on the screen as it is, in both themes. `within`: a selector; a menu or dialog lies
 * outside the page's landmarks, and is judged alone.
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

/** Open dialogs and the values of fields, without the choice of the language. */
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
 * Expects no violation of axe's rules in both themes and both languages, and no untranslated or cut off text in the pretended
 * language. A change of the language redraws the window, which closes dialogs and empties fields: a screen with those is judged
 * as it stands, and so is a locked vault, whose settings cannot change. The walks in languages.spec.ts show them in the other
 * languages. A page that is not the app's window has one language.
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
  // A language other than the present one, so that the window is told of the change.
  await changed("en", () => speak(page, was === "en" ? "system" : "en", { pretend: true }));
  await unmarked(page, where);
  await cutOff(page, where);
  await changed("en", () => speak(page, was));
  await expect(page.locator("body")).not.toContainText("~~");
}

/** Expects a contrast of 7:1 for all text where the system asks for more contrast; the screen is judged as it stands. */
export async function findsNothingInHighContrast(page: Page, where: string, within?: string): Promise<void> {
  await page.emulateMedia({ contrast: "more" });
  const rules = { "color-contrast-enhanced": { enabled: true } };
  await findsNothingAsItStands(page, `${where}, high contrast`, within, rules);
  await page.emulateMedia({ contrast: null });
}

/** Expects the element to have the focus, also in a window that is not active, as on a display without a window manager. */
export const hasKeyboard = (wanted: Locator): Promise<void> =>
  expect.poll(() => wanted.evaluate((element) => element === document.activeElement)).toBe(true);

/** Presses Tab until the element has the focus; fails after more stops than any screen has. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab does not lead to ${String(wanted)}`);
}

/** Expects the narrowest window to cut off no text and to scroll in one direction only. */
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
