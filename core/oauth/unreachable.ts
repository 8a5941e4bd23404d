/** Why a request was not sent: the network, or a proxy (`HttpOutcome`, `not_sent`). */
import type { Failure } from "../../contract/failure.ts";

/** Chromium's `net_error_list.h`: a proxy requires credentials that it did not get. */
const AUTHENTICATION = new Set([
  "ERR_PROXY_AUTH_REQUESTED",
  "ERR_PROXY_AUTH_REQUESTED_WITH_NO_CONNECTION",
  "ERR_PROXY_AUTH_UNSUPPORTED",
]);
/** Chromium's errors for a proxy that was not found or not reached, or that refused the connection. */
const FAILING = new Set([
  "ERR_PROXY_CONNECTION_FAILED",
  "ERR_PROXY_CERTIFICATE_INVALID",
  "ERR_PROXY_UNABLE_TO_CONNECT_TO_DESTINATION",
  "ERR_TUNNEL_CONNECTION_FAILED",
  "ERR_HTTPS_PROXY_TUNNEL_RESPONSE_REDIRECT",
  "ERR_SOCKS_CONNECTION_FAILED",
  "ERR_SOCKS_CONNECTION_HOST_UNREACHABLE",
  "ERR_PAC_SCRIPT_FAILED",
  "ERR_PAC_SCRIPT_TERMINATED",
  "ERR_MANDATORY_PROXY_CONFIGURATION_FAILED",
  "ERR_NO_SUPPORTED_PROXIES",
]);

/** All errors of proxies. After each of them the request has not reached the server. */
export const PROXY_ERRORS: readonly string[] = [...AUTHENTICATION, ...FAILING];

/** `provider`: its name. `cause`: Chromium's error for a request that was not sent; absent where it is unknown. */
export function unreachable(provider: string, cause = ""): Failure {
  if (AUTHENTICATION.has(cause)) return { code: "proxy_authentication", provider };
  return { code: FAILING.has(cause) ? "proxy_failing" : "provider_unreachable", provider };
}
