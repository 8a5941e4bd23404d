/** The ways to the person and back. One is made before the question, since where the answer goes is a part of that. */
import { ok, type Result } from "../../contract/failure.ts";
import type { Way } from "../../contract/flow.ts";
import type { Carrier } from "../../core/oauth/door.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Host, UserAgentRequest } from "../host.ts";

/** The provider's page, in front of the person. */
export interface Page {
  /** Fails with `browser_failing` where it could not be opened. */
  show(): Promise<Result<null>>;
  /** Ends it, with the carrier behind it, without a further callback. */
  close(): void;
}
export interface Heard {
  /** What came to the redirect URI, as a URL with query and fragment. Not judged yet: the door does that. */
  readonly onRedirect: (url: string) => void;
  /** The person closed it. */
  readonly onClosed: () => void;
  /** It could not be shown. */
  readonly onFailed: () => void;
}
export interface OpenWay {
  /** An answer by another carrier is refused. */
  readonly carrier: Carrier;
  /** Where this carrier is answered; registered at the provider. */
  readonly redirect_uri: string;
  carry(url: string, heard: Heard): Page;
}
/** `id`: of the attempt. */
export type PrepareWay = (id: string, provider: Provider) => Promise<Result<OpenWay>>;

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
      }),
    );
  };

/** A way that is missing is not offered. */
export const createWays = (host: Pick<Host, "openUserAgent">): Partial<Record<Way, PrepareWay>> => ({
  window: windowWay(host),
});
