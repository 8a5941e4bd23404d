/** How a token is got, and where the person answers. */
import * as v from "valibot";

/** RFC 6749, RFC 8628 and OpenID Connect Core, by their names there. The order is that of a choice. */
export const FLOWS = [
  "authorization_code",
  "device_code",
  "oidc_code",
  "implicit",
  /** `response_type=token id_token` */
  "oidc_implicit_token",
  /** `response_type=id_token`: says who somebody is, and gives no access token. */
  "oidc_implicit",
  "client_credentials",
] as const;
export type Flow = (typeof FLOWS)[number];
export const flow = v.picklist(FLOWS);

/** Flows whose answer comes back by a redirect. */
export type RedirectFlow = Exclude<Flow, "device_code" | "client_credentials">;
/** Flows that end in an access token, which is kept; `import`: another tool got it. */
export type KeptFlow = Exclude<Flow, "oidc_implicit"> | "import";

/** Where the provider's page is shown: a window of our own, or the person's browser. */
export const WAYS = ["window", "browser"] as const;
export type Way = (typeof WAYS)[number];
export const way = v.picklist(WAYS);
