import type { Result } from "../../contract/failure.ts";
import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Provider, Refusal } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import { formPost, jsonObject } from "./form.ts";
import { readTokenResponse, type TokenSet } from "./token-response.ts";

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
  | { readonly kind: "tokens"; readonly tokens: TokenSet }
  | { readonly kind: "refused"; readonly why: Refusal }
  /** Not sent, or turned away before any work: nothing happened at the provider. */
  | { readonly kind: "not_sent"; readonly cause: string }
  /** The server says it did nothing, or answered whole with trouble of its own: 429, other 4xx, 500/503 with JSON. */
  | { readonly kind: "busy"; readonly status: number; readonly retryAfterMs?: number }
  /** Sent, and no answer that tells what happened. */
  | {
      readonly kind: "uncertain";
      readonly failure: "lost" | "not_json" | "too_large" | "redirect" | "member" | "status";
      readonly detail: string;
    };

/** Reads the end of a token request. Pure; `receivedAtMs` is when the answer came. */
export function readTokenOutcome(
  provider: Provider,
  outcome: HttpOutcome,
  asked: readonly string[],
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
      return readAnswer(provider, outcome, asked, receivedAtMs);
  }
}

function readAnswer(
  provider: Provider,
  { status, body: text, retryAfterMs }: Extract<HttpOutcome, { kind: "answered" }>,
  asked: readonly string[],
  receivedAtMs: number,
): TokenVerdict {
  const body = jsonObject(text);
  if (status === 200) {
    if (body === undefined) return { kind: "uncertain", failure: "not_json", detail: "200" };
    const tokens: Result<TokenSet> = readTokenResponse(body, asked, receivedAtMs, provider.name);
    if (tokens.ok) return { kind: "tokens", tokens: tokens.value };
    const detail = tokens.failure.code === "provider_misbehaved" ? tokens.failure.detail : "body";
    return { kind: "uncertain", failure: "member", detail };
  }
  const why = body === undefined ? undefined : provider.dialect.refusal(status, body);
  if (why !== undefined) return { kind: "refused", why };
  const wholeTrouble = body !== undefined && (status === 500 || status === 503);
  if ((status >= 400 && status < 500) || wholeTrouble) {
    return { kind: "busy", status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  return { kind: "uncertain", failure: "status", detail: String(status) };
}
