/** The failures that the user sees for a provider's answers. */
import type { Failure } from "../../contract/failure.ts";
import type { HttpOutcome } from "../ports.ts";
import { isSuccess } from "./form.ts";
import type { TokenVerdict } from "./token-request.ts";
import type { RevokeVerdict } from "./revoke.ts";
import type { ValidateVerdict } from "./validate.ts";
import type { DeviceAnswer, Provider } from "../providers/provider.ts";
import { unreachable } from "./unreachable.ts";

/**
 * The failure for a status without a known refusal: a server error (429 and 5xx), an error in the provider's own format
 * (`own`), or an answer that probably comes from another server.
 */
export const statusFailure = (provider: string, status: number, own = false): Failure =>
  status === 429 || status >= 500
    ? { code: "provider_busy", provider, status }
    : { code: own ? "provider_refused" : "answer_unrecognized", provider, status };

/** `redirect_uri`: the one of the request, where the flow has one. */
export function tokenFailure(
  verdict: Exclude<TokenVerdict, { kind: "tokens" }>,
  { name }: Provider,
  redirect_uri = "",
): Failure {
  switch (verdict.kind) {
    case "not_sent":
      return unreachable(name, verdict.cause);
    case "busy":
      return statusFailure(name, verdict.status, verdict.own);
    case "unusable":
      return { code: "provider_misbehaved", provider: name, what: "member", detail: verdict.member };
    case "uncertain": {
      const { failure: what, detail } = verdict;
      return what === "lost"
        ? { code: "provider_unreachable", provider: name }
        : { code: "provider_misbehaved", provider: name, what, detail };
    }
    case "refused":
      switch (verdict.why) {
        case "grant":
          return { code: "code_rejected" };
        case "client_id":
          return { code: "client_id_rejected" };
        case "client":
        case "client_secret":
          return { code: "client_secret_rejected" };
        case "client_secret_missing":
          return { code: "client_secret_missing" };
        case "client_public":
          return { code: "client_public" };
        case "redirect_uri":
          return { code: "redirect_uri_rejected", redirect_uri };
      }
  }
}

/** The failure for a device code that gave no token. */
export const deviceFailure = (
  verdict: Exclude<TokenVerdict, { kind: "tokens" }> | DeviceAnswer,
  provider: Provider,
): Failure =>
  typeof verdict !== "string"
    ? tokenFailure(verdict, provider)
    : verdict === "denied"
      ? { code: "authorization_denied", error: "access_denied" }
      : { code: "device_code_ended" };

/** The failure for an answer without content; undefined: the answer is a success whose content is to be read. */
export function answerFailure({ name }: Provider, outcome: HttpOutcome): Failure | undefined {
  switch (outcome.kind) {
    case "not_sent":
      return unreachable(name, outcome.cause);
    case "lost":
      return unreachable(name);
    case "redirected":
    case "too_large":
      return {
        code: "provider_misbehaved",
        provider: name,
        what: outcome.kind === "redirected" ? "redirect" : "too_large",
        detail: String(outcome.status),
      };
    case "answered":
      return isSuccess(outcome.status) ? undefined : statusFailure(name, outcome.status);
  }
}

export function validationFailure(
  verdict: Exclude<ValidateVerdict, { kind: "valid" }>,
  { name }: Provider,
): Failure {
  switch (verdict.kind) {
    case "rejected":
      return { code: "access_token_rejected", provider: name };
    case "busy":
      return statusFailure(name, verdict.status);
    case "unreachable":
      return unreachable(name, verdict.cause);
    case "misbehaved":
      return { code: "provider_misbehaved", provider: name, what: verdict.what, detail: verdict.detail };
  }
}

/** The failure for a token that could not be revoked. */
export function revocationFailure(
  verdict: Exclude<RevokeVerdict, { kind: "gone" }>,
  { name }: Provider,
): Failure {
  switch (verdict.kind) {
    case "client_unknown":
      return { code: "client_id_rejected" };
    case "unreachable":
      return unreachable(name, verdict.cause);
    case "not_json":
      return {
        code: "provider_misbehaved",
        provider: name,
        what: "not_json",
        detail: String(verdict.status),
      };
    case "busy":
      return statusFailure(name, verdict.status);
  }
}
