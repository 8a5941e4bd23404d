/** Where answers may come back to. A provider compares to the letter, so each is registered exactly as it stands here. */

/** Ports that a listener on this computer may use, in this order (TA §3: no wildcard, so they are fixed). */
const LOOPBACK_PORTS = [17563, 17564, 17565] as const;
type Redirects = readonly [string, ...string[]];

/** RFC 8252 §7.3, with `localhost` for want of better: literal addresses cannot be registered everywhere (TA §3). */
export const loopbackRedirects = (provider: string): Redirects => {
  const [first, ...others] = LOOPBACK_PORTS;
  const at = (port: number) => `http://localhost:${String(port)}/callback/${provider}`;
  return [at(first), ...others.map(at)];
};
/** RFC 8252 §7.1: by the system from a browser, or inside a window of ours. */
export const appRedirect = (provider: string): string => `app.tokenkeep://callback/${provider}`;

export const isLoopback = (redirect_uri: string): boolean => redirect_uri.startsWith("http://localhost:");
export const isAppLink = (redirect_uri: string): boolean => redirect_uri.startsWith("app.tokenkeep:");
