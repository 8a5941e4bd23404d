/** Decides which host names mean this computer. No other file compares host names for that. */

const IPV4 = /^127(?:\.\d{1,3}){3}$/;
/**
 * 127.0.0.0/8 as IPv6 addresses in the notation of the URL standard: `[::ffff:127.0.0.1]` becomes `[::ffff:7f00:1]`.
 */
const MAPPED_IPV4 = /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/;

/**
 * Whether a `hostname` of a parsed URL names this computer, and by which form; undefined: it names another computer.
 *
 * - `address`: 127.0.0.0/8, ::1, or the former as an IPv6 address. It cannot be resolved to another computer (RFC 8252 §8.3).
 * - `name`: `localhost` and names that end in `.localhost`. Browsers and resolvers keep these on this computer
 *   (RFC 6761 §6.3), and some providers accept no other loopback redirect URI (docs/twitch-auth.md §3).
 */
export function loopback(hostname: string): "address" | "name" | undefined {
  if (hostname === "[::1]" || IPV4.test(hostname) || MAPPED_IPV4.test(hostname)) return "address";
  return /(?:^|\.)localhost\.?$/.test(hostname) ? "name" : undefined;
}

export const isLoopbackHost = (hostname: string): boolean => loopback(hostname) !== undefined;
