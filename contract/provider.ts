/** A custom provider, as the form in the window sends it and its file in the profile stores it. */
import * as v from "valibot";

const line = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), "");

/**
 * Members have the names of RFC 8414 §2 and OpenID Connect Discovery §3. An empty text counts as a missing member. This
 * schema accepts missing and invalid members; the failure `provider_field` names them later.
 */
export const providerForm = v.object({
  /** The ID never changes, because account keys, redirect URIs, sealed records and the file's name contain it. */
  id: line,
  name: line,
  issuer: line,
  authorization_endpoint: line,
  token_endpoint: line,
  revocation_endpoint: line,
  userinfo_endpoint: line,
  jwks_uri: line,
  device_authorization_endpoint: line,
  /** The scopes that can be requested, separated by spaces (RFC 6749 §3.3). */
  scope: line,
  /** The page where the user registers clients. */
  console_url: line,
  /** True: the provider's login page works in a window of the app. */
  embedded: v.optional(v.boolean(), false),
});
export type ProviderForm = v.InferOutput<typeof providerForm>;
export type ProviderField = keyof ProviderForm;

/** Pages of a provider about an account: its channel, the apps it is connected to, and the developer console. */
export const PROVIDER_PAGES = ["channel", "connections", "console"] as const;
export type ProviderPage = (typeof PROVIDER_PAGES)[number];

/** The possible faults of a member of the form. */
export const FIELD_FAULTS = ["missing", "id", "reserved", "taken", "address", "plain", "scope"] as const;
export type FieldFault = (typeof FIELD_FAULTS)[number];
