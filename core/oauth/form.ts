import type { HttpRequest } from "../ports.ts";
import { Secret } from "../secret.ts";

/** Whole exchange of a token request, the last byte included (TA §17 B11). */
const TIMEOUT_MS = 15_000;

/**
 * A form POST to a provider. Parameters go into the body, never into the URL, where they would end in logs (TA §18).
 * Percent-encoding is done by URLSearchParams: refresh tokens hold `%`, `/`, `+` and `=` (TA §10).
 */
export function formPost(
  url: string,
  parameters: Readonly<Record<string, string | Secret | undefined>>,
): HttpRequest {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) body.set(name, value instanceof Secret ? value.reveal() : value);
  }
  return {
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: body.toString(),
    timeoutMs: TIMEOUT_MS,
  };
}

/** Reads a JSON object; anything else is undefined. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
