/** electron-store, for the settings; loaded on first use, so that it does not delay the first paint. */
import type Store from "electron-store";

export async function loadStore(): Promise<typeof Store> {
  // Where SNAP is set, as in a terminal inside a snap, electron-store writes over the old file in place: a crash would
  // leave a part of it.
  delete process.env["SNAP"];
  return (await import("electron-store")).default;
}
