/**
 * The redirect URIs of this app. A provider compares them to the letter, so each is registered exactly as it is written
 * here.
 */
import { isLoopbackHost } from "../loopback.ts";

/** The scheme of links that the system hands to this app (RFC 8252 §7.1). */
export const LINK_SCHEME = "app.tokenkeep";

/**
 * The ports that the loopback listener may use, in this order. They are fixed because a provider accepts no wildcard
 * (docs/twitch-auth.md §3); they are far apart because systems reserve ranges of ports, and below the ephemeral ports.
 */
const LOOPBACK_PORTS = [17563, 21563, 26563] as const;
/** The ports of registrations that were made for earlier versions. */
const FORMER_PORTS = [17564, 17565] as const;
type Redirects = readonly [string, ...string[]];

const loopbackRedirect = (provider: string, port: number): string =>
  `http://localhost:${String(port)}/callback/${provider}`;

/** RFC 8252 §7.3, but with `localhost`: some providers do not register literal addresses (docs/twitch-auth.md §3). */
export const loopbackRedirects = (provider: string): Redirects => {
  const [first, ...others] = LOOPBACK_PORTS;
  return [loopbackRedirect(provider, first), ...others.map((port) => loopbackRedirect(provider, port))];
};
/** The loopback redirect URIs of registrations that were made for earlier versions. */
export const formerRedirects = (provider: string): readonly string[] =>
  FORMER_PORTS.map((port) => loopbackRedirect(provider, port));
/** The redirect URI with the app's own scheme: for a window of the app, or for a link that the system hands over. */
export const appRedirect = (provider: string): string => `${LINK_SCHEME}://callback/${provider}`;

/** For forms that require a redirect URI of a client whose flows use none. */
export const UNUSED_REDIRECT = "http://localhost";

/** True for a redirect URI that a listener on this computer answers. */
export const isLoopback = (redirect_uri: string): boolean => {
  const { protocol, hostname } = new URL(redirect_uri);
  return protocol === "http:" && isLoopbackHost(hostname);
};
/** True for a URL with the app's own scheme. */
export const isAppLink = (url: string): boolean => url.startsWith(`${LINK_SCHEME}:`);

/**
 * Whether scheme, host, port and path of `url` are exactly those of the redirect URI; query and fragment may differ.
 */
export function isAtRedirectUri(redirect_uri: string, url: URL): boolean {
  const registered = new URL(redirect_uri);
  return (
    registered.protocol === url.protocol &&
    registered.host === url.host &&
    registered.pathname === url.pathname
  );
}
