/** Which keychain safeStorage goes to, decided by us: Chromium goes by the desktop's name. */
import { app } from "electron/main";
import path from "node:path";
import { passwordStoreFor } from "../../vault/keys/keychains.ts";

/**
 * To be awaited before 'ready', when Chromium reads the switch. What the person wrote on the command line counts. An
 * existing vault costs the reading of one small file; for a new one the session's keychains are asked.
 */
export async function choosePasswordStore(): Promise<void> {
  if (process.platform !== "linux" || app.commandLine.hasSwitch("password-store")) return;
  const store = await passwordStoreFor(path.join(app.getPath("userData"), "vault"), process.env);
  if (store !== undefined) app.commandLine.appendSwitch("password-store", store);
}
