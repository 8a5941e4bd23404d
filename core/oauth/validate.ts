import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Provider } from "../providers/provider.ts";
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

export interface Validation {
  readonly client_id: string;
  /** Absent for an app token. */
  readonly user_id?: string;
  readonly login?: string;
  readonly scopes: readonly string[];
  /** Absent: 0 or none was told, which means "no expiry known", not "expired" (TA §1). */
  readonly expiresAtMs?: number;
}

export type ValidateVerdict =
  | { readonly kind: "valid"; readonly validation: Validation }
  /** 401, and only 401, ends a session (TA §11). */
  | { readonly kind: "rejected" }
  | { readonly kind: "busy"; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: "unreachable" }
  | {
      readonly kind: "misbehaved";
      readonly what: "not_json" | "too_large" | "redirect" | "member";
      readonly detail: string;
    };

/** Reads the end of a validation. Pure; `receivedAtMs` is when the answer came. */
export function readValidation(outcome: HttpOutcome, receivedAtMs: number): ValidateVerdict {
  if (outcome.kind === "not_sent" || outcome.kind === "lost") return { kind: "unreachable" };
  if (outcome.kind === "redirected")
    return { kind: "misbehaved", what: "redirect", detail: String(outcome.status) };
  if (outcome.kind === "too_large")
    return { kind: "misbehaved", what: "too_large", detail: String(outcome.status) };
  const { status, retryAfterMs } = outcome;
  if (status === 401) return { kind: "rejected" };
  if (status !== 200) return { kind: "busy", status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  const body = jsonObject(outcome.body);
  if (body === undefined) return { kind: "misbehaved", what: "not_json", detail: "200" };
  const { client_id, user_id, login, scopes, expires_in } = body;
  const wrong = (detail: string): ValidateVerdict => ({ kind: "misbehaved", what: "member", detail });
  if (typeof client_id !== "string" || client_id === "") return wrong("client_id");
  const list: unknown = scopes ?? []; // TA §11: null when the token has none
  if (!Array.isArray(list) || !list.every((item) => typeof item === "string")) return wrong("scopes");
  return {
    kind: "valid",
    validation: {
      client_id,
      ...(typeof user_id === "string" && user_id !== "" && { user_id }),
      ...(typeof login === "string" && login !== "" && { login }),
      scopes: list.filter(Boolean),
      ...(typeof expires_in === "number" &&
        expires_in > 0 && { expiresAtMs: receivedAtMs + Math.trunc(expires_in * 1000) }),
    },
  };
}
