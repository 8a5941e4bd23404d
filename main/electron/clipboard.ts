// From the whole module: its place among the parts differs between versions.
import { clipboard, ClipboardItem } from "electron";
import type { Clipboard } from "../host.ts";

const raw = (format: string): string => `electron application/osclipboard;format="${format}"`;
/** A Windows DWORD of 0: "no". */
const NO = (): Blob => new Blob([new Uint8Array(4)]);

/**
 * What asks a clipboard's history to leave a text out; kept by those that follow it (Klipper, GPaste, CopyQ, Windows'
 * own history and cloud, macOS tools), and not by all.
 */
function conceals(): Record<string, string | Blob> {
  switch (process.platform) {
    case "linux":
      return { [raw("x-kde-passwordManagerHint")]: "secret" };
    case "darwin":
      return { [raw("org.nspasteboard.ConcealedType")]: "1" };
    case "win32":
      return {
        [raw("ExcludeClipboardContentFromMonitorProcessing")]: NO(),
        [raw("CanIncludeInClipboardHistory")]: NO(),
        [raw("CanUploadToCloudClipboard")]: NO(),
      };
    default:
      return {};
  }
}

/** Awaited throughout: the calls return promises since Electron 44, and plain values before. */
export const systemClipboard: Clipboard = {
  async write(text, concealed) {
    const plain = text.reveal(); // the person asked for it
    if (!concealed) return clipboard.writeText(plain);
    // In one go with the hint: a second write would take the first one's place.
    await clipboard.write([new ClipboardItem({ "text/plain": plain, ...conceals() })]);
  },
  async read() {
    return await clipboard.readText();
  },
  async clear() {
    await clipboard.clear();
  },
};
