/** The system's clipboard. */
// Imported from the whole module, because the part that exports the clipboard differs between versions.
import * as electron from "electron";
import type { Clipboard } from "../../desktop/clipboard.ts";

const { clipboard } = electron;
/** Since Electron 44 one write can contain several formats. */
interface Newer {
  readonly ClipboardItem?: new (formats: Record<string, string | Blob>) => object;
  readonly clipboard: { write(items: readonly object[]): Promise<void> };
}
/** Typed here, because the types of some versions lack these members. */
const whole: object = electron;
const newer: Partial<Newer> = whole;

const raw = (format: string): string => `electron application/osclipboard;format="${format}"`;
/** A Windows DWORD of 0: "no". */
const no = (): Blob => new Blob([new Uint8Array(4)]);

/**
 * Formats that ask clipboard managers not to store a text. Klipper, GPaste, CopyQ, the history and cloud of Windows and
 * tools of macOS respect them; others may not.
 */
function hints(): Record<string, string | Blob> {
  switch (process.platform) {
    case "linux":
      return { [raw("x-kde-passwordManagerHint")]: "secret" };
    case "darwin":
      return { [raw("org.nspasteboard.ConcealedType")]: "1" };
    case "win32":
      return {
        [raw("ExcludeClipboardContentFromMonitorProcessing")]: no(),
        [raw("CanIncludeInClipboardHistory")]: no(),
        [raw("CanUploadToCloudClipboard")]: no(),
      };
    default:
      return {};
  }
}

/** Writes text and hints in one call, because a second write would replace the first. False: the text was not written. */
async function writeWithHints(text: string): Promise<boolean> {
  if (newer.ClipboardItem === undefined) return false;
  try {
    await newer.clipboard?.write([new newer.ClipboardItem({ "text/plain": text, ...hints() })]);
    return (await clipboard.readText()) === text;
  } catch {
    return false; // some desktops accept text alone
  }
}

/** Every call is awaited: they return promises since Electron 44, and plain values before. */
export const systemClipboard: Clipboard = {
  async write(text, concealed) {
    const revealed = text.reveal(); // the user copies it
    if (!concealed || !(await writeWithHints(revealed))) await clipboard.writeText(revealed);
  },
  async read() {
    return await clipboard.readText();
  },
  async clear() {
    await clipboard.clear();
  },
};
