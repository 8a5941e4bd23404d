/** Sentences for people, in the language of the terminal. Loaded only when there is one to write. */
import { inspect } from "node:util";
import { locate, placesText } from "../clients/node/src/endpoint.ts";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import { cleaned } from "../core/redaction.ts";
import { deCli } from "../text/de-cli.ts";
import { enCli } from "../text/en-cli.ts";
import { ExplainedError, UsageError } from "./errors.ts";

/** POSIX: the first of these variables that is set decides. */
const { LC_ALL, LC_MESSAGES, LANG } = process.env;
const catalogue = /^de\b|^de_/i.test((LC_ALL || LC_MESSAGES || LANG) ?? "") ? deCli : enCli;

export type Key = keyof typeof enCli;
const isKey = (key: string): key is Key => Object.hasOwn(enCli, key);

/** The sentence of a key; `facts` fill its `{{placeholders}}`. */
export const translate = (key: Key, facts: Readonly<Record<string, string>> = {}): string =>
  catalogue[key].replaceAll(/\{\{(\w+)\}\}/g, (_whole, name: string) => facts[name] ?? "");

/** An error may be its own cause, by way of others. */
const MAX_CAUSES = 5;
const MAX_DETAIL_LENGTH = 1_000;

function cleanLine(text: string): string {
  const { TOKENKEEP_KEY: key = "" } = process.env;
  const withoutKey = key === "" ? text : text.replaceAll(key, "[redacted]");
  return cleaned(withoutKey).replaceAll(/\s+/g, " ").slice(0, MAX_DETAIL_LENGTH);
}

/**
 * Name, message, place and causes of an unexpected error, in one line. Secrets are removed: the message of an error comes
 * from any library, and the one of `JSON.parse` quotes the text that it could not read.
 */
export function errorDetail(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return cleanLine(typeof error === "string" ? error : inspect(error));
  const { code, cause } = error as { readonly code?: string | number; readonly cause?: unknown };
  const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  const place = frames.find((line) => !line.includes("node:")) ?? frames[0]; // a frame of Tokenkeep's code tells more than one of Node's
  const namesCode = code === undefined || error.message.includes(String(code));
  const causes = [
    ...(error instanceof AggregateError ? (error.errors as unknown[]) : []),
    ...(cause === undefined ? [] : [cause]),
  ];
  const parts = [
    `${error.name}${namesCode ? "" : ` (${String(code)})`}: ${error.message}`,
    ...(place === undefined ? [] : [`(${place.trim()})`]),
    ...(depth < MAX_CAUSES ? causes.map((one) => `← ${errorDetail(one, depth + 1)}`) : []),
  ];
  return cleanLine(parts.join(" "));
}

/** The folders where Tokenkeep was looked for; empty when the environment names the endpoint. */
function searchedPlaces(): string {
  const { places } = locate();
  return places.length === 0 ? "" : ` ${translate("lookedAt", { places: placesText(places) })}`;
}

/** When the next attempt makes sense. */
const againOf = (error: unknown): string =>
  error instanceof TokenkeepError && error.retryAfterSec !== undefined
    ? translate("againIn", { seconds: String(Math.max(1, Math.ceil(error.retryAfterSec))) })
    : translate("again");

const keyOf = (error: unknown, code: string): string => {
  if (error instanceof UsageError) return `usage.${error.key}`;
  return `failure.${error instanceof ExplainedError ? error.key : code}`;
};

/**
 * The sentence for a failure, which says what to do next. `code`: of a `TokenkeepError`, or `usage`, or `bug` for any
 * other error.
 */
export function failureMessage(error: unknown, code: string, command?: string): string {
  if (code === "bug") return translate("failure.bug", { detail: errorDetail(error) });
  if (code === "not_running") return `${translate("failure.not_running")}${searchedPlaces()}`;
  const facts = {
    again: againOf(error),
    command: command ?? translate("help.command"),
    ...((error instanceof UsageError || error instanceof ExplainedError) && error.facts),
  };
  const key = keyOf(error, code);
  if (isKey(key)) return translate(key, facts);
  // A newer Tokenkeep may send a code that this version does not know, with a sentence of its own.
  return error instanceof TokenkeepError && error.message !== ""
    ? translate("failure.unknown", { message: cleanLine(error.message) })
    : translate("failure.bug", { detail: errorDetail(error) });
}
