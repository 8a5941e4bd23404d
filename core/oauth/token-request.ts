import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Grant, Provider, Refusal } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import { errorIn, formPost, isSuccess, judgedStatus, shownError, tokenAnswer } from "./form.ts";
import { readTokenResponse, type TokenSet, type UnusableAnswer } from "./token-response.ts";

/** How a client proves itself: in the body, the only way every dialect takes (TA §6). */
export interface ClientCredentials {
  readonly client_id: string;
  readonly client_secret?: Secret;
}

/** RFC 6749 §4.1.3 with RFC 7636 §4.5; servers without PKCE ignore the verifier (TA §6). */
export const codeRequest = (
  provider: Provider,
  client: ClientCredentials,
  answer: { readonly code: Secret; readonly redirect_uri: string; readonly code_verifier: Secret },
): HttpRequest =>
  formPost(provider.tokenEndpoint, {
    grant_type: "authorization_code",
    client_id: client.client_id,
    client_secret: client.client_secret,
    code: answer.code,
    redirect_uri: answer.redirect_uri,
    code_verifier: answer.code_verifier,
  });

/** RFC 6749 §6. No `scope`: it is ignored or refused (TA §10). */
export const refreshRequest = (
  provider: Provider,
  client: ClientCredentials,
  refresh_token: Secret,
): HttpRequest =>
  formPost(provider.tokenEndpoint, {
    grant_type: "refresh_token",
    client_id: client.client_id,
    client_secret: client.client_secret,
    refresh_token,
  });

/** RFC 6749 §4.4; scopes are for the client itself, and mostly there are none (TA §7). */
export const clientCredentialsRequest = (
  provider: Provider,
  client: ClientCredentials,
  scopes: readonly string[],
): HttpRequest =>
  formPost(provider.tokenEndpoint, {
    grant_type: "client_credentials",
    client_id: client.client_id,
    client_secret: client.client_secret,
    ...(scopes.length > 0 && { scope: scopes.join(" ") }),
  });

/**
 * What a token request came to. The kinds are those that the refresh rules tell apart: above all, whether the server
 * may have acted on the request without our knowing the result (`uncertain`).
 */
export type TokenVerdict =
  /** `error`: the answer tells one beside its tokens, made fit to be shown. */
  | { readonly kind: "tokens"; readonly tokens: TokenSet; readonly error?: string }
  /** The server acted, and its access token cannot be used. What came with it is not to be lost. */
  | ({ readonly kind: "unusable" } & UnusableAnswer)
  | { readonly kind: "refused"; readonly why: Refusal }
  /** Not sent, or turned away before any work: nothing happened at the provider. */
  | { readonly kind: "not_sent"; readonly cause: string }
  /** The server says it did nothing, or answered whole with trouble of its own: 429, other 4xx, 500/503 with JSON. */
  | {
      readonly kind: "busy";
      readonly status: number;
      readonly retryAfterMs?: number;
      /** In the provider's form, and none of the refusals that are known. */
      readonly own?: true;
    }
  /** Sent, and no answer that tells what happened. */
  | {
      readonly kind: "uncertain";
      readonly failure: "lost" | "not_json" | "too_large" | "redirect" | "member" | "status";
      readonly detail: string;
    };

/** The request whose end is read: `grant` decides which refusals make sense. */
export interface TokenQuestion {
  readonly grant: Grant;
  /** The scopes that were asked for. */
  readonly scopes: readonly string[];
}

/** Reads the end of a token request. Pure; `receivedAtMs` is when the answer came. */
export function readTokenOutcome(
  provider: Provider,
  outcome: HttpOutcome,
  question: TokenQuestion,
  receivedAtMs: number,
): TokenVerdict {
  switch (outcome.kind) {
    case "not_sent":
      return { kind: "not_sent", cause: outcome.cause };
    case "lost":
      return { kind: "uncertain", failure: "lost", detail: outcome.cause };
    case "redirected":
      return { kind: "uncertain", failure: "redirect", detail: String(outcome.status) };
    case "too_large":
      return { kind: "uncertain", failure: "too_large", detail: String(outcome.status) };
    case "answered":
      return readAnswer(provider, outcome, question, receivedAtMs);
  }
}

/**
 * Tokens count under any 2xx, and an access token under any status: where the tokens have come, the one that was sent is
 * spent. A refusal counts in the provider's own words alone, under 2xx and 4xx.
 */
function readAnswer(
  provider: Provider,
  { status, body: text, retryAfterMs }: Extract<HttpOutcome, { kind: "answered" }>,
  { grant, scopes }: TokenQuestion,
  receivedAtMs: number,
): TokenVerdict {
  const body = tokenAnswer(text);
  const error = body && errorIn(body);
  const answer = body && readTokenResponse(body, scopes, receivedAtMs);
  if (answer?.kind === "tokens") {
    const told = error ?? (isSuccess(status) ? undefined : String(status));
    return { ...answer, ...(told !== undefined && { error: shownError(told) }) };
  }
  if (isSuccess(status) && body !== undefined && answer !== undefined) {
    if (answer.accessToken !== undefined || answer.refreshToken !== undefined) return answer;
    // An error that is not the provider's leaves open what the server did.
    if (error === undefined || !provider.dialect.isOwnError(body))
      return { kind: "uncertain", failure: "member", detail: answer.member };
  }
  const judged = body === undefined ? status : judgedStatus(status, body);
  const why = body === undefined || judged >= 500 ? undefined : provider.dialect.refusal(grant, judged, body);
  if (why !== undefined) return { kind: "refused", why };
  const wholeTrouble = body !== undefined && (judged === 500 || judged === 503);
  if ((judged >= 400 && judged < 500) || wholeTrouble) {
    const own = body !== undefined && provider.dialect.isOwnError(body) && body["message"] !== "";
    return {
      kind: "busy",
      status: judged,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(own && { own }),
    };
  }
  return isSuccess(status)
    ? { kind: "uncertain", failure: "not_json", detail: String(status) }
    : { kind: "uncertain", failure: "status", detail: String(status) };
}
