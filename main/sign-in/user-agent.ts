/** The user agents that show a provider's page, as types (RFC 6749 §1.1, RFC 8252). */
import type { Result } from "../../contract/failure.ts";
import { WAYS, type RedirectFlow, type Way } from "../../contract/flow.ts";
import type { RedirectChannel } from "../../core/oauth/authorization-request.ts";
import type { Provider } from "../../core/providers/provider.ts";

/** A provider's page in a window of this app. */
export interface UserAgentSession {
  show(): void;
  /** Closes the window without a further callback. */
  close(): void;
}
export interface UserAgentRequest {
  /** Names the redirect channel: a response is accepted only from the window that showed the request. */
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

/** `window`: a window of this app; `browser`: the user's own browser. The window calls the member `way`. */
export type UserAgentKind = Way;

/** A provider's page, shown by either kind of user agent. */
export interface ProviderPage {
  /** Fails with `browser_failing` when the browser does not open. */
  show(): Promise<Result<null>>;
  /** Closes the page and its redirect channel, without a further callback. */
  close(): void;
  /** The page's URL, where the user may open it in any browser; the response still arrives. */
  readonly link?: string;
}
/** What happens to a page that is shown. */
export interface PageEvents {
  /** A URL arrived at the redirect URI, not judged yet. True: it is the response that is waited for. */
  readonly onRedirect: (url: string) => boolean;
  /** The user reports that the page refuses windows inside apps. Absent: the provider supports no other user agent. */
  readonly onRefused?: () => void;
  /** The user closed the page. */
  readonly onClosed: () => void;
  /** The page could not be shown. */
  readonly onFailed: () => void;
  /** The browser was asked to open the page: whether it did. */
  readonly onOpened: (opened: Result<null>) => void;
}
/** A user agent with its redirect channel open, before the authorization request exists, which contains `redirect_uri`. */
export interface PreparedUserAgent {
  readonly channel: RedirectChannel;
  /** The registered redirect URI that the channel answers. */
  readonly redirect_uri: string;
  open(url: string, events: PageEvents): ProviderPage;
  /** Closes the channel instead of opening a page. */
  readonly abandon: () => void;
}
/** `id`: the id of the pending authorization. */
export type PrepareUserAgent = (
  id: string,
  provider: Provider,
  flow: RedirectFlow,
) => Promise<Result<PreparedUserAgent>>;

/** The user agents that this provider's pages work in, the best first. */
export const userAgentsOf = ({ userAgents }: Pick<Provider, "userAgents">): readonly UserAgentKind[] =>
  WAYS.filter((kind) => userAgents.includes(kind === "window" ? "embedded" : "system_browser"));
