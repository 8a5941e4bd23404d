/** What a provider's answers on the way to a token mean to the person. Nothing was saved in any of these cases. */
import type { Failure } from "../../contract/failure.ts";
import type { HttpOutcome } from "../ports.ts";
import { isSuccess } from "./form.ts";
import type { TokenVerdict } from "./token-request.ts";
import type { RevokeVerdict } from "./revoke.ts";
import type { ValidateVerdict } from "./validate.ts";
import type { DeviceAnswer, Provider } from "../providers/provider.ts";
import { unreachable } from "./unreachable.ts";

/**
 * What a status without a refusal that is known means to the person: trouble of the server's own (429 and 5xx), an error
 * in the provider's form (`own`), or an answer that is probably somebody else's.
 */
export const statusFailure = (provider: string, status: number, own = false): Failure =>
  status === 429 || status >= 500
    ? { code: "provider_busy", provider, status }
    : { code: own ? "provider_refused" : "answer_unrecognized", provider, status };

/** `redirect_uri`: the one that was sent, where the flow has one. */
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

/** Why a device's code came to nothing. */
export const deviceFailure = (
  verdict: Exclude<TokenVerdict, { kind: "tokens" }> | DeviceAnswer,
  provider: Provider,
): Failure =>
  typeof verdict !== "string"
    ? tokenFailure(verdict, provider)
    : verdict === "denied"
      ? { code: "authorization_denied", error: "access_denied" }
      : { code: "device_code_ended" };

/** What an answer with nothing in it came to; undefined: it is a success, to be read. */
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

/** Why a token could not be ended at the provider. */
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
