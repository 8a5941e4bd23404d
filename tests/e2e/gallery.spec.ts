/** The parts of the window, each in every state, by axe's rules. */
import { test } from "@playwright/test";
import { findsNothing, fits } from "../support/accessible.ts";
import { openGallery } from "../support/gallery.ts";

test("every part is accessible in every state, in both themes, and fits", async () => {
  test.setTimeout(120_000);
  const gallery = await openGallery();
  try {
    await findsNothing(gallery.page, "gallery");
    await fits(gallery.page, "gallery");
  } finally {
    await gallery.close();
  }
});
