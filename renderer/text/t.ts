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
/** What was said of what: a list says most of its words in every row, and to put words together takes time. */
const said = new Map<string, string>();
const MOST_SAID = 2_000;

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
  const asked = [key, ...Object.entries(values).flat()].join("\n");
  const known = said.get(asked);
  if (known !== undefined) return known;
  if (said.size >= MOST_SAID) said.clear();
  const words = (shown.t as (key: string, values: object) => string)(key, values);
  said.set(asked, words);
  return words;
}
export const t = inShown as Translate;
/** For dates, numbers and the order of names. */
export const locale = (): string => LOCALES[shown.language];
/** What a scope allows; a scope that nobody knows has its name and nothing else. */
export const allows = ({ name, summary }: { name: string; summary?: string }): string | undefined =>
  shown.scopes[name] ?? summary;
/** What happened and what to do next. */
export const sentence = (failure: Failure): string => inWords(failure, t);
