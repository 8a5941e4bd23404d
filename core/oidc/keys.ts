/** The provider's public keys (RFC 7517 §5), which verify its ID tokens. */
import type { JSONWebKeySet } from "jose";
import { failed, ok, type Result } from "../../contract/failure.ts";
import { answerFailure } from "../oauth/failures.ts";
import { jsonObject } from "../oauth/form.ts";
import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Provider } from "../providers/provider.ts";

export type KeySet = JSONWebKeySet;

/** Only asymmetric signatures: with HMAC, every holder of the client secret could sign (RFC 8725 §3.1). */
const SAFE = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
/** The default of OpenID Connect Core §3.1.3.7. */
const DEFAULT = ["RS256"];

/** The algorithms that may sign this provider's ID tokens. */
export const algorithmsOf = ({ algorithms = DEFAULT }: NonNullable<Provider["oidc"]>): readonly string[] =>
  algorithms.filter((name) => SAFE.includes(name));

export const keysRequest = ({ jwksUri }: NonNullable<Provider["oidc"]>): HttpRequest => ({
  method: "GET",
  url: jwksUri,
  headers: { accept: "application/json" },
  timeoutMs: 10_000,
});

/** Reads a JWK set. Fails as `answerFailure` says, and with `provider_misbehaved` for an answer without keys. */
export function readKeys(provider: Provider, outcome: HttpOutcome): Result<KeySet> {
  const trouble = answerFailure(provider, outcome);
  if (trouble !== undefined) return failed(trouble);
  const keys = outcome.kind === "answered" ? jsonObject(outcome.body)?.["keys"] : undefined;
  const isKey = (key: unknown): key is JSONWebKeySet["keys"][number] =>
    typeof key === "object" && key !== null && "kty" in key && typeof key.kty === "string";
  if (!Array.isArray(keys) || !keys.every(isKey))
    return failed({ code: "provider_misbehaved", provider: provider.name, what: "member", detail: "keys" });
  return ok({ keys });
}
