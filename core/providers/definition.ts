/** Builds a provider from the form that the user fills in. Such a provider follows the RFCs. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Flow } from "../../contract/flow.ts";
import type { FieldFault, ProviderField, ProviderForm } from "../../contract/provider.ts";
import { loopback } from "../loopback.ts";
import { oidcDialect } from "./oidc.ts";
import type { Provider } from "./provider.ts";
import { appRedirect, formerRedirects, loopbackRedirects } from "./redirects.ts";

/** An id is part of URIs and file names, so it has one spelling and plain characters. */
const ID = /^[a-z][a-z0-9-]{1,30}$/;
/** RFC 6749 §3.3: `scope-token`s between single spaces. */
const SCOPE = /^$|^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** The fault of an endpoint's address; undefined: none. RFC 8414 §2; RFC 6749 §3.1 (no fragment). */
function addressFault(text: string): FieldFault | undefined {
  if (!URL.canParse(text)) return "address";
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (username !== "" || password !== "" || hash !== "" || text.includes("#")) return "address";
  if (protocol === "https:") return undefined;
  if (protocol !== "http:") return "address";
  return loopback(hostname) === "address" ? undefined : "plain"; // only a literal loopback address: a name could be resolved to another computer
}

/** As `addressFault`; an issuer has no query, and is compared exactly (RFC 8414 §2). */
export const issuerFault = (issuer: string): FieldFault | undefined =>
  issuer === "" ? "missing" : issuer.includes("?") ? "address" : addressFault(issuer);

const ADDRESSES = [
  "issuer",
  "authorization_endpoint",
  "token_endpoint",
  "revocation_endpoint",
  "userinfo_endpoint",
  "jwks_uri",
  "device_authorization_endpoint",
  "console_url",
] as const satisfies readonly ProviderField[];
type Address = (typeof ADDRESSES)[number];
/** The required fields: without them tokens cannot be requested, validated and revoked. */
const NEEDED: readonly ProviderField[] = [
  "id",
  "name",
  "issuer",
  "authorization_endpoint",
  "token_endpoint",
  "revocation_endpoint",
  "userinfo_endpoint",
];

/** The first faulty field; undefined: there is none. */
function faultOf(
  form: ProviderForm,
  reserved: (id: string) => boolean,
): [ProviderField, FieldFault] | undefined {
  const missing = NEEDED.find((field) => form[field] === "");
  if (missing !== undefined) return [missing, "missing"];
  if (!ID.test(form.id)) return ["id", "id"];
  if (reserved(form.id)) return ["id", "reserved"];
  for (const field of ADDRESSES) {
    const check = field === "issuer" ? issuerFault : addressFault;
    const fault = form[field] === "" ? undefined : check(form[field]);
    if (fault !== undefined) return [field, fault];
  }
  return SCOPE.test(form.scope) ? undefined : ["scope", "scope"];
}

/**
 * Builds a provider from a form. `reserved`: whether an ID belongs to a built-in provider. Fails with `provider_field`,
 * which names the field and its fault.
 */
export function readDefinition(form: ProviderForm, reserved: (id: string) => boolean): Result<Provider> {
  const fault = faultOf(form, reserved);
  if (fault !== undefined) return failed({ code: "provider_field", field: fault[0], why: fault[1] });
  const { id, name, device_authorization_endpoint: device, console_url } = form;
  // The implicit flows are left out on purpose (RFC 9700 §2.1.2).
  const publicFlows: readonly Flow[] = [
    ...(form.jwks_uri !== "" ? (["oidc_code"] as const) : []),
    "authorization_code",
    ...(device !== "" ? (["device_code"] as const) : []),
  ];
  const origin = (field: Address): string => new URL(form[field]).origin;
  return ok({
    id,
    name,
    test: ADDRESSES.some((field) => form[field].toLowerCase().startsWith("http:")),
    issuer: form.issuer,
    authorizationEndpoint: form.authorization_endpoint,
    tokenEndpoint: form.token_endpoint,
    revocationEndpoint: form.revocation_endpoint,
    validationEndpoint: form.userinfo_endpoint,
    dialect: oidcDialect,
    userAgents: form.embedded ? ["embedded", "system_browser"] : ["system_browser"],
    redirectUris: form.embedded ? [appRedirect(id), ...loopbackRedirects(id)] : loopbackRedirects(id),
    formerRedirectUris: formerRedirects(id),
    confidentialRefreshReuse: "one_time", // unknown, so the strict value (RFC 9700 §4.14.2)
    flows: [...publicFlows, "client_credentials"],
    publicFlows,
    ...(form.jwks_uri !== "" && {
      oidc: { jwksUri: form.jwks_uri, userinfoEndpoint: form.userinfo_endpoint },
    }),
    ...(device !== "" && {
      device: {
        endpoint: device,
        scopesName: "scope",
        pageOrigins: [
          ...new Set([
            origin("issuer"),
            origin("authorization_endpoint"),
            origin("device_authorization_endpoint"),
          ]),
        ],
      },
    }),
    authorizationParameters: {},
    ...(console_url !== "" && { consoleUrl: console_url }),
    ...(form.scope !== "" && { scopes: form.scope.split(" ") }),
  });
}
