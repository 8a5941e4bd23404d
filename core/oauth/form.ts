import type { HttpRequest } from "../ports.ts";
import { Secret } from "../secret.ts";

/** The time limit for a whole token request, up to the last byte of the answer (docs/twitch-auth.md §17 B11). */
const TIMEOUT_MS = 15_000;

/**
 * A form POST to a provider. Parameters go into the body, never into the URL, which servers log (docs/twitch-auth.md
 * §18). Percent-encoding is done by URLSearchParams: refresh tokens hold `%`, `/`, `+` and `=` (docs/twitch-auth.md
 * §10).
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

export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a JSON object, with or without a byte order mark or trailing zero bytes; anything else is undefined. */
export function jsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF+|\0+$/g, ""));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A form instead of JSON: early OAuth servers send it, and some still do by default. */
const FORM = /^[\w.%+-]+=[^\r\n<>{}"]*$/;

/** Reads a token endpoint's answer: a JSON object (RFC 6749 §5.1), or the same members as a form. */
export function tokenAnswer(text: string): JsonObject | undefined {
  const trimmed = text.replace(/^\uFEFF+/, "").trim();
  const form = FORM.test(trimmed) ? Object.fromEntries(new URLSearchParams(trimmed)) : undefined;
  return (
    jsonObject(text) ?? (form !== undefined && ("access_token" in form || "error" in form) ? form : undefined)
  );
}

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** The error that an answer contains, whatever its status; undefined: it contains none. */
export function errorIn({ error, status, message }: JsonObject): string | undefined {
  if (typeof error === "string") return error === "" ? undefined : error;
  if (typeof error === "object" && error !== null) return "error";
  return Number(status) >= 400 && typeof message === "string" ? message : undefined;
}

/**
 * The status to judge an answer by: an error under a 2xx status counts under the status that its body names, or 400.
 */
export function judgedStatus(status: number, body: JsonObject): number {
  if (!isSuccess(status)) return status;
  const named = Number(body["status"]);
  return Number.isInteger(named) && named >= 400 && named < 600 ? named : 400;
}

/** An error code that is safe to show: other characters are removed, and the length is limited. */
export const shownError = (error: string): string => error.replace(/[^\w .-]/g, "").slice(0, 60);
