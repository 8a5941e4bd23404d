/** A provider that the person describes: what the form sends, and what its file in the profile holds. */
import * as v from "valibot";

const line = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), "");

/**
 * By the names of RFC 8414 §2 and OpenID Connect Discovery §3, where they have one. An empty line is one that was left
 * out; what is missing or wrong is told by name (`provider_field`), not by this shape.
 */
export const providerForm = v.object({
  /** Stable: part of account keys, redirect URIs and sealed records; the file's name. */
  id: line,
  name: line,
  issuer: line,
  authorization_endpoint: line,
  token_endpoint: line,
  revocation_endpoint: line,
  userinfo_endpoint: line,
  jwks_uri: line,
  device_authorization_endpoint: line,
  /** Those that can be asked for, space-delimited (RFC 6749 §3.3). */
  scope: line,
  /** Where registrations are made. */
  console_url: line,
  /** Its login page works in a window of ours. */
  embedded: v.optional(v.boolean(), false),
});
export type ProviderForm = v.InferOutput<typeof providerForm>;
export type ProviderField = keyof ProviderForm;

/** What can be wrong with a line of it. */
export const FIELD_FAULTS = ["missing", "id", "reserved", "taken", "address", "plain", "scope"] as const;
export type FieldFault = (typeof FIELD_FAULTS)[number];
