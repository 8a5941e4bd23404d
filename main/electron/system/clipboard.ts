// From the whole module: its place among the parts differs between versions.
import * as electron from "electron";
import type { Clipboard } from "../../desktop/clipboard.ts";

const { clipboard } = electron;
/** Since Electron 44: several formats in one write. */
interface Newer {
  readonly ClipboardItem?: new (formats: Record<string, string | Blob>) => object;
  readonly clipboard: { write(items: readonly object[]): Promise<void> };
}
/** Typed by what is used of it: the types of some versions do not have it. */
const whole: object = electron;
const newer: Partial<Newer> = whole;

const raw = (format: string): string => `electron application/osclipboard;format="${format}"`;
/** A Windows DWORD of 0: "no". */
const no = (): Blob => new Blob([new Uint8Array(4)]);

/**
 * What asks a history of the clipboard to leave a text out; kept by those that follow it (Klipper, GPaste, CopyQ,
 * Windows' own history and cloud, tools of macOS), and not by all.
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

/** In one go with the text: a second write would take the place of the first. False: it is not there this way. */
async function writeWithHints(text: string): Promise<boolean> {
  if (newer.ClipboardItem === undefined) return false;
  try {
    await newer.clipboard?.write([new newer.ClipboardItem({ "text/plain": text, ...hints() })]);
    return (await clipboard.readText()) === text;
  } catch {
    return false; // a desktop that takes no format but text
  }
}

/** Awaited throughout: the calls return promises since Electron 44, and plain values before. */
export const systemClipboard: Clipboard = {
  async write(text, concealed) {
    const plain = text.reveal(); // the person asked for it
    if (!concealed || !(await writeWithHints(plain))) await clipboard.writeText(plain);
  },
  async read() {
    return await clipboard.readText();
  },
  async clear() {
    await clipboard.clear();
  },
};
