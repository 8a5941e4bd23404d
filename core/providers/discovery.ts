/**
 * Reads an authorization server's metadata (OpenID Connect Discovery 1.0; RFC 8414) into a form for the user to review.
 */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { ProviderForm } from "../../contract/provider.ts";
import { jsonObject } from "../oauth/form.ts";
import { unreachable } from "../oauth/unreachable.ts";
import type { HttpOutcome, HttpRequest } from "../ports.ts";

/** The requests to try: the address of OpenID Connect Discovery §4.1, then those of RFC 8414 §3.1 and §5. */
export function discoveryRequests(issuer: string): readonly HttpRequest[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  const addresses = [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
  ];
  return [...new Set(addresses)].map((url) => ({
    method: "GET",
    url,
    headers: { accept: "application/json" },
    timeoutMs: 10_000,
  }));
}

/** How many of the server's scopes the form contains. The user can enter others. */
const SCOPES_AT_MOST = 20;

/** `example` of `https://login.example.com`: a first suggestion, which the user can change. */
function nameFrom(issuer: string): string {
  const { hostname } = new URL(issuer);
  const labels = hostname.split(".");
  const label = /^[\d.]+$|^\[/.test(hostname) ? "local" : (labels.at(-2) ?? labels[0] ?? "");
  return label.toLowerCase().replace(/[^a-z0-9-]/g, "");
}

/**
 * Reads the answer to one of `discoveryRequests`; undefined: there is no metadata at this address, so the next one is
 * tried.
 *
 * The metadata must name exactly the requested issuer: otherwise one server could describe another
 * (RFC 8414 §3.3; OpenID Connect Discovery §4.3). Fails with `discovery_issuer`, `provider_unreachable`,
 * `provider_busy` and `provider_misbehaved`.
 */
export function readDiscovery(issuer: string, outcome: HttpOutcome): Result<ProviderForm> | undefined {
  const provider = new URL(issuer).host;
  if (outcome.kind === "not_sent") return failed(unreachable(provider, outcome.cause));
  if (outcome.kind === "lost") return failed(unreachable(provider));
  if (outcome.kind !== "answered") return undefined;
  if (outcome.status === 429 || outcome.status >= 500)
    return failed({ code: "provider_busy", provider, status: outcome.status });
  const body = outcome.status === 200 ? jsonObject(outcome.body) : undefined;
  if (body === undefined) return undefined;
  const line = (name: string): string => {
    const value = body[name];
    return typeof value === "string" ? value.slice(0, 500) : "";
  };
  if (body["issuer"] !== issuer)
    return failed({ code: "discovery_issuer", issuer, said: line("issuer").replace(/[^\x21-\x7e]/g, "") });
  const listed = body["scopes_supported"];
  const scopes = Array.isArray(listed) ? listed.filter((scope) => typeof scope === "string") : [];
  const name = nameFrom(issuer);
  return ok({
    id: name,
    name: name.charAt(0).toUpperCase() + name.slice(1),
    issuer,
    authorization_endpoint: line("authorization_endpoint"),
    token_endpoint: line("token_endpoint"),
    revocation_endpoint: line("revocation_endpoint"),
    userinfo_endpoint: line("userinfo_endpoint"),
    jwks_uri: line("jwks_uri"),
    device_authorization_endpoint: line("device_authorization_endpoint"),
    scope: scopes.slice(0, SCOPES_AT_MOST).join(" "),
    console_url: "",
    embedded: false, // metadata does not tell, and many pages refuse windows inside apps (RFC 8252 §8.12)
  });
}
