/** The search over the settings: each panel by its heading and the words that people look for it with. */
import type { Section } from "../../state/route.svelte.ts";
import { t } from "../../text/t.ts";

interface Setting {
  readonly section: Section;
  /** The id of the panel's heading. */
  readonly panel: string;
  readonly title: () => string;
  /** Further words, which are searched and not shown. */
  readonly words: () => readonly string[];
}
export interface FoundSetting {
  readonly section: Section;
  readonly panel: string;
  readonly title: string;
}

const SETTINGS: readonly Setting[] = [
  {
    section: "general",
    panel: "language",
    title: () => t("settings.languageTitle"),
    words: () => [t("settings.language.label"), "English", "Deutsch"],
  },
  {
    section: "appearance",
    panel: "theme",
    title: () => t("settings.themeTitle"),
    words: () => [t("settings.theme.light"), t("settings.theme.dark"), t("settings.sections.appearance")],
  },
  {
    section: "appearance",
    panel: "density",
    title: () => t("settings.densityTitle"),
    words: () => [t("settings.density.comfortable"), t("settings.density.compact")],
  },
  {
    section: "appearance",
    panel: "pictures",
    title: () => t("pictures.title"),
    words: () => [t("pictures.label")],
  },
  {
    section: "security",
    panel: "seal",
    title: () => t("settings.sealTitle"),
    words: () => [t("settings.keychain"), t("vault.passphrase"), t("settings.change")],
  },
  {
    section: "security",
    panel: "away",
    title: () => t("settings.awayTitle"),
    words: () => [t("settings.idle"), t("settings.screen"), t("settings.suspend"), t("settings.lockWhat")],
  },
  {
    section: "clipboard",
    panel: "clipboard",
    title: () => t("settings.clipboardTitle"),
    words: () => [t("settings.clearAfter")],
  },
  {
    section: "streamer",
    panel: "streaming",
    title: () => t("streamer.title"),
    words: () => [t("streamer.label"), t("streamer.hint"), "OBS"],
  },
  {
    section: "providers",
    panel: "providers",
    title: () => t("providers.title"),
    words: () => [t("providers.add"), "OpenID Connect"],
  },
  {
    section: "move",
    panel: "move",
    title: () => t("settings.moveTitle"),
    words: () => [t("settings.exportTitle"), t("settings.importTitle")],
  },
  {
    section: "diagnostics",
    panel: "doctor",
    title: () => t("settings.doctorTitle"),
    words: () => [t("settings.copyReport"), t("settings.doctor.network")],
  },
  {
    section: "about",
    panel: "version",
    title: () => t("settings.sections.about"),
    words: () => [t("settings.about.version"), "Electron"],
  },
  {
    section: "about",
    panel: "updates",
    title: () => t("settings.about.updates"),
    words: () => [],
  },
  {
    section: "about",
    panel: "licences",
    title: () => t("settings.about.licences"),
    words: () => ["MIT", "license"],
  },
];

/** The settings that have every word of the query, in the order of their sections; none for an empty query. */
export function foundSettings(query: string): readonly FoundSetting[] {
  const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (terms.length === 0) return [];
  return SETTINGS.map(({ section, panel, title, words }) => ({
    section,
    panel,
    title: title(),
    text: [title(), ...words(), t(`settings.sections.${section}`)].join(" ").toLowerCase(),
  })).filter(({ text }) => terms.every((term) => text.includes(term)));
}
