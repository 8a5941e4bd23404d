/** The language of the window. The last one is remembered for the first paint; from then on the setting decides. */
import type { Settings } from "../../contract/settings.ts";
import { en } from "../../text/en.ts";
import { languageOf } from "../../text/words.ts";
import { say } from "../text/t.ts";

/** `pseudo` is English, marked and longer: tests find by it what is not translated and what does not fit. */
type Shown = "en" | "de" | "pseudo";
const REMEMBERED = "language";
/** Main puts `unpackaged` into the address where the app is not packaged. */
const mayPretend = (): boolean => new URLSearchParams(location.search).has("unpackaged");
const remembered = (): string | null => localStorage.getItem(REMEMBERED);
const pretends = (): boolean => mayPretend() && remembered() === "pseudo";

/** Every language but English is loaded when it is first needed. */
const WORDS: Record<Shown, () => Promise<void>> = {
  en: () => Promise.resolve(say("en", en)),
  async de() {
    const [{ de }, { deScopes }] = await Promise.all([
      import("../../text/de.ts"),
      import("../../text/de-scopes.ts"),
    ]);
    say("de", de, deScopes);
  },
  async pseudo() {
    const [{ pseudo, inPseudo }, { deScopes }] = await Promise.all([
      import("../../text/pseudo.ts"),
      import("../../text/de-scopes.ts"),
    ]);
    say("en", pseudo, inPseudo(deScopes));
  },
};

export class WindowLanguage {
  /** The language that is drawn; all components are drawn again when it changes. */
  shown = $state<Shown>("en");
  #wanted: Shown | undefined;

  /** Shows the last language, or else that of the system. */
  begin(): Promise<void> {
    if (pretends()) return this.#show("pseudo");
    const last = remembered();
    return this.#show(languageOf(last === "en" || last === "de" ? last : "system", navigator.languages));
  }
  follow({ language }: Settings): void {
    void this.#show(pretends() ? "pseudo" : languageOf(language, navigator.languages));
  }
  async #show(language: Shown): Promise<void> {
    if (language === this.#wanted) return;
    this.#wanted = language;
    await WORDS[language]();
    // Another language was chosen while this one was loading.
    if (language !== this.#wanted) return WORDS[this.#wanted]();
    this.shown = language;
    document.documentElement.lang = language === "pseudo" ? "en" : language;
    localStorage.setItem(REMEMBERED, language);
  }
}
