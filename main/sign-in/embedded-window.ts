/** The embedded user agent: a window of this app that shows the provider's page (RFC 8252 §8.12). */
import { ok } from "../../contract/failure.ts";
import type { OpenUserAgent, PrepareUserAgent, ProviderPage, UserAgentRequest } from "./user-agent.ts";

export interface WindowParts {
  readonly openUserAgent: OpenUserAgent;
}

/** Opens a window with the page. When that does not work, the request's `onFailed` is called. */
export function windowPage({ openUserAgent }: WindowParts, request: UserAgentRequest): ProviderPage {
  const session = openUserAgent(request);
  return {
    show() {
      session.show();
      return Promise.resolve(ok(null));
    },
    close: () => session.close(),
  };
}

/** The redirect channel is the window itself: it stops the navigation to the redirect URI. */
export const prepareWindow =
  (parts: WindowParts): PrepareUserAgent =>
  (id, provider) => {
    const [redirect_uri] = provider.redirectUris;
    const { name: providerName, test } = provider;
    return Promise.resolve(
      ok({
        channel: { kind: "window", id },
        redirect_uri,
        open: (url, events) => windowPage(parts, { id, url, redirect_uri, providerName, test, ...events }),
        abandon: () => undefined,
      }),
    );
  };
