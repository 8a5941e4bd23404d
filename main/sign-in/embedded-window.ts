/** The user agent inside this app: a window that shows the provider's page (RFC 8252 §8.12). */
import { ok } from "../../contract/failure.ts";
import type { OpenUserAgent, Page, PrepareWay, UserAgentRequest } from "./user-agent.ts";

export interface WindowParts {
  readonly openUserAgent: OpenUserAgent;
}

/** A window of ours opens, or says so by `onFailed`. */
export function windowPage({ openUserAgent }: WindowParts, request: UserAgentRequest): Page {
  const session = openUserAgent(request);
  return {
    show() {
      session.show();
      return Promise.resolve(ok(null));
    },
    close: () => session.close(),
  };
}

export const windowWay =
  (host: WindowParts): PrepareWay =>
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
