/** electron-store, loaded when it is first needed: it is not on the way to the first paint. */
import type Store from "electron-store";

export async function loadStore(): Promise<typeof Store> {
  // With it in the environment (a terminal inside a snap has it) electron-store writes over the old file in place,
  // instead of beside it. A torn record would be an account.
  delete process.env["SNAP"];
  return (await import("electron-store")).default;
}
