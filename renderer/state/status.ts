/** The status of a sign-in as glyph, word and colour. Pure. */
import type { SignInView } from "../../contract/views/account.ts";
import { t } from "../text/t.ts";
import { timeOf, whenOf } from "../text/format.ts";

export type GlyphName =
  "ok" | "refreshing" | "expiring" | "signin" | "unreachable" | "locked" | "revoked" | "warn";
export interface StatusWords {
  readonly glyph: GlyphName;
  readonly tone: "ok" | "attention" | "danger" | "info" | "none";
  readonly word: string;
  readonly reason: string;
}

/** True when nothing but the user can help. */
export const needsYou = ({ status }: SignInView): boolean =>
  status === "needs_sign_in" ||
  status === "config_error" ||
  status === "refresh_ambiguous" ||
  status === "ends_soon";

/**
 * What the user can do: sign in again, mend the registration, sign in with another one, get the client's next token,
 * or bring the provider back.
 */
export type Fix = "signIn" | "client" | "add" | "mint" | "provider";
export function fixOf(signIn: SignInView): Fix | undefined {
  const { status, reason, flow } = signIn;
  if (reason?.code === "provider_unknown") return "provider";
  if (reason?.code === "client_missing") return "add";
  if (status === "config_error") return "client";
  if (!needsYou(signIn) && status !== "revoked") return undefined;
  if (signIn.condition === "record_changed") return undefined; // the other computer has the newer record
  // The registration of an imported token belongs to the other tool; the user signs in with one of their own.
  if (flow === "import") return "add";
  return flow === "client_credentials" ? "mint" : "signIn";
}

export function statusWords(signIn: SignInView, nowMs: number): StatusWords {
  const passing = conditionWords(signIn, nowMs);
  if (passing !== undefined) return passing;
  const { status, providerName, expiresAtMs, refreshesAtMs, sinceMs } = signIn;
  const at = (ms: number | undefined): string => (ms === undefined ? "" : timeOf(ms, nowMs));
  switch (status) {
    case "signed_in":
      return { glyph: "ok", tone: "ok", word: t("status.signed_in"), reason: checked(signIn, nowMs) };
    case "reminting":
      return { glyph: "refreshing", tone: "ok", word: t("status.reminting"), reason: t("status.onItsWay") };
    case "refreshing":
      return { glyph: "refreshing", tone: "ok", word: t("status.refreshing"), reason: t("status.onItsWay") };
    case "expiring":
      if (!signIn.hasToken)
        return {
          glyph: "expiring",
          tone: "none",
          word: t("status.reminting"),
          reason: t("status.endedBy", { provider: providerName }),
        };
      return {
        glyph: "expiring",
        tone: "none",
        word: t("status.expiring"),
        reason:
          refreshesAtMs !== undefined && refreshesAtMs > nowMs
            ? t("status.refreshesAt", { time: at(refreshesAtMs) })
            : t("status.refreshesNow"),
      };
    case "ends_soon":
      return {
        glyph: "expiring",
        tone: "attention",
        word: t("status.ends_soon", { when: expiresAtMs === undefined ? "" : whenOf(expiresAtMs, nowMs) }),
        reason: t("status.signInBy", { time: at(expiresAtMs) }),
      };
    case "needs_sign_in":
      return {
        glyph: "signin",
        tone: "danger",
        word: t("status.needs_sign_in"),
        reason: refusalReason(signIn, at(sinceMs), nowMs),
      };
    case "refresh_ambiguous":
      return {
        glyph: "signin",
        tone: "attention",
        word: t("status.refresh_ambiguous"),
        reason:
          expiresAtMs !== undefined && expiresAtMs > nowMs
            ? t("status.worksUntil", { time: at(expiresAtMs) })
            : t("status.cannotRenew"),
      };
    case "config_error":
      return { glyph: "warn", tone: "danger", word: t("status.config_error"), reason: clientReason(signIn) };
    case "revoked":
      return {
        glyph: "revoked",
        tone: "none",
        word: t("status.revoked"),
        reason: t("status.since", { time: at(sinceMs) }),
      };
  }
}

/** The words for a condition, which lies over the status for a while; undefined: there is none. */
function conditionWords(
  { condition, providerName, hasToken, nextTryAtMs }: SignInView,
  nowMs: number,
): StatusWords | undefined {
  if (condition === "record_changed")
    return {
      glyph: "warn",
      tone: "attention",
      word: t("status.record_changed"),
      reason: t("status.quitTheOther"),
    };
  if (condition === "storage_failing")
    return {
      glyph: "warn",
      tone: "attention",
      word: t("status.storage_failing"),
      reason: t("status.inMemory"),
    };
  if (condition === "unreachable" || condition === "offline")
    return {
      glyph: "unreachable",
      tone: "info",
      word:
        condition === "offline" ? t("status.offline") : t("status.unreachable", { provider: providerName }),
      reason:
        nextTryAtMs === undefined
          ? t(hasToken ? "status.kept" : "status.noToken")
          : t(hasToken ? "status.keptNext" : "status.noTokenNext", { when: timeOf(nextTryAtMs, nowMs) }),
    };
  return undefined;
}

function checked({ validating, validatedAtMs }: SignInView, nowMs: number): string {
  if (validating) return t("status.checking");
  return validatedAtMs === undefined
    ? t("status.notChecked")
    : t("status.checked", { when: whenOf(validatedAtMs, nowMs) });
}

function refusalReason(
  { reason, providerName, hasToken, expiresAtMs }: SignInView,
  time: string,
  nowMs: number,
): string {
  // Whether tools stop now or later comes first.
  if (hasToken && expiresAtMs !== undefined && expiresAtMs > nowMs)
    return t("status.worksUntil", { time: timeOf(expiresAtMs, nowMs) });
  switch (reason?.code) {
    case "moved_here":
    case "provider_changed":
    case "identity_mismatch":
      return t(`status.${reason.code}`);
    case "refresh_token_rejected":
    case "access_token_rejected":
      return t("status.refusedAt", { provider: providerName, time });
    default:
      return expiresAtMs === undefined
        ? t("status.cannotRenew")
        : t("status.endedAt", { time: timeOf(expiresAtMs, nowMs) });
  }
}

function clientReason({ reason }: SignInView): string {
  switch (reason?.code) {
    case "client_id_rejected":
    case "client_secret_missing":
    case "client_missing":
    case "provider_unknown":
      return t(`status.${reason.code}`);
    default:
      return t("status.client_secret_rejected");
  }
}
