/** By the person's own browser, and back by a port of this computer or a link of our own (RFC 8252 §7.1, §7.3). */
import { failed, ok, type Result } from "../../contract/failure.ts";
import { REDIRECTED } from "../../core/oauth/flows.ts";
import { isAppLink, isLoopback } from "../../core/providers/redirects.ts";
import type { Log } from "../../core/ports.ts";
import type { Carrier } from "../../core/oauth/door.ts";
import { listen } from "./loopback/listener.ts";
import type { Words } from "./loopback/page.ts";
import type { Heard, Page, PrepareWay } from "./user-agent.ts";

export interface BrowserParts {
  /** Whether the system hands links of our own scheme to this app. */
  readonly linksReachUs: () => Promise<boolean>;
  /** The language of the page that the browser shows at the end. */
  readonly speech: Words;
  /** False: no browser opened. */
  readonly openInBrowser: (url: string) => Promise<boolean>;
  readonly log: Log;
}

/** Links come without a place they came from: which attempt they answer is in their state alone. */
export const DEEP_LINK: Carrier = { kind: "deep_link", id: "system" };

export const browserWay =
  (parts: BrowserParts): PrepareWay =>
  async (_id, provider, flow) => {
    const { redirectUris, formerRedirectUris = [] } = provider;
    const { answersIn, gives } = REDIRECTED[flow];
    let heard: Heard | undefined;
    // First those that are registered now, then what older registrations have.
    const loopback = [...redirectUris, ...formerRedirectUris].filter(isLoopback);
    const listening =
      loopback.length === 0
        ? undefined
        : await listen({
            redirectUris: loopback,
            fragment: answersIn === "fragment",
            onAnswer: (url) => heard?.onRedirect(url) ?? false,
            words: parts.speech,
            log: parts.log,
          });
    if (listening?.ok === true) {
      const { redirect_uri, close } = listening.value;
      return ok({
        carrier: { kind: "loopback", id: redirect_uri },
        redirect_uri,
        carry(url, hears) {
          heard = hears;
          return browserPage(parts, url, hears, close);
        },
        abandon: close,
      });
    }
    // A link is on command lines that every user of the computer can read. That is no loss only where a code is worth
    // nothing without its verifier, and the provider sees to that.
    const link = redirectUris.find(isAppLink);
    const safe = provider.enforcesPkce === true && gives.length === 1 && gives[0] === "code";
    if (link !== undefined && safe && (await parts.linksReachUs()))
      return ok({
        carrier: DEEP_LINK,
        redirect_uri: link,
        carry: (url, hears) => browserPage(parts, url, hears, () => undefined),
        abandon: () => undefined,
      });
    return listening ?? failed({ code: "authorization_not_offered", provider: provider.name });
  };

/** Opened at once. Where nothing opened, the person has the link, and "Open it again". */
function browserPage(
  { openInBrowser, log }: BrowserParts,
  url: string,
  { onOpened }: Heard,
  close: () => void,
): Page {
  const show = async (): Promise<Result<null>> =>
    (await openInBrowser(url)) ? ok(null) : failed({ code: "browser_failing" });
  void show().then((opened) => {
    if (!opened.ok) log.warn("browser.failing");
    onOpened(opened);
  });
  return { show, close, link: url };
}
