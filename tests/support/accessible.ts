/** Whether a screen can be used by everybody: by axe's rules, in both themes; and by keyboard alone. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page } from "@playwright/test";

/** `within`: a selector; what lies over the page is no part of its landmarks, and is looked at alone. */
export async function findsNothing(page: Page, where: string, within = "html"): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).include(within).setLegacyMode(true).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
    expect(found, `${where}, ${colorScheme}`).toEqual([]);
  }
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
