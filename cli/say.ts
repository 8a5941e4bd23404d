/** Words for people, in the language of the terminal. Loaded only when there is something to say. */
import { TokenkeepError } from "../clients/node/src/errors.ts";
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
  const key = error instanceof UsageError ? `usage.${error.key}` : `failure.${code}`;
  if (isKey(key)) return say(key, facts);
  // A code of a newer Tokenkeep has its own sentence; a bug has what it says.
  if (error instanceof TokenkeepError && error.message !== "") return error.message;
  return say("failure.bug", { detail: error instanceof Error ? error.message : String(error) });
}
