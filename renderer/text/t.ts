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

/** From now on the words are these. `scopes`: what each scope allows, by name, where the app's own data has it not. */
export function say(
  language: Language,
  catalogue: Catalogue,
  scopes: Readonly<Record<string, string>> = {},
): void {
  shown = { language, t: createWords(language, catalogue), scopes };
}
const inShown = (key: string, values: object = {}): string =>
  (shown.t as (key: string, values: object) => string)(key, values);
export const t = inShown as Translate;
/** For dates, numbers and the order of names. */
export const locale = (): string => LOCALES[shown.language];
/** What a scope allows; a scope that nobody knows has its name and nothing else. */
export const allows = ({ name, summary }: { name: string; summary?: string }): string | undefined =>
  shown.scopes[name] ?? summary;
/** What happened and what to do next. */
export const sentence = (failure: Failure): string => inWords(failure, t);
