import type { ClaimView } from "../../contract/view.ts";
import type { IdClaims } from "./id-token.ts";

/** Values of one sign-in alone, which tell a person nothing. */
const OWN_BUSINESS = ["nonce", "at_hash", "c_hash", "s_hash", "jti", "sid"];
/** In seconds (RFC 7519 §2, OpenID Connect Core §5.1); a text is shown as it is (TA §9). */
const INSTANTS = ["exp", "iat", "nbf", "auth_time", "updated_at"];
const LONGEST = 500;
/** Of this century, in seconds; what lies beyond is a number and no more. */
const isInstant = (value: unknown): value is number =>
  typeof value === "number" && value >= 946_684_800 && value <= 4_102_444_800;

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

/** For the window: texts, cut to a length that can be read. */
export const claimViews = (claims: IdClaims): readonly ClaimView[] =>
  Object.entries(claims)
    .filter(([name]) => !OWN_BUSINESS.includes(name))
    .map(([name, value]) => ({
      name: name.slice(0, 60),
      value: (typeof value === "string" ? value : JSON.stringify(value)).slice(0, LONGEST),
      ...(INSTANTS.includes(name) && isInstant(value) && { atMs: value * 1000 }),
    }));
