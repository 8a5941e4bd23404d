/** The user agents that show a provider's page, as types (RFC 6749 §1.1, RFC 8252). */
import type { Result } from "../../contract/failure.ts";
import { WAYS, type RedirectFlow, type Way } from "../../contract/flow.ts";
import type { Carrier } from "../../core/oauth/door.ts";
import type { Provider } from "../../core/providers/provider.ts";

/** A provider's page in a window of this app. */
export interface UserAgentSession {
  show(): void;
  /** Closes the window without a further callback. */
  close(): void;
}
export interface UserAgentRequest {
  /** Names the redirect channel: an answer is accepted only from the window that showed the request. */
  readonly id: string;
  readonly url: string;
  readonly redirect_uri: string;
  readonly providerName: string;
  readonly test: boolean;
  /** Called with the URL of a navigation to the redirect URI, query and fragment included. No request is made for it. */
  readonly onRedirect: (url: string) => void;
  /** The user reports that the page refuses windows inside apps. Absent: the provider supports no other user agent. */
  readonly onRefused?: () => void;
  /** The user closed the window. */
  readonly onClosed: () => void;
  /** The page could not be shown. */
  readonly onFailed: () => void;
}
/** Opens a provider's page in a window of this app. */
export type OpenUserAgent = (request: UserAgentRequest) => UserAgentSession;

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
