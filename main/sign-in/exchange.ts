/** Gets tokens from the provider, and revokes those that are not kept. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { AuthorizationResponse } from "../../core/oauth/authorization-response.ts";
import { tokenFailure } from "../../core/oauth/failures.ts";
import { readRevocation, revokeRequest } from "../../core/oauth/revoke.ts";
import { clientCredentialsRequest, codeRequest, readTokenOutcome } from "../../core/oauth/token-request.ts";
import type { TokenSet, UnusableAnswer } from "../../core/oauth/token-response.ts";
import type { Clock, HttpClient, HttpRequest, Log } from "../../core/ports.ts";
import type { Grant } from "../../core/providers/provider.ts";
import type { Secret } from "../../core/secret.ts";
import { credentialsOf } from "../registrations/lookup.ts";
import type { PendingAuthorization } from "./pending-authorization.ts";

/** Tokens as the provider sent them, before it is known whom they belong to. */
export interface ReceivedTokens {
  /** Absent where the flow gives an ID token alone. */
  readonly tokens?: TokenSet;
  /** Not verified. */
  readonly idToken?: Secret;
  /** The response contained this error beside the tokens; fit to be shown. */
  readonly error?: string;
  readonly receivedAtMs: number;
}

export interface Exchange {
  /** Exchanges the code of an authorization response. The response of an implicit flow contains its tokens already. */
  redeem(
    authorization: PendingAuthorization,
    response: Exclude<AuthorizationResponse, { kind: "ended" }>,
  ): Promise<Result<ReceivedTokens>>;
  /** Gets the client's own token (RFC 6749 §4.4). */
  requestClientToken(authorization: PendingAuthorization): Promise<Result<ReceivedTokens>>;
  /** Revokes a token that is not kept. A failure is only logged. */
  revoke(authorization: PendingAuthorization, token: Secret): Promise<void>;
  /** Revokes the tokens of an answer that cannot be used. */
  revokeUnusable(authorization: PendingAuthorization, answer: UnusableAnswer): Promise<void>;
}

export interface ExchangeParts {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly log: Log;
}

export function createExchange({ http, clock, log }: ExchangeParts): Exchange {
  async function revoke({ id, provider, client }: PendingAuthorization, token: Secret): Promise<void> {
    const outcome = await http.send(revokeRequest(provider, credentialsOf(client), token));
    const { kind } = readRevocation(provider, outcome);
    if (kind !== "gone") log.warn("authorization.not_revoked", { authorization: id, kind });
  }
  async function revokeUnusable(
    authorization: PendingAuthorization,
    { accessToken, refreshToken }: UnusableAnswer,
  ): Promise<void> {
    for (const token of [refreshToken, accessToken])
      if (token !== undefined) await revoke(authorization, token);
  }

  async function requestTokens(
    authorization: PendingAuthorization,
    grant: Grant,
    request: HttpRequest,
    redirect_uri?: string,
  ): Promise<Result<ReceivedTokens>> {
    const { provider, scopes } = authorization;
    const outcome = await http.send(request);
    const receivedAtMs = clock.nowMs();
    const verdict = readTokenOutcome(provider, outcome, { grant, scopes }, receivedAtMs);
    if (verdict.kind === "unusable") await revokeUnusable(authorization, verdict);
    if (verdict.kind !== "tokens") return failed(tokenFailure(verdict, provider, redirect_uri));
    const { tokens, error } = verdict;
    return ok({
      tokens,
      ...(tokens.idToken !== undefined && { idToken: tokens.idToken }),
      ...(error !== undefined && { error }),
      receivedAtMs,
    });
  }

  return {
    redeem(authorization, response) {
      if (response.kind === "tokens") {
        const { tokens, idToken, error } = response;
        return Promise.resolve(
          ok({
            ...(tokens !== undefined && { tokens }),
            ...(idToken !== undefined && { idToken }),
            ...(error !== undefined && { error }),
            receivedAtMs: clock.nowMs(),
          }),
        );
      }
      const { provider, client } = authorization;
      const { redirect_uri, codeVerifier: code_verifier } = response.request;
      const form = { code: response.code, redirect_uri, code_verifier };
      const request = codeRequest(provider, credentialsOf(client), form);
      return requestTokens(authorization, "authorization_code", request, redirect_uri);
    },

    requestClientToken(authorization) {
      const { provider, client, scopes } = authorization;
      const request = clientCredentialsRequest(provider, credentialsOf(client), scopes);
      return requestTokens(authorization, "client_credentials", request);
    },

    revoke,
    revokeUnusable,
  };
}
