/** What the provider says now of who signed in (OpenID Connect Core §5.3). */
import { failed, ok, type Result } from "../../contract/failure.ts";
import { answerFailure } from "../oauth/failures.ts";
import { jsonObject } from "../oauth/form.ts";
import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import type { IdClaims } from "./id-token.ts";

/** An access token, never an ID token (TA §9). */
export const userinfoRequest = (url: string, accessToken: Secret): HttpRequest => ({
  method: "GET",
  url,
  headers: { authorization: `Bearer ${accessToken.reveal()}`, accept: "application/json" },
  timeoutMs: 10_000,
});

/**
 * Reads its answer. Fails as any answer does, with `access_token_rejected`, and with `identity_mismatch` where it is
 * about somebody else than `sub` (OpenID Connect Core §5.3.2).
 */
export function readUserinfo(provider: Provider, outcome: HttpOutcome, sub: string): Result<IdClaims> {
  if (outcome.kind === "answered" && outcome.status === 401)
    return failed({ code: "access_token_rejected", provider: provider.name });
  const trouble = answerFailure(provider, outcome);
  if (trouble !== undefined) return failed(trouble);
  const claims = outcome.kind === "answered" ? jsonObject(outcome.body) : undefined;
  if (claims === undefined)
    return failed({ code: "provider_misbehaved", provider: provider.name, what: "not_json", detail: "200" });
  return claims["sub"] === sub ? ok({ ...claims, sub }) : failed({ code: "identity_mismatch" });
}
