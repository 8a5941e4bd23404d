/** Shows a section of the settings by its address. */
import type { Page } from "@playwright/test";

export const showSection = async (page: Page, section: string): Promise<void> => {
  await page.evaluate((to) => (location.hash = `#/settings/${to}`), section);
  await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
};
