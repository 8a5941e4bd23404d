/** The words of the window: `t("accounts.title")`. The answer depends on the language, so no module keeps it in a constant. */
import type { Failure } from "../../contract/failure.ts";
import { en } from "../../text/en.ts";
import { sentence as inWords } from "../../text/sentence.ts";
import { createWords, type Catalogue, type Language, type Translate } from "../../text/words.ts";

const LOCALES: Record<Language, string> = { en: "en-GB", de: "de-DE" };
let shown: {
  readonly language: Language;
  readonly t: Translate;
  readonly scopes: Readonly<Record<string, string>>;
} = {
  language: "en",
  t: createWords("en", en),
  scopes: {},
};
/**
 * Translated sentences by key and numbers, split at the names in them: text, name of a value, text… The rows of a list
 * say the same sentence about different names. Numbers stay in, since they decide the words around them (plurals).
 */
const templates = new Map<string, readonly string[]>();
const MOST_TEMPLATES = 2_000;
/** Marks a name that is left out; no text has this character. */
const PLACE = "\0";

const has = <Words extends object>(words: Words, key: PropertyKey): key is keyof Words =>
  Object.hasOwn(words, key);

/** Changes the language of the window. `scopes` has what each scope allows, by name, in languages other than the data's. */
export function say(
  language: Language,
  catalogue: Catalogue,
  scopes: Readonly<Record<string, string>> = {},
): void {
  shown = { language, t: createWords(language, catalogue), scopes };
  templates.clear();
}
function inShown(key: string, values: Record<string, string | number> = {}): string {
  let cacheKey = key;
  for (const name in values)
    if (typeof values[name] === "number") cacheKey += `\n${name}\n${String(values[name])}`;
  let parts = templates.get(cacheKey);
  if (parts === undefined) {
    if (templates.size >= MOST_TEMPLATES) templates.clear();
    parts = templateOf(key, values).split(PLACE);
    templates.set(cacheKey, parts);
  }
  let words = "";
  for (const [at, part] of parts.entries()) words += at % 2 === 0 ? part : String(values[part]);
  return words;
}
function templateOf(key: string, values: Record<string, string | number>): string {
  const places = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === "number" ? value : PLACE + name + PLACE,
  ]);
  return (shown.t as (key: string, values: object) => string)(key, Object.fromEntries(places) as object);
}
export const t = inShown as Translate;
/** The locale for dates, numbers and the order of names. */
export const locale = (): string => LOCALES[shown.language];
/** What a scope allows, in words; undefined for a scope that the app does not know. */
export const allows = ({ name, summary }: { name: string; summary?: string }): string | undefined =>
  shown.scopes[name] ?? summary;
/** The family of a scope, in words; for an unknown family the word in the scope's name. */
export function familyOf({ name }: { name: string }): string {
  const [family = name] = name.split(":");
  return has(en.scopeFamilies, family) ? t(`scopeFamilies.${family}`) : family;
}
/** What a claim says, in words; undefined for a claim that the app does not know. */
export const claimName = (name: string): string | undefined =>
  has(en.claims.names, name) ? t(`claims.names.${name}`) : undefined;
/** The name on a key of the keyboard. */
export const keyName = (key: string): string => (has(en.keys, key) ? t(`keys.${key}`) : key);
/** The keys of a combination; the key "+" stands last, as in "Ctrl++". */
export const keysOf = (keys: string): string[] => keys.split(/\+(?=.)/);
/** A combination of keys in a sentence: "Ctrl+Q". */
export const keysInWords = (keys: string): string => keysOf(keys).map(keyName).join("+");
let hasAccounts = false;
/** Tells whether there are accounts, whose tokens a sentence may speak of. */
export function speakOfAccounts(has: boolean): void {
  hasAccounts = has;
}
/** A failure as a sentence: what happened and what to do next. */
export const sentence = (failure: Failure): string => inWords(failure, t, hasAccounts);
