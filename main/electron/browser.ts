/** The person's own browser: the system's default, or the one they chose. */
import { shell } from "electron/common";
import { openInInstalled } from "../browsers.ts";

/**
 * Opens `https`, or a page of this computer, and nothing else: whatever the page, no other program is started by an
 * address. `browser`: an entry's id, or empty; one that is gone makes place for the default. False: none opened.
 */
export async function openInBrowser(url: string, browser: string): Promise<boolean> {
  if (!URL.canParse(url)) return false;
  // The parsed address alone goes on: what a program makes of the raw text need not be what was judged here.
  const { protocol, hostname, href } = new URL(url);
  if (protocol !== "https:" && !(protocol === "http:" && hostname === "localhost")) return false;
  if (browser !== "" && (await openInInstalled(browser, href))) return true;
  try {
    await shell.openExternal(href);
    return true;
  } catch {
    return false;
  }
}
