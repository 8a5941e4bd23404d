import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Identity, Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import { endMs, lifeSec } from "../bounds.ts";
import { errorIn, isSuccess, jsonObject, judgedStatus } from "./form.ts";

/** docs/twitch-auth.md §11. The time-out also applies to the probe before a one-time refresh token is used. */
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
  /** Absent: the provider sent 0 or nothing, which means "unknown", not "expired" (docs/twitch-auth.md §1). */
  readonly expiresAtMs?: number;
}

export type ValidateVerdict =
  | { readonly kind: "valid"; readonly validation: Validation }
  /** Only a 401 in the provider's own words ends a session (docs/twitch-auth.md §11; RFC 6750 §3.1). */
  | { readonly kind: "rejected" }
  | { readonly kind: "busy"; readonly status: number; readonly retryAfterMs?: number }
  /** `cause`: why the request was not sent. */
  | { readonly kind: "unreachable"; readonly cause?: string }
  | {
      readonly kind: "misbehaved";
      readonly what: "not_json" | "too_large" | "redirect" | "member";
      readonly detail: string;
    };

/** Reads the answer to a validation request. Pure; `receivedAtMs` is the time of the answer. */
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
  const hasError = body !== undefined && errorIn(body) !== undefined;
  const judged = isSuccess(status) && hasError ? judgedStatus(status, body) : status;
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
