/** Opens pages in the user's browser: the system's default, or the one that the user chose. */
import { shell } from "electron/common";
import { openInInstalled, pageAddress } from "../../desktop/browsers.ts";

/**
 * Opens only `https` pages and pages of this computer. `browser`: the id of a desktop entry, or empty for the default,
 * which also opens when the entry no longer exists. False: no browser opened.
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
