/** From an answer to tokens, and to whom they belong. Every flow ends with a validation. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { DoorAnswer } from "../../core/oauth/door.ts";
import { tokenFailure, validationFailure } from "../../core/oauth/failures.ts";
import { readRevocation, revokeRequest } from "../../core/oauth/revoke.ts";
import { codeRequest, readTokenOutcome } from "../../core/oauth/token-request.ts";
import type { TokenSet } from "../../core/oauth/token-response.ts";
import { readValidation, validateRequest } from "../../core/oauth/validate.ts";
import type { Clock, HttpClient, Log } from "../../core/ports.ts";
import type { Secret } from "../../core/secret.ts";
import { credentialsOf } from "../keeper/parts.ts";
import type { Arrived, Course } from "./course.ts";

type Answered = Exclude<DoorAnswer, { kind: "ended" }>;
type Asking = Pick<Course, "id" | "provider" | "client">;

export interface Exchange {
  /** What a redirect gave, as tokens. */
  redeem(course: Asking, answer: Answered): Promise<Result<{ tokens: TokenSet; receivedAtMs: number }>>;
  /** Whose tokens they are. Fails with `identity_mismatch` where they are another client's. */
  identify(course: Asking, tokens: TokenSet, receivedAtMs: number): Promise<Result<Arrived>>;
  /** Ends a token that nobody is to have. */
  revoke(course: Asking, token: Secret): Promise<void>;
}

export function createExchange({
  http,
  clock,
  log,
}: {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly log: Log;
}): Exchange {
  return {
    async redeem({ provider, client }, answer) {
      if (answer.kind === "tokens")
        return answer.tokens === undefined
          ? failed({ code: "answer_mismatched" })
          : ok({ tokens: answer.tokens, receivedAtMs: clock.nowMs() });
      const { code, attempt } = answer;
      const { redirect_uri, codeVerifier: code_verifier, scopes } = attempt;
      const request = codeRequest(provider, credentialsOf(client), { code, redirect_uri, code_verifier });
      const outcome = await http.send(request);
      const receivedAtMs = clock.nowMs();
      const verdict = readTokenOutcome(provider, outcome, scopes, receivedAtMs);
      return verdict.kind === "tokens"
        ? ok({ tokens: verdict.tokens, receivedAtMs })
        : failed(tokenFailure(verdict, provider, redirect_uri));
    },

    async identify({ provider, client }, tokens, receivedAtMs) {
      const outcome = await http.send(validateRequest(provider, tokens.accessToken));
      const verdict = readValidation(provider, outcome, clock.nowMs());
      if (verdict.kind !== "valid") return failed(validationFailure(verdict, provider));
      const { client_id = client.client_id, user_id, login, scopes, expiresAtMs } = verdict.validation;
      if (client_id !== client.client_id) return failed({ code: "identity_mismatch" });
      if (user_id === undefined || login === undefined)
        return failed({
          code: "provider_misbehaved",
          provider: provider.name,
          what: "member",
          detail: "user_id",
        });
      const endsAtMs = tokens.expiresAtMs ?? expiresAtMs;
      return ok({
        tokens,
        user_id,
        login,
        scopes: scopes ?? tokens.scopes,
        ...(endsAtMs !== undefined && { expiresAtMs: endsAtMs }),
        receivedAtMs,
      });
    },

    async revoke({ id, provider, client }, token) {
      const outcome = await http.send(revokeRequest(provider, client.client_id, token));
      const { kind } = readRevocation(provider, outcome);
      if (kind !== "gone") log.warn("authorization.not_revoked", { authorization: id, kind });
    },
  };
}
