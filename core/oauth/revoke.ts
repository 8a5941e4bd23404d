import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import type { ClientCredentials } from "./token-request.ts";
import { formPost, jsonObject } from "./form.ts";

/** RFC 7009 §2.1; the access token, since what a revoked refresh token does is not told (TA §12). */
export const revokeRequest = (
  provider: Provider,
  { client_id, client_secret }: ClientCredentials,
  token: Secret,
): HttpRequest =>
  formPost(provider.revocationEndpoint, {
    client_id,
    client_secret: provider.dialect.revokesWithSecret ? client_secret : undefined,
    token,
  });

export type RevokeVerdict =
  | { readonly kind: "gone" }
  | { readonly kind: "client_unknown" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "busy"; readonly status: number };

export function readRevocation(provider: Provider, outcome: HttpOutcome): RevokeVerdict {
  if (outcome.kind === "answered") {
    const body = jsonObject(outcome.body) ?? {};
    if (provider.dialect.revoked(outcome.status, body)) return { kind: "gone" };
    // TA §12: 404, or 400 in an older shape.
    if (outcome.status === 404 || provider.dialect.refusal(outcome.status, body) === "client_id")
      return { kind: "client_unknown" };
    return { kind: "busy", status: outcome.status };
  }
  if (outcome.kind === "redirected" || outcome.kind === "too_large")
    return { kind: "busy", status: outcome.status };
  return { kind: "unreachable" };
}
