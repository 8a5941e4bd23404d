/** Decides which keychain safeStorage uses. Chromium by itself decides by the name of the desktop. */
import { app } from "electron/main";
import path from "node:path";
import { passwordStoreFor } from "../../vault/keys/keychains.ts";

/**
 * To be awaited before 'ready', when Chromium reads the switch. A switch on the command line counts. For an existing vault
 * one small file is read; for a new one the session's keychains are queried.
 */
export async function choosePasswordStore(): Promise<void> {
  if (process.platform !== "linux" || app.commandLine.hasSwitch("password-store")) return;
  const store = await passwordStoreFor(path.join(app.getPath("userData"), "vault"), process.env);
  if (store !== undefined) app.commandLine.appendSwitch("password-store", store);
}
