/** The components of the window, each in every state, judged by axe's rules. */
import { expect, test } from "@playwright/test";
import { findsNothing, findsNothingInHighContrast, fits } from "./support/accessible.ts";
import { openGallery } from "./support/gallery.ts";

test("every component is accessible in every state, in both themes and high contrast, and fits", async () => {
  test.setTimeout(240_000);
  const gallery = await openGallery();
  try {
    await findsNothing(gallery.page, "gallery");
    await findsNothingInHighContrast(gallery.page, "gallery");
    await fits(gallery.page, "gallery");
    const { page } = gallery;
    const over = [
      ["Menu, light", page.getByRole("menu")],
      ["Sheet, light", page.getByRole("dialog")],
      ["Question, light", page.getByRole("alertdialog")],
    ] as const;
    for (const [name, part] of over) {
      const opener = page.getByRole("button", { name });
      await opener.press("Enter");
      await expect(part).toBeVisible();
      // A dialog covers the page, which is judged above.
      const within = `[role=${(await part.getAttribute("role")) ?? ""}]`;
      await findsNothing(page, name, within);
      await findsNothingInHighContrast(page, name, within);
      await page.keyboard.press("Escape");
      await expect(opener).toBeFocused();
    }
  } finally {
    await gallery.close();
  }
});
