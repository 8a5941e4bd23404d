/** Flows that give a token, and the places where the provider's page is shown. */
import * as v from "valibot";

/** Flows by their names in RFC 6749, RFC 8628 and OpenID Connect Core, in the order in which the window offers them. */
export const FLOWS = [
  "authorization_code",
  "device_code",
  "oidc_code",
  "implicit",
  /** `response_type=token id_token` */
  "oidc_implicit_token",
  /** `response_type=id_token`: identifies the user and gives no access token. */
  "oidc_implicit",
  "client_credentials",
] as const;
export type Flow = (typeof FLOWS)[number];
export const flow = v.picklist(FLOWS);

/** Flows whose response arrives by a redirect. */
export type RedirectFlow = Exclude<Flow, "device_code" | "client_credentials">;
/** Flows whose access token is stored; `import`: another tool obtained it. */
export type KeptFlow = Exclude<Flow, "oidc_implicit"> | "import";

/** The user agent that shows the provider's page: a window of the app, or the user's browser. */
export const WAYS = ["window", "browser"] as const;
export type Way = (typeof WAYS)[number];
export const way = v.picklist(WAYS);
