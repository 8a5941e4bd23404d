/**
 * Whether links of our scheme arrive at this app (RFC 8252 §7.1). The installed desktop entry registers the scheme;
 * Electron's own call would register more than the scheme on some desktops.
 */
import { app } from "electron/main";
import { LINK_SCHEME } from "../../../core/providers/redirects.ts";
import { runSystemProgram } from "../../desktop/programs.ts";

const ENTRY = "tokenkeep.desktop";

/** Whether the system hands links of our scheme to this app. Another program may have registered it, or none. */
export const linksReachUs = (): Promise<boolean> =>
  process.platform === "linux"
    ? runSystemProgram("xdg-mime", ["query", "default", `x-scheme-handler/${LINK_SCHEME}`], {
        timeoutMs: 15_000,
      }).then(
        (entry) => entry.trim() === ENTRY,
        () => false,
      )
    : Promise.resolve(app.isDefaultProtocolClient(LINK_SCHEME));
