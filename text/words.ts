/** Translates keys into texts of one language: `t("list.found", { count })`. An unknown key does not compile. */
import { createInstance, type FormatterModule, type TFunction } from "i18next";
import type { en } from "./en.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "words";
    resources: { words: typeof en };
  }
}

export type Language = "en" | "de";
/** The texts of one language, by the keys of the English texts. A missing or an additional key does not compile. */
export type Catalogue = Translated<typeof en>;
type Translated<Words> = {
  readonly [Key in keyof Words]: Words[Key] extends string ? string : Translated<Words[Key]>;
};
export type Translate = TFunction;

/** Creates the translation function of one language, synchronously. It uses only the texts in `catalogue`. */
export function createWords(language: Language, catalogue: Catalogue): Translate {
  const instance = createInstance().use(numbersOf(language));
  void instance.init({
    lng: language,
    fallbackLng: false,
    defaultNS: "words",
    resources: { [language]: { words: catalogue } },
    initAsync: false,
    nsSeparator: false,
    keySeparator: ".", // without a set separator, i18next inspects every key to find one
    interpolation: {
      escapeValue: false, // Svelte escapes texts, and a tray has no markup
      alwaysFormat: true,
    },
  });
  return instance.t;
}

/** Formats numbers by the rules of the language; other values become text. */
function numbersOf(language: Language): FormatterModule {
  const numbers = new Intl.NumberFormat(language);
  return {
    type: "formatter",
    init: () => undefined,
    add: () => undefined,
    addCached: () => undefined,
    format: (value: unknown) => (typeof value === "number" ? numbers.format(value) : String(value)),
  };
}

/** Returns the chosen language; for "system", the first preferred language that has texts, else English. */
export function languageOf(chosen: Language | "system", preferred: readonly string[]): Language {
  if (chosen !== "system") return chosen;
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((tag) => tag === "de" || tag === "en") ?? "en";
}
