/** The provider's current claims about a user (OpenID Connect Core §5.3). */
import { failed, ok, type Result } from "../../contract/failure.ts";
import { answerFailure } from "../oauth/failures.ts";
import { jsonObject } from "../oauth/form.ts";
import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import type { IdClaims } from "./id-token.ts";

/** An access token, never an ID token (docs/twitch-auth.md §9). */
export const userinfoRequest = (url: string, accessToken: Secret): HttpRequest => ({
  method: "GET",
  url,
  headers: { authorization: `Bearer ${accessToken.reveal()}`, accept: "application/json" },
  timeoutMs: 10_000,
});

/**
 * Reads the answer to `userinfoRequest`. Fails as `answerFailure` says, with `access_token_rejected`, and with
 * `identity_mismatch` where the answer is about another user than `sub` (OpenID Connect Core §5.3.2).
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
