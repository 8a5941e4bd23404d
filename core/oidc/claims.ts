import type { ClaimView } from "../../contract/view.ts";
import { instantMs } from "../bounds.ts";
import type { IdClaims } from "./id-token.ts";

/** Values of one sign-in alone, which tell a person nothing. */
const INTERNAL = ["nonce", "at_hash", "c_hash", "s_hash", "jti", "sid"];
/** In seconds (RFC 7519 §2, OpenID Connect Core §5.1); a text is shown as it is (TA §9). */
const INSTANTS = ["exp", "iat", "nbf", "auth_time", "updated_at"];
const LONGEST_NAME = 60;
const LONGEST = 500;

/** A value as text. One that is nested beyond what can be written down is not shown. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value.slice(0, LONGEST);
  try {
    return JSON.stringify(value).slice(0, LONGEST);
  } catch {
    return "…";
  }
}

/** Claims for the window, each name once: texts, cut to a length that can be read. An instant out of bounds is text. */
export function claimViews(claims: IdClaims): readonly ClaimView[] {
  const views = new Map<string, ClaimView>();
  for (const [claim, value] of Object.entries(claims)) {
    const name = claim.slice(0, LONGEST_NAME);
    if (INTERNAL.includes(name) || views.has(name)) continue;
    const atMs = INSTANTS.includes(name) && typeof value === "number" ? instantMs(value * 1000) : undefined;
    views.set(name, { name, value: textOf(value), ...(atMs !== undefined && { atMs }) });
  }
  return [...views.values()];
}
