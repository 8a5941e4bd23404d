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

export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a JSON object, with or without a byte order mark or the zeros of a buffer behind it; anything else is undefined. */
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

/** A whole answer of parameters instead of JSON: early OAuth servers send it, and some still do unless asked. */
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

/** The error that an answer tells in its own words, under whatever status; undefined: it tells none. */
export function errorIn({ error, status, message }: JsonObject): string | undefined {
  if (typeof error === "string") return error === "" ? undefined : error;
  if (typeof error === "object" && error !== null) return "error";
  return Number(status) >= 400 && typeof message === "string" ? message : undefined;
}

/** The status that an answer's words are judged by: an error under 2xx counts under the status that it names, or 400. */
export function judgedStatus(status: number, body: JsonObject): number {
  if (!isSuccess(status)) return status;
  const named = Number(body["status"]);
  return Number.isInteger(named) && named >= 400 && named < 600 ? named : 400;
}

/** An error's word, made fit to be shown: it comes from elsewhere. */
export const shownError = (error: string): string => error.replace(/[^\w .-]/g, "").slice(0, 60);
