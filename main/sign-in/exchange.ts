/** From an answer to tokens, and to whom they belong. Every flow ends with a validation. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { DoorAnswer } from "../../core/oauth/door.ts";
import { tokenFailure, validationFailure } from "../../core/oauth/failures.ts";
import { isOidc } from "../../core/oauth/flows.ts";
import { readRevocation, revokeRequest } from "../../core/oauth/revoke.ts";
import { clientCredentialsRequest, codeRequest, readTokenOutcome } from "../../core/oauth/token-request.ts";
import type { TokenSet, UnusableAnswer } from "../../core/oauth/token-response.ts";
import { readValidation, validateRequest } from "../../core/oauth/validate.ts";
import { displayNameOf } from "../../core/oidc/claims.ts";
import { verifyIdToken, type ExpectedIdToken, type IdClaims } from "../../core/oidc/id-token.ts";
import { algorithmsOf } from "../../core/oidc/keys.ts";
import type { Clock, HttpClient, HttpRequest, Log } from "../../core/ports.ts";
import type { Grant } from "../../core/providers/provider.ts";
import type { Secret } from "../../core/secret.ts";
import { credentialsOf } from "../registrations/lookup.ts";
import type { Arrived, Course } from "./pending-authorization.ts";
import { createKeys } from "./keys.ts";

type Answered = Exclude<DoorAnswer, { kind: "ended" }>;

/** What came of an answer, before it is known whose it is. */
export interface Redeemed {
  /** Absent where the flow gives an ID token alone. */
  readonly tokens?: TokenSet;
  readonly idToken?: Secret;
  /** The answer told an error beside them, made fit to be shown. */
  readonly error?: string;
  readonly receivedAtMs: number;
}

export interface Exchange {
  /** What a redirect gave. A code is exchanged; a token is there already. */
  redeem(course: Course, answer: Answered): Promise<Result<Redeemed>>;
  /** The client's own token (RFC 6749 §4.4). */
  mint(course: Course): Promise<Result<Redeemed>>;
  /** Verifies the ID token and asks whose tokens they are. Fails with `identity_mismatch` where they are another client's. */
  identify(course: Course, redeemed: Redeemed): Promise<Result<Arrived>>;
  /** Ends a token that nobody is to have. */
  revoke(course: Course, token: Secret): Promise<void>;
  /** Ends what came with an answer that cannot be used. */
  endUnusable(course: Course, answer: UnusableAnswer): Promise<void>;
}

