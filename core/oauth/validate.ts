import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Identity, Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import { jsonObject } from "./form.ts";

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
  /** 401, and only 401, ends a session (TA §11). */
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
  if (outcome.kind === "redirected")
    return { kind: "misbehaved", what: "redirect", detail: String(outcome.status) };
  if (outcome.kind === "too_large")
    return { kind: "misbehaved", what: "too_large", detail: String(outcome.status) };
  const { status, retryAfterMs } = outcome;
  if (status === 401) return { kind: "rejected" };
  if (status !== 200) return { kind: "busy", status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  const body = jsonObject(outcome.body);
  if (body === undefined) return { kind: "misbehaved", what: "not_json", detail: "200" };
  const identity = provider.dialect.identity(body);
  if ("wrong" in identity) return { kind: "misbehaved", what: "member", detail: identity.wrong };
  const { expires_in = 0, ...validation } = identity;
  return {
    kind: "valid",
    validation: {
      ...validation,
      ...(expires_in > 0 && { expiresAtMs: receivedAtMs + Math.trunc(expires_in * 1000) }),
    },
  };
}
