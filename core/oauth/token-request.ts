import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Grant, Provider, Refusal } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import { errorIn, formPost, isSuccess, judgedStatus, shownError, tokenAnswer } from "./form.ts";
import { readTokenResponse, type TokenSet, type UnusableAnswer } from "./token-response.ts";

/**
 * A client's credentials, sent in the body, which is the only way that every provider accepts (docs/twitch-auth.md §6).
 */
export interface ClientCredentials {
  readonly client_id: string;
  readonly client_secret?: Secret;
}

/** RFC 6749 §4.1.3 with RFC 7636 §4.5; servers without PKCE ignore the verifier (docs/twitch-auth.md §6). */
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

/** RFC 6749 §6. No `scope`: it is ignored or refused (docs/twitch-auth.md §10). */
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

/** RFC 6749 §4.4; the scopes are those of the client itself, usually none (docs/twitch-auth.md §7). */
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
 * The result of a token request, in the kinds that the refresh rules distinguish: above all, whether the server may
 * have processed the request although its result is unknown (`uncertain`).
 */
export type TokenVerdict =
  /** `error`: an error beside the tokens, safe to show. */
  | { readonly kind: "tokens"; readonly tokens: TokenSet; readonly error?: string }
  /** The server processed the request, and its access token cannot be used. Its other tokens must not be lost. */
  | ({ readonly kind: "unusable" } & UnusableAnswer)
  | { readonly kind: "refused"; readonly why: Refusal }
  /** The request was not sent: nothing happened at the provider. */
  | { readonly kind: "not_sent"; readonly cause: string }
  /** The server did not process the request, or reports an error of its own: 429, other 4xx, 500 and 503 with JSON. */
  | {
      readonly kind: "busy";
      readonly status: number;
      readonly retryAfterMs?: number;
      /** The error has the provider's own format, and is no known refusal. */
      readonly own?: true;
    }
  /** The request was sent, and no answer tells its result. */
  | {
      readonly kind: "uncertain";
      readonly failure: "lost" | "not_json" | "too_large" | "redirect" | "member" | "status";
      readonly detail: string;
    };

/** The request whose answer is read: `grant` decides which refusals are possible. */
export interface TokenRequest {
  readonly grant: Grant;
  /** The requested scopes. */
  readonly scopes: readonly string[];
}

/** Reads the answer to a token request. Pure; `receivedAtMs` is the time of the answer. */
export function readTokenOutcome(
  provider: Provider,
  outcome: HttpOutcome,
  request: TokenRequest,
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
      return readAnswer(provider, outcome, request, receivedAtMs);
  }
}

/**
 * An access token counts under any status, because the refresh token of the request is used up then. A refusal counts
 * only in the provider's own words, under 2xx and 4xx.
 */
function readAnswer(
  provider: Provider,
  { status, body: text, retryAfterMs }: Extract<HttpOutcome, { kind: "answered" }>,
  { grant, scopes }: TokenRequest,
  receivedAtMs: number,
): TokenVerdict {
  const body = tokenAnswer(text);
  const error = body && errorIn(body);
  const answer = body && readTokenResponse(body, scopes, receivedAtMs);
  if (answer?.kind === "tokens") {
    const shown = error ?? (isSuccess(status) ? undefined : String(status));
    return { ...answer, ...(shown !== undefined && { error: shownError(shown) }) };
  }
  if (isSuccess(status) && body !== undefined && answer !== undefined) {
    if (answer.accessToken !== undefined || answer.refreshToken !== undefined) return answer;
    // An error that is not in the provider's format leaves unknown what the server did.
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
