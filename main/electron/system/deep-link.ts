/**
 * Links of our own scheme, as the system passes them on from a browser (RFC 8252 §7.1). Any page may make one, and while
 * it is passed on every program can read it: what comes is judged by the one door, and nothing of it is logged. The
 * scheme is ours by the installed desktop entry: Electron's own call would take more than the scheme on some desktops.
 */
import { app } from "electron/main";
import { LINK_SCHEME } from "../../../core/providers/redirects.ts";
import { runSystemProgram } from "../../desktop/programs.ts";

const ENTRY = "tokenkeep.desktop";

/** Whether the system hands these links to us. Another program may have the scheme, or nobody. */
export const linksReachUs = (): Promise<boolean> =>
  process.platform === "linux"
    ? runSystemProgram("xdg-mime", ["query", "default", `x-scheme-handler/${LINK_SCHEME}`], {
        timeoutMs: 15_000,
      }).then(
        (said) => said.trim() === ENTRY,
        () => false,
      )
    : Promise.resolve(app.isDefaultProtocolClient(LINK_SCHEME));
