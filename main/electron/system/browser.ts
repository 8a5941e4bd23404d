/** The person's own browser: the system's default, or the one they chose. */
import { shell } from "electron/common";
import { openInInstalled, pageAddress } from "../../desktop/browsers.ts";

/**
 * Opens `https`, or a page of this computer, and nothing else. `browser`: an entry's id, or empty; one that is gone makes
 * place for the default. False: none opened.
 */
export async function openInBrowser(url: string, browser: string): Promise<boolean> {
  const address = pageAddress(url);
  if (address === undefined) return false;
  if (browser !== "" && (await openInInstalled(browser, address))) return true;
  try {
    await shell.openExternal(address);
    return true;
  } catch {
    return false;
  }
}
