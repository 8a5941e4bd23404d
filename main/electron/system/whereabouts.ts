/** Where the user finds the app while its window is closed. */
import { hasTrayHost } from "../../desktop/tray-host.ts";
import { sessionBusAddress } from "../../desktop/session-bus.ts";
import type { Whereabouts } from "../../window/frame/closing.ts";

/** Windows and macOS always have a place for the icon; a Linux desktop may have none. */
export async function whereabouts(): Promise<Whereabouts> {
  if (process.platform === "darwin") return "menuBar";
  if (process.platform !== "linux") return "tray";
  return (await hasTrayHost(sessionBusAddress(process.env))) ? "tray" : "nowhere";
}
