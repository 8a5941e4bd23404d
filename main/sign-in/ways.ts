/** The ways to the person and back. One is made before the question, since where the answer goes is a part of that. */
import { ok, type Result } from "../../contract/failure.ts";
import { WAYS, type RedirectFlow, type Way } from "../../contract/flow.ts";
import type { Carrier } from "../../core/oauth/door.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Host, UserAgentRequest } from "../app/host.ts";
import { browserWay, type BrowserParts } from "./system-browser.ts";

/** The provider's page, in front of the person. */
export interface Page {
  /** Fails with `browser_failing` where it could not be opened. */
  show(): Promise<Result<null>>;
  /** Ends it, with the carrier behind it, without a further callback. */
  close(): void;
  /** Its address, where it may be opened elsewhere; the answer comes back all the same. */
  readonly link?: string;
}
export interface Heard {
  /**
   * What came to the redirect URI, as a URL with query and fragment. Not judged yet: the door does that. True: it was
   * waited for.
   */
  readonly onRedirect: (url: string) => boolean;
  /** The person says that the page refuses windows inside apps; absent where there is no other way. */
  readonly onRefused?: () => void;
  /** The person closed it. */
  readonly onClosed: () => void;
  /** It could not be shown. */
  readonly onFailed: () => void;
  /** It was to be opened at once, by another program: whether that came about. */
  readonly onOpened: (opened: Result<null>) => void;
}
export interface OpenWay {
  /** An answer by another carrier is refused. */
  readonly carrier: Carrier;
  /** Where this carrier is answered; registered at the provider. */
  readonly redirect_uri: string;
  carry(url: string, heard: Heard): Page;
  /** In place of `carry`, when nobody waits any more. */
  readonly abandon: () => void;
}
/** `id`: of the attempt. */
export type PrepareWay = (id: string, provider: Provider, flow: RedirectFlow) => Promise<Result<OpenWay>>;

/** Where this provider's pages work, the best first. */
export const waysOf = ({ userAgents }: Pick<Provider, "userAgents">): readonly Way[] =>
  WAYS.filter((way) => userAgents.includes(way === "window" ? "embedded" : "system_browser"));

/** A window of ours opens, or says so by `onFailed`. */
export function windowPage({ openUserAgent }: Pick<Host, "openUserAgent">, request: UserAgentRequest): Page {
  const session = openUserAgent(request);
  return {
    show() {
      session.show();
      return Promise.resolve(ok(null));
    },
    close: () => session.close(),
  };
}

const windowWay =
  (host: Pick<Host, "openUserAgent">): PrepareWay =>
  (id, provider) => {
    const [redirect_uri] = provider.redirectUris;
    return Promise.resolve(
      ok({
        carrier: { kind: "window", id },
        redirect_uri,
        carry: (url, heard) =>
          windowPage(host, {
            id,
            url,
            redirect_uri,
            providerName: provider.name,
            test: provider.test,
            ...heard,
          }),
        abandon: () => undefined,
      }),
    );
  };

export type WaysParts = BrowserParts & Pick<Host, "openUserAgent">;
export const createWays = (parts: WaysParts): Record<Way, PrepareWay> => ({
  window: windowWay(parts),
  browser: browserWay(parts),
});