export function createExchange(parts: {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly log: Log;
}): Exchange {
  const { http, clock, log } = parts;
  const keys = createKeys(parts);

  async function askForTokens(
    course: Course,
    grant: Grant,
    request: HttpRequest,
    redirect_uri?: string,
  ): Promise<Result<Redeemed>> {
    const { provider } = course;
    const outcome = await http.send(request);
    const receivedAtMs = clock.nowMs();
    const verdict = readTokenOutcome(provider, outcome, { grant, scopes: course.scopes }, receivedAtMs);
    if (verdict.kind === "unusable") await endUnusable(course, verdict);
    if (verdict.kind !== "tokens") return failed(tokenFailure(verdict, provider, redirect_uri));
    const { tokens, error } = verdict;
    return ok({
      tokens,
      ...(tokens.idToken !== undefined && { idToken: tokens.idToken }),
      ...(error !== undefined && { error }),
      receivedAtMs,
    });
  }

  /** The claims of an ID token that is what it has to be. A key that is not known is asked for once. */
  async function verified(
    { provider, attempt, flow }: Course,
    { idToken, tokens }: Redeemed,
  ): Promise<Result<IdClaims>> {
    const { name, oidc } = provider;
    if (attempt === undefined || oidc === undefined)
      return failed({ code: "authorization_not_offered", provider: name });
    if (idToken === undefined)
      return failed({ code: "provider_misbehaved", provider: name, what: "member", detail: "id_token" });
    const expected: ExpectedIdToken = {
      issuer: provider.issuer,
      client_id: attempt.client_id,
      nonce: attempt.nonce,
      algorithms: algorithmsOf(oidc),
      ...(tokens !== undefined && {
        accessToken: { token: tokens.accessToken, bound: flow === "oidc_implicit_token" },
      }),
    };
    for (const unknown of [false, true]) {
      const set = await keys.of({ ...provider, oidc }, unknown);
      if (!set.ok) return set;
      const verdict = await verifyIdToken(idToken, expected, set.value, clock.nowMs());
      if (verdict.kind === "verified") return ok(verdict.claims);
      // A signature that fits no key of an old set may fit one of the new set: its key need not be named.
      const stale = verdict.kind === "rejected" && verdict.why === "signature" && !unknown;
      if (verdict.kind === "rejected" && !stale)
        return failed({ code: "id_token_rejected", provider: name, why: verdict.why });
    }
    return failed({ code: "id_token_rejected", provider: name, why: "signature" });
  }

  /** Whose it is, by the provider's word about the access token. */
  async function validated(
    { provider, client, flow }: Course,
    tokens: TokenSet,
    receivedAtMs: number,
  ): Promise<Result<Arrived>> {
    const common = { tokens, receivedAtMs };
    const forClient = flow === "client_credentials";
    const { expiresAtMs } = tokens;
    if (forClient && !provider.dialect.validatesAppTokens)
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
    const { client_id = client.client_id, scopes, ...told } = verdict.validation;
    if (client_id !== client.client_id) return failed({ code: "identity_mismatch" });
    const { user_id, login } = forClient ? { user_id: "", login: client.name } : told;
    if (user_id === undefined || login === undefined)
      return failed({
        code: "provider_misbehaved",
        provider: provider.name,
        what: "member",
        detail: "user_id",
      });
    const endsAtMs = expiresAtMs ?? told.expiresAtMs;
    return ok({
      ...common,
      user_id,
      login,
      scopes: scopes ?? tokens.scopes,
      ...(endsAtMs !== undefined && { expiresAtMs: endsAtMs }),
    });
  }

  async function revoke({ id, provider, client }: Course, token: Secret): Promise<void> {
    const outcome = await http.send(revokeRequest(provider, credentialsOf(client), token));
    const { kind } = readRevocation(provider, outcome);
    if (kind !== "gone") log.warn("authorization.not_revoked", { authorization: id, kind });
  }
  async function endUnusable(course: Course, { accessToken, refreshToken }: UnusableAnswer): Promise<void> {
    for (const token of [refreshToken, accessToken]) if (token !== undefined) await revoke(course, token);
  }

  return {
    async redeem(course, answer) {
      const { attempt } = answer;
      if (answer.kind === "tokens") {
        const { tokens, idToken, error } = answer;
        return ok({
          ...(tokens !== undefined && { tokens }),
          ...(idToken !== undefined && { idToken }),
          ...(error !== undefined && { error }),
          receivedAtMs: clock.nowMs(),
        });
      }
      const { redirect_uri, codeVerifier: code_verifier } = attempt;
      const form = { code: answer.code, redirect_uri, code_verifier };
      const request = codeRequest(course.provider, credentialsOf(course.client), form);
      return askForTokens(course, "authorization_code", request, redirect_uri);
    },

    mint: (course) =>
      askForTokens(
        course,
        "client_credentials",
        clientCredentialsRequest(course.provider, credentialsOf(course.client), course.scopes),
      ),

    async identify(course, redeemed) {
      const { tokens, idToken, receivedAtMs, error } = redeemed;
      const claims = isOidc(course.flow) ? await verified(course, redeemed) : undefined;
      if (claims?.ok === false) return claims;
      const proof =
        claims === undefined || idToken === undefined ? undefined : { token: idToken, claims: claims.value };
      if (tokens === undefined) {
        if (proof === undefined) return failed({ code: "answer_mismatched" });
        const { sub, preferred_username: name } = proof.claims;
        const login = typeof name === "string" && name !== "" ? name : sub;
        return ok({ user_id: sub, login, scopes: [], receivedAtMs, idToken: proof });
      }
      const validation = await validated(course, tokens, receivedAtMs);
      if (!validation.ok) return validation;
      const arrived = { ...validation.value, ...(error !== undefined && { error }) };
      if (proof === undefined) return ok(arrived);
      if (proof.claims.sub !== arrived.user_id)
        return failed({ code: "id_token_rejected", provider: course.provider.name, why: "subject" });
      const displayName = displayNameOf(proof.claims);
      return ok({ ...arrived, ...(displayName !== undefined && { displayName }), idToken: proof });
    },

    revoke,
    endUnusable,
  };
}
