/** The words of one language, by key: `t("list.found", { count })`. A key that does not exist does not compile. */
import { createInstance, type FormatterModule, type TFunction } from "i18next";
import type { en } from "./en.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "words";
    resources: { words: typeof en };
  }
}

export type Language = "en" | "de";
/** The same keys as in English, each with words of its own: one that is missing or too many does not compile. */
export type Catalogue = Translated<typeof en>;
type Translated<Words> = {
  readonly [Key in keyof Words]: Words[Key] extends string ? string : Translated<Words[Key]>;
};
export type Translate = TFunction;

/** Ready at once: `catalogue` is all it has, and nothing is loaded. */
export function createWords(language: Language, catalogue: Catalogue): Translate {
  const instance = createInstance().use(numbersOf(language));
  void instance.init({
    lng: language,
    fallbackLng: false,
    defaultNS: "words",
    resources: { [language]: { words: catalogue } },
    initAsync: false,
    nsSeparator: false,
    keySeparator: ".", // said, or each key is looked at for whether it is one
    interpolation: {
      escapeValue: false, // Svelte does, and a tray has no markup
      alwaysFormat: true,
    },
  });
  return instance.t;
}

/** Numbers as the language writes them; all else is text already. */
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

/** What the user chose; else the first of the system's languages that there is; else English. */
export function languageOf(chosen: Language | "system", preferred: readonly string[]): Language {
  if (chosen !== "system") return chosen;
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((tag) => tag === "de" || tag === "en") ?? "en";
}
