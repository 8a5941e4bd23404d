/** The user's language, for tray, notifications, dialogs and window titles. Output for programs is in English. */
import { app } from "electron/main";
import type { Settings } from "../../../contract/settings.ts";
import { de } from "../../../text/de.ts";
import { en } from "../../../text/en.ts";
import { createWords, languageOf, type Language, type Translate } from "../../../text/words.ts";

export interface AppTranslator {
  readonly language: Language;
  readonly t: Translate;
  /** Uses the language of these settings from now on. */
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
