/**
 * Links of our own scheme, as the system passes them on from a browser (RFC 8252 §7.1). Any page may make one, and while
 * it is passed on every program can read it: what comes is judged by the one door, and nothing of it is logged. The
 * scheme is ours by the installed desktop entry: Electron's own call would take more than the scheme on some desktops.
 */
import { app } from "electron/main";
import { execFile } from "node:child_process";

const SCHEME = "app.tokenkeep";
const ENTRY = "tokenkeep.desktop";

/** Undefined: there is none. Chromium puts switches of its own before it. */
export const linkIn = (argv: readonly string[]): string | undefined =>
  argv.find((argument) => argument.startsWith(`${SCHEME}:`));

/** Whether the system hands these links to us. Another program may have the scheme, or nobody. */
export const linksReachUs = (): Promise<boolean> =>
  process.platform === "linux"
    ? new Promise((resolve) => {
        const ask = ["query", "default", `x-scheme-handler/${SCHEME}`];
        execFile("xdg-mime", ask, { timeout: 15_000 }, (error, said) =>
          resolve(error === null && said.trim() === ENTRY),
        );
      })
    : Promise.resolve(app.isDefaultProtocolClient(SCHEME));
