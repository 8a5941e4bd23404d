/** Words for people, in the language of the terminal. Loaded only when there is something to say. */
import { inspect } from "node:util";
import { locate, placesText } from "../clients/node/src/endpoint.ts";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import { cleaned } from "../core/redaction.ts";
import { deCli } from "../text/de-cli.ts";
import { enCli } from "../text/en-cli.ts";
import { UsageError } from "./context.ts";

/** As POSIX has it: the first of these that is set decides. */
const { LC_ALL, LC_MESSAGES, LANG } = process.env;
const catalogue = /^de\b|^de_/i.test((LC_ALL || LC_MESSAGES || LANG) ?? "") ? deCli : enCli;

export type Key = keyof typeof enCli;
export const say = (key: Key, facts: Readonly<Record<string, string>> = {}): string =>
  catalogue[key].replaceAll(/\{\{(\w+)\}\}/g, (_whole, name: string) => facts[name] ?? "");

const isKey = (key: string): key is Key => Object.hasOwn(enCli, key);

export function sayFailure(error: unknown, code: string, facts: Readonly<Record<string, string>>): string {
  if (code === "bug") return say("failure.bug", { detail: detailOf(error) });
  const key = error instanceof UsageError ? `usage.${error.key}` : `failure.${code}`;
  if (code === "not_running") return `${say("failure.not_running")}${lookedAt()}`;
  if (isKey(key)) return say(key, facts);
  // A code of a newer Tokenkeep has its own sentence.
  return error instanceof TokenkeepError && error.message !== ""
    ? error.message
    : say("failure.bug", { detail: detailOf(error) });
}

/** Where it was looked for; empty where the endpoint was given. */
function lookedAt(): string {
  const { places } = locate();
  return places.length === 0 ? "" : ` ${say("lookedAt", { places: placesText(places) })}`;
}

/** Causes may go in a circle. */
const CAUSES_AT_MOST = 5;

/**
 * Name, message, place and causes of an error that nobody expected, in one line. What may be a secret is taken out: the
 * message of an error is written by whoever throws it, and JSON's quotes what it could not read.
 */
export function detailOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return cleanLine(typeof error === "string" ? error : inspect(error));
  const { code, cause } = error as { readonly code?: string | number; readonly cause?: unknown };
  const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  const place = frames.find((line) => !line.includes("node:")) ?? frames[0]; // ours says more than Node's
  const told = code === undefined || error.message.includes(String(code));
  const causes = [
    ...(error instanceof AggregateError ? (error.errors as unknown[]) : []),
    ...(cause === undefined ? [] : [cause]),
  ];
  const parts = [
    `${error.name}${told ? "" : ` (${String(code)})`}: ${error.message}`,
    ...(place === undefined ? [] : [`(${place.trim()})`]),
    ...(depth < CAUSES_AT_MOST ? causes.map((one) => `← ${detailOf(one, depth + 1)}`) : []),
  ];
  return cleanLine(parts.join(" "));
}

function cleanLine(text: string): string {
  const { TOKENKEEP_KEY: key = "" } = process.env;
  const known = key === "" ? text : text.replaceAll(key, "[redacted]");
  return cleaned(known).replaceAll(/\s+/g, " ").slice(0, 1_000);
}
