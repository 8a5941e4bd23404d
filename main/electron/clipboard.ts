// From the whole module: its place among the parts differs between versions.
import { clipboard } from "electron";
import type { Clipboard } from "../host.ts";

/** Awaited throughout: the calls return promises since Electron 44, and plain values before. */
export const systemClipboard: Clipboard = {
  async write(text) {
    await clipboard.writeText(text.reveal()); // the person asked for it
  },
  async read() {
    return await clipboard.readText();
  },
  async clear() {
    await clipboard.clear();
  },
};
