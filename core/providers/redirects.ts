/** Where answers may come back to. A provider compares to the letter, so each is registered exactly as it stands here. */
import { isLoopbackHost } from "../loopback.ts";

/**
 * Ports that a listener on this computer may use, in this order (TA §3: no wildcard, so they are fixed). Far apart,
 * because a system reserves ports by ranges, and below those that systems give away for a moment.
 */
const LOOPBACK_PORTS = [17563, 21563, 26563] as const;
/** In registrations that were made for earlier versions. */
const FORMER_PORTS = [17564, 17565] as const;
type Redirects = readonly [string, ...string[]];

const at = (provider: string, port: number): string =>
  `http://localhost:${String(port)}/callback/${provider}`;

/** RFC 8252 §7.3, with `localhost` for want of better: literal addresses cannot be registered everywhere (TA §3). */
export const loopbackRedirects = (provider: string): Redirects => {
  const [first, ...others] = LOOPBACK_PORTS;
  return [at(provider, first), ...others.map((port) => at(provider, port))];
};
/** As `loopbackRedirects`, of older registrations. */
export const formerRedirects = (provider: string): readonly string[] =>
  FORMER_PORTS.map((port) => at(provider, port));
/** RFC 8252 §7.1: by the system from a browser, or inside a window of ours. */
export const appRedirect = (provider: string): string => `app.tokenkeep://callback/${provider}`;

export const isLoopback = (redirect_uri: string): boolean => {
  const { protocol, hostname } = new URL(redirect_uri);
  return protocol === "http:" && isLoopbackHost(hostname);
};
export const isAppLink = (redirect_uri: string): boolean => redirect_uri.startsWith("app.tokenkeep:");
