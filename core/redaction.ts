/** Removes possible secrets from a text before it is written to a file or a report. */

const RULES: readonly (readonly [RegExp, string])[] = [
  // Queries and fragments may contain codes and tokens.
  [/([a-z][a-z0-9+.-]*:\/\/[^\s?#"\\]*)[?#][^\s"\\]*/gi, "$1?[redacted]"],
  // Members and parameters by name, in JSON, forms and assignments. `code` stays, because it names failures.
  [
    /((?:access_token|refresh_token|id_token|client_secret|device_code|code_verifier|passphrase|password|proof)\\?["']?\s*[:=]\s*\\?["']?)[^\s"',&}\\]+/gi,
    "$1[redacted]",
  ],
  [/\b(Bearer|OAuth|Basic)\s+[A-Za-z0-9._~+/=%-]{8,}/gi, "$1 [redacted]"],
  [/\boauth:[a-z0-9]{8,}/gi, "oauth:[redacted]"],
  // A JSON Web Token.
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g, "[redacted]"],
];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Long runs of letters and digits. Words are shorter, and Tokenkeep's own IDs are UUIDs. */
const RUN = /[A-Za-z0-9_+=%-]{22,}/g;

/** A part of a name such as `tokenkeep-linux-x64-2`: letters of one case, then few digits. */
const NAME_PART = /^(?:[A-Za-z]?[a-z]{0,15}|[A-Z]{1,16})\d{0,8}$/;

/** In camel case at most every fourth letter is a capital; in random text every second one is. */
const manyCapitals = (run: string): boolean =>
  /[a-z]/.test(run) && run.replace(/[^A-Z]/g, "").length > run.length / 4;

const looksRandom = (run: string): boolean => {
  if (UUID.test(run) || !/[a-z]/i.test(run)) return false;
  const parts = run.split(/[-_]/);
  if (parts.length > 1 && parts.every((part) => NAME_PART.test(part))) return false;
  return /\d/.test(run) || manyCapitals(run);
};

/** Replaces each possible secret in a text by `[redacted]`. */
export function cleaned(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of RULES) clean = clean.replace(pattern, replacement);
  return clean.replace(RUN, (run) => (looksRandom(run) ? "[redacted]" : run));
}
