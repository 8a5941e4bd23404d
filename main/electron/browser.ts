/** The person's own browser. */
import { shell } from "electron/common";

/** Opens `https` and nothing else: whatever the page, no other program is started by an address. False: it did not open. */
export async function openInBrowser(url: string): Promise<boolean> {
  if (!URL.canParse(url) || new URL(url).protocol !== "https:") return false;
  try {
    await shell.openExternal(url);
    return true;
  } catch {
    return false;
  }
}
