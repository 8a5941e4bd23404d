/** The words of the window: `t("accounts.title")`. What it says follows the language, so nobody keeps it at module level. */
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
 * What was said, with the names in it taken out again: text, name of a value, text... A list says the same of every row,
 * and only who it is about differs. Numbers stay in, since they decide what the words around them are.
 */
const said = new Map<string, readonly string[]>();
const MOST_SAID = 2_000;
/** Around a name that was taken out: in no text that people read. */
const PLACE = "\0";

const has = <Words extends object>(words: Words, key: PropertyKey): key is keyof Words =>
  Object.hasOwn(words, key);

/** From now on the words are these. `scopes`: what each scope allows, by name, where the app's own data has it not. */
export function say(
  language: Language,
  catalogue: Catalogue,
  scopes: Readonly<Record<string, string>> = {},
): void {
  shown = { language, t: createWords(language, catalogue), scopes };
  said.clear();
}
function inShown(key: string, values: Record<string, string | number> = {}): string {
  let asked = key;
  for (const name in values)
    if (typeof values[name] === "number") asked += `\n${name}\n${String(values[name])}`;
  let parts = said.get(asked);
  if (parts === undefined) {
    if (said.size >= MOST_SAID) said.clear();
    parts = sayOf(key, values).split(PLACE);
    said.set(asked, parts);
  }
  let words = "";
  for (const [at, part] of parts.entries()) words += at % 2 === 0 ? part : String(values[part]);
  return words;
}
function sayOf(key: string, values: Record<string, string | number>): string {
  const places = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === "number" ? value : PLACE + name + PLACE,
  ]);
  return (shown.t as (key: string, values: object) => string)(key, Object.fromEntries(places) as object);
}
export const t = inShown as Translate;
/** For dates, numbers and the order of names. */
export const locale = (): string => LOCALES[shown.language];
/** What a scope allows; a scope that nobody knows has its name and nothing else. */
export const allows = ({ name, summary }: { name: string; summary?: string }): string | undefined =>
  shown.scopes[name] ?? summary;
/** What a scope is about; a family that nobody knows has its own word. */
export function familyOf({ name }: { name: string }): string {
  const [family = name] = name.split(":");
  return has(en.scopeFamilies, family) ? t(`scopeFamilies.${family}`) : family;
}
/** What is written on a key. */
export const keyName = (key: string): string => (has(en.keys, key) ? t(`keys.${key}`) : key);
/** What happened and what to do next. */
export const sentence = (failure: Failure): string => inWords(failure, t);
