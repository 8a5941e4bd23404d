import type { ClaimView } from "../../contract/claims.ts";
import { instantMs } from "../bounds.ts";
import type { IdClaims } from "./id-token.ts";

/** Values of one sign-in alone, which tell a person nothing. */
const INTERNAL = ["nonce", "at_hash", "c_hash", "s_hash", "jti", "sid"];
/** In seconds (RFC 7519 §2, OpenID Connect Core §5.1); a text is shown as it is (TA §9). */
const INSTANTS = ["exp", "iat", "nbf", "auth_time", "updated_at"];
const LONGEST_CLAIM = 60;
const LONGEST = 500;
/** Longer than any name that a provider is known to take. */
const LONGEST_NAME = 100;

/**
 * What a person is called where that is not their login: other letters' case, or another script (TA §21.12). Undefined:
 * nothing of use is said. Not for telling people apart.
 */
export function displayNameOf({ preferred_username: name }: IdClaims): string | undefined {
  if (typeof name !== "string") return undefined;
  // Control and format characters could make one name look like another.
  const plain = name.replace(/[\p{Cc}\p{Cf}]/gu, "").trim();
  return plain === "" || plain.length > LONGEST_NAME ? undefined : plain;
}

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
    const name = claim.slice(0, LONGEST_CLAIM);
    if (INTERNAL.includes(name) || views.has(name)) continue;
    const atMs = INSTANTS.includes(name) && typeof value === "number" ? instantMs(value * 1000) : undefined;
    views.set(name, { name, value: textOf(value), ...(atMs !== undefined && { atMs }) });
  }
  return [...views.values()];
}
