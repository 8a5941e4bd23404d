/** Finds out whom received tokens belong to: verifies the ID token and validates the access token. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import { validationFailure } from "../../core/oauth/failures.ts";
import { isOidc } from "../../core/oauth/flows.ts";
import type { TokenSet } from "../../core/oauth/token-response.ts";
import { readValidation, validateRequest } from "../../core/oauth/validate.ts";
import { displayNameOf } from "../../core/oidc/claims.ts";
import { verifyIdToken, type ExpectedIdToken, type IdClaims } from "../../core/oidc/id-token.ts";
import { algorithmsOf } from "../../core/oidc/keys.ts";
import type { Clock, HttpClient } from "../../core/ports.ts";
import type { ReceivedTokens } from "./exchange.ts";
import { createKeys, type Keys } from "./keys.ts";
import type { IdentifiedTokens, PendingAuthorization } from "./pending-authorization.ts";

/**
 * Fails with `id_token_rejected` (also where ID token and access token belong to different users), `identity_mismatch`
 * (the access token belongs to another client), and as a validation and a request for keys do.
 */
export type Identify = (
  authorization: PendingAuthorization,
  received: ReceivedTokens,
) => Promise<Result<IdentifiedTokens>>;

interface Parts {
  readonly http: HttpClient;
  readonly clock: Clock;
}

export function createIdentify(parts: Parts): Identify {
  const keys = createKeys(parts);
  return async (authorization, received) => {
    const { tokens, idToken, receivedAtMs, error } = received;
    const claims = isOidc(authorization.flow)
      ? await verifiedClaims(authorization, received, keys, parts.clock)
      : undefined;
    if (claims?.ok === false) return claims;
    const verified =
      claims === undefined || idToken === undefined ? undefined : { token: idToken, claims: claims.value };
    if (tokens === undefined) {
      if (verified === undefined) return failed({ code: "answer_mismatched" });
      const { sub, preferred_username: name } = verified.claims;
      const login = typeof name === "string" && name !== "" ? name : sub;
      return ok({ user_id: sub, login, scopes: [], receivedAtMs, idToken: verified });
    }
    const validated = await validatedTokens(authorization, tokens, receivedAtMs, parts);
    if (!validated.ok) return validated;
    const identified = { ...validated.value, ...(error !== undefined && { error }) };
    if (verified === undefined) return ok(identified);
    if (verified.claims.sub !== identified.user_id)
      return failed({ code: "id_token_rejected", provider: authorization.provider.name, why: "subject" });
    const displayName = displayNameOf(verified.claims);
    return ok({ ...identified, ...(displayName !== undefined && { displayName }), idToken: verified });
  };
}

/** The claims of the ID token after its verification. Unknown keys are requested from the provider once. */
async function verifiedClaims(
  { provider, request, flow }: PendingAuthorization,
  { idToken, tokens }: ReceivedTokens,
  keys: Keys,
  clock: Clock,
): Promise<Result<IdClaims>> {
  const { name, oidc } = provider;
  if (request === undefined || oidc === undefined)
    return failed({ code: "authorization_not_offered", provider: name });
  if (idToken === undefined)
    return failed({ code: "provider_misbehaved", provider: name, what: "member", detail: "id_token" });
  const expected: ExpectedIdToken = {
    issuer: provider.issuer,
    client_id: request.client_id,
    nonce: request.nonce,
    algorithms: algorithmsOf(oidc),
    ...(tokens !== undefined && {
      accessToken: { token: tokens.accessToken, bound: flow === "oidc_implicit_token" },
    }),
  };
  for (const keyIsUnknown of [false, true]) {
    const set = await keys.of({ ...provider, oidc }, keyIsUnknown);
    if (!set.ok) return set;
    const verdict = await verifyIdToken(idToken, expected, set.value, clock.nowMs());
    if (verdict.kind === "verified") return ok(verdict.claims);
    // An ID token need not name its key, so a signature that fits no remembered key may fit a new one.
    const tryNewKeys = verdict.kind === "rejected" && verdict.why === "signature" && !keyIsUnknown;
    if (verdict.kind === "rejected" && !tryNewKeys)
      return failed({ code: "id_token_rejected", provider: name, why: verdict.why });
  }
  return failed({ code: "id_token_rejected", provider: name, why: "signature" });
}

/** The tokens with the user, scopes and end that the provider's validation names. */
async function validatedTokens(
  { provider, client, flow }: PendingAuthorization,
  tokens: TokenSet,
  receivedAtMs: number,
  { http, clock }: Parts,
): Promise<Result<IdentifiedTokens>> {
  const common = { tokens, receivedAtMs };
  const isForClient = flow === "client_credentials";
  const { expiresAtMs } = tokens;
  if (isForClient && !provider.dialect.validatesAppTokens)
    return ok({
      ...common,
      user_id: "",
      login: client.name,
      scopes: tokens.scopes,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
    });
  const outcome = await http.send(validateRequest(provider, tokens.accessToken));
  const verdict = readValidation(provider, outcome, clock.nowMs());
  if (verdict.kind !== "valid") return failed(validationFailure(verdict, provider));
  const { client_id = client.client_id, scopes, ...user } = verdict.validation;
  if (client_id !== client.client_id) return failed({ code: "identity_mismatch" });
  const { user_id, login } = isForClient ? { user_id: "", login: client.name } : user;
  if (user_id === undefined || login === undefined) {
    const { name } = provider;
    return failed({ code: "provider_misbehaved", provider: name, what: "member", detail: "user_id" });
  }
  const endsAtMs = expiresAtMs ?? user.expiresAtMs;
  return ok({
    ...common,
    user_id,
    login,
    scopes: scopes ?? tokens.scopes,
    ...(endsAtMs !== undefined && { expiresAtMs: endsAtMs }),
  });
}
