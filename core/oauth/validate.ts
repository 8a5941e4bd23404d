import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Identity, Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import { endMs, lifeSec } from "../bounds.ts";
import { errorIn, isSuccess, jsonObject, judgedStatus } from "./form.ts";

/** TA §11. The time-out is also the probe's, before a one-time refresh token is spent. */
export const validateRequest = (provider: Provider, accessToken: Secret): HttpRequest => ({
  method: "GET",
  url: provider.validationEndpoint,
  headers: {
    authorization: `${provider.dialect.validationScheme} ${accessToken.reveal()}`,
    accept: "application/json",
  },
  timeoutMs: 10_000,
});

export interface Validation extends Omit<Identity, "expires_in"> {
  /** Absent: 0 or none was told, which means "no expiry known", not "expired" (TA §1). */
  readonly expiresAtMs?: number;
}

export type ValidateVerdict =
  | { readonly kind: "valid"; readonly validation: Validation }
  /** 401 in the provider's own words, and nothing else, ends a session (TA §11; RFC 6750 §3.1). */
  | { readonly kind: "rejected" }
  | { readonly kind: "busy"; readonly status: number; readonly retryAfterMs?: number }
  /** `cause`: of a request that was not sent. */
  | { readonly kind: "unreachable"; readonly cause?: string }
  | {
      readonly kind: "misbehaved";
      readonly what: "not_json" | "too_large" | "redirect" | "member";
      readonly detail: string;
    };

/** Reads the end of a validation. Pure; `receivedAtMs` is when the answer came. */
export function readValidation(
  provider: Provider,
  outcome: HttpOutcome,
  receivedAtMs: number,
): ValidateVerdict {
  if (outcome.kind === "not_sent") return { kind: "unreachable", cause: outcome.cause };
  if (outcome.kind === "lost") return { kind: "unreachable" };
  if (outcome.kind === "redirected" || outcome.kind === "too_large")
    return {
      kind: "misbehaved",
      what: outcome.kind === "redirected" ? "redirect" : "too_large",
      detail: String(outcome.status),
    };
  const { status, retryAfterMs, challenge = "" } = outcome;
  const body = jsonObject(outcome.body);
  const told = body !== undefined && errorIn(body) !== undefined;
  const judged = isSuccess(status) && told ? judgedStatus(status, body) : status;
  if (provider.dialect.rejectsToken(judged, body ?? {}, challenge)) return { kind: "rejected" };
  if (!isSuccess(judged))
    return { kind: "busy", status: judged, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  if (body === undefined) return { kind: "misbehaved", what: "not_json", detail: String(status) };
  const identity = provider.dialect.identity(body);
  if ("wrong" in identity) return { kind: "misbehaved", what: "member", detail: identity.wrong };
  const { expires_in, ...validation } = identity;
  const life = lifeSec(expires_in);
  return {
    kind: "valid",
    validation: { ...validation, ...(life !== undefined && { expiresAtMs: endMs(receivedAtMs, life) }) },
  };
}
