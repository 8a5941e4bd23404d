/** The person's own browser: the system's default, or the one they chose. */
import { shell } from "electron/common";
import { isLoopbackHost } from "../../core/loopback.ts";
import { openInInstalled } from "../browsers.ts";

/**
 * Opens `https`, or a page of this computer, and nothing else: whatever the page, no other program is started by an
 * address. `browser`: an entry's id, or empty; one that is gone makes place for the default. False: none opened.
 */
export async function openInBrowser(url: string, browser: string): Promise<boolean> {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopbackHost(hostname))) return false;
  if (browser !== "" && (await openInInstalled(browser, url))) return true;
  try {
    await shell.openExternal(url);
    return true;
  } catch {
    return false;
  }
}
