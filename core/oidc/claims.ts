import type { ClaimView } from "../../contract/claims.ts";
import { instantMs } from "../bounds.ts";
import type { IdClaims } from "./id-token.ts";

/** Technical claims, which the window does not show. */
const INTERNAL = ["nonce", "at_hash", "c_hash", "s_hash", "jti", "sid"];
/** In seconds (RFC 7519 §2, OpenID Connect Core §5.1); some providers send a text (docs/twitch-auth.md §9). */
const INSTANTS = ["exp", "iat", "nbf", "auth_time", "updated_at"];
const LONGEST_CLAIM = 60;
const LONGEST = 500;
/** Longer than the names that known providers allow. */
const LONGEST_NAME = 100;

/**
 * The display name of a user, where it differs from the login in case or script (docs/twitch-auth.md §21.12).
 * Undefined: there is no usable name. It does not identify the user.
 */
export function displayNameOf({ preferred_username: name }: IdClaims): string | undefined {
  if (typeof name !== "string") return undefined;
  // Control and format characters could make one name look like another.
  const plain = name.replace(/[\p{Cc}\p{Cf}]/gu, "").trim();
  return plain === "" || plain.length > LONGEST_NAME ? undefined : plain;
}

/** A value as text. A value that JSON cannot express is shown as “…”. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value.slice(0, LONGEST);
  try {
    return JSON.stringify(value).slice(0, LONGEST);
  } catch {
    return "…";
  }
}

/** RFC 3339 §5.6, with the upper-case letters that ECMAScript reads alike everywhere. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
function instantOf(value: unknown): number | undefined {
  if (typeof value === "number") return instantMs(value * 1000);
  return typeof value === "string" && DATE_TIME.test(value) ? instantMs(Date.parse(value)) : undefined;
}

/** The claims as the window shows them: each name once, long texts cut. An instant out of bounds is shown as text. */
export function claimViews(claims: IdClaims): readonly ClaimView[] {
  const views = new Map<string, ClaimView>();
  for (const [claim, value] of Object.entries(claims)) {
    const name = claim.slice(0, LONGEST_CLAIM);
    if (INTERNAL.includes(name) || views.has(name)) continue;
    const atMs = INSTANTS.includes(name) ? instantOf(value) : undefined;
    views.set(name, { name, value: textOf(value), ...(atMs !== undefined && { atMs }) });
  }
  return [...views.values()];
}
