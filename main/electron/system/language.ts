/** The person's language for tray, notifications, dialogs and window titles; programs are told things in English. */
import { app } from "electron/main";
import type { Settings } from "../../../contract/settings.ts";
import { de } from "../../../text/de.ts";
import { en } from "../../../text/en.ts";
import { createWords, languageOf, type Language, type Translate } from "../../../text/words.ts";

export interface AppTranslator {
  readonly language: Language;
  readonly t: Translate;
  /** The setting, as it is now. */
  follow(settings: Settings): void;
}

export function createTranslator(): AppTranslator {
  const words = { en: createWords("en", en), de: createWords("de", de) };
  let language = languageOf("system", app.getPreferredSystemLanguages());
  return {
    get language() {
      return language;
    },
    get t() {
      return words[language];
    },
    follow(settings) {
      language = languageOf(settings.language, app.getPreferredSystemLanguages());
    },
  };
}
