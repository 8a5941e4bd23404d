import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import type { ClientCredentials } from "./token-request.ts";
import { errorIn, formPost, isSuccess, jsonObject, judgedStatus } from "./form.ts";

/**
 * RFC 7009 §2.1; it revokes the access token, because the effect of revoking a refresh token is not documented
 * (docs/twitch-auth.md §12).
 */
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
  /** `cause`: why the request was not sent. */
  | { readonly kind: "unreachable"; readonly cause?: string }
  /** The answer comes from another server: the login page of a network, for example. */
  | { readonly kind: "not_json"; readonly status: number }
  | { readonly kind: "busy"; readonly status: number };

/** A 2xx answer has no meaningful body (RFC 7009 §2.2), but an HTML page comes from another server. */
const isPage = (body: string): boolean => /^[\uFEFF\s]*</.test(body);

/**
 * Reads the answer to a revocation request (RFC 7009 §2.2). The token is gone after any 2xx without an error, and after
 * an error that names the token as invalid.
 */
export function readRevocation(provider: Provider, outcome: HttpOutcome): RevokeVerdict {
  if (outcome.kind === "redirected" || outcome.kind === "too_large")
    return { kind: "busy", status: outcome.status };
  if (outcome.kind === "not_sent") return { kind: "unreachable", cause: outcome.cause };
  if (outcome.kind === "lost") return { kind: "unreachable" };
  const { status } = outcome;
  const body = jsonObject(outcome.body) ?? {};
  const hasError = errorIn(body) !== undefined;
  if (isSuccess(status) && !hasError)
    return isPage(outcome.body) ? { kind: "not_json", status } : { kind: "gone" };
  const judged = judgedStatus(status, body);
  if (provider.dialect.revoked(judged, body)) return { kind: "gone" };
  if (provider.dialect.clientUnknown(judged, body)) return { kind: "client_unknown" };
  return { kind: "busy", status: judged };
}
