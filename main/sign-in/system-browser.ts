/** The user's own browser as user agent; the response arrives at a loopback port or as a link (RFC 8252 §7.1, §7.3). */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { RedirectFlow } from "../../contract/flow.ts";
import type { RedirectChannel } from "../../core/oauth/authorization-request.ts";
import { REDIRECTED } from "../../core/oauth/flows.ts";
import type { Log } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { isAppLink, isLoopback } from "../../core/providers/redirects.ts";
import { listen } from "./loopback/listener.ts";
import type { Translator } from "./loopback/page.ts";
import type { PageEvents, PrepareUserAgent, PreparedUserAgent, ProviderPage } from "./user-agent.ts";

export interface BrowserParts {
  /** Whether the system hands links of our scheme to this app. */
  readonly linksReachUs: () => Promise<boolean>;
  /** The language of the page that the browser shows at the end. */
  readonly translator: Translator;
  /** False: no browser opened. */
  readonly openInBrowser: (url: string) => Promise<boolean>;
  readonly log: Log;
}

/** The channel of all links: nothing shows where a link comes from, so its `state` alone names the request. */
export const DEEP_LINK: RedirectChannel = { kind: "deep_link", id: "system" };

/**
 * Prepares the browser with a loopback port as redirect channel. If no port is registered or free, the channel is links
 * of our scheme, where those are safe for this flow. Fails with `authorization_not_offered` if the provider offers
 * neither, or with the failure of `listen`.
 */
export const prepareBrowser =
  (parts: BrowserParts): PrepareUserAgent =>
  async (_id, provider, flow) => {
    const loopback = await loopbackChannel(parts, provider, flow);
    if (loopback?.ok === true) return loopback;
    const link = provider.redirectUris.find(isAppLink);
    if (link !== undefined && isLinkSafe(provider, flow) && (await parts.linksReachUs()))
      return ok({
        channel: DEEP_LINK,
        redirect_uri: link,
        open: (url, events) => browserPage(parts, url, events, () => undefined),
        abandon: () => undefined,
      });
    return loopback ?? failed({ code: "authorization_not_offered", provider: provider.name });
  };

/** Undefined: no loopback redirect URI is registered. */
async function loopbackChannel(
  parts: BrowserParts,
  { redirectUris, formerRedirectUris = [] }: Provider,
  flow: RedirectFlow,
): Promise<Result<PreparedUserAgent> | undefined> {
  // The redirect URIs of new registrations come first, then those of older registrations.
  const registered = [...redirectUris, ...formerRedirectUris].filter(isLoopback);
  if (registered.length === 0) return undefined;
  let events: PageEvents | undefined;
  const listening = await listen({
    redirectUris: registered,
    fragment: REDIRECTED[flow].answersIn === "fragment",
    onResponse: (url) => events?.onRedirect(url) ?? false,
    translator: parts.translator,
    log: parts.log,
  });
  if (!listening.ok) return listening;
  const { redirect_uri, close } = listening.value;
  return ok({
    channel: { kind: "loopback", id: redirect_uri },
    redirect_uri,
    open(url, pageEvents) {
      events = pageEvents;
      return browserPage(parts, url, pageEvents, close);
    },
    abandon: close,
  });
}

/**
 * A link appears on command lines, which every user of the computer can read. That is harmless only for a code, which
 * is useless without its verifier, at a provider that requires the verifier.
 */
function isLinkSafe({ enforcesPkce }: Provider, flow: RedirectFlow): boolean {
  const { gives } = REDIRECTED[flow];
  return enforcesPkce === true && gives.length === 1 && gives[0] === "code";
}

/** Opens the page at once. If no browser opens, the window still offers the link, and to open it again. */
function browserPage(
  { openInBrowser, log }: BrowserParts,
  url: string,
  { onOpened }: PageEvents,
  close: () => void,
): ProviderPage {
  const show = async (): Promise<Result<null>> =>
    (await openInBrowser(url)) ? ok(null) : failed({ code: "browser_failing" });
  void show().then((opened) => {
    if (!opened.ok) log.warn("browser.failing");
    onOpened(opened);
  });
  return { show, close, link: url };
}
