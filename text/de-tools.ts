import type { toolsWords } from "./en-tools.ts";
import type { Catalogue } from "./words.ts";

/** German words of tools, of the question whether one may connect, and of streamer mode. */
export const toolsGerman: Pick<Catalogue, keyof typeof toolsWords> = {
  tools: {
    title: "Tools",
    lead: "Programme auf diesem Computer, die Access-Tokens anfragen dürfen. Ein Refresh-Token verlässt den Tresor nie.",
    add: "Tool verbinden",
    endpoint: "Verbindung über",
    none: "Noch kein Tool",
    noneText:
      "Einen Schlüssel für einen Bot, ein Overlay oder ein Skript anlegen. Damit gibt es immer frische Tokens; der Schlüssel lässt sich zurücknehmen.",
    all: "Alle Konten",
    some_one: "{{count}} Konto",
    some_other: "{{count}} Konten",
    lastUsed: "Zuletzt {{when}}",
    neverUsed: "Seit dem Start unbenutzt",
    copy: "Verbindung kopieren",
    copyOf: "Verbindung von {{name}} kopieren",
    remove: "Zurücknehmen…",
    removeOf: "Schlüssel von {{name}} zurücknehmen",
    dialog: "Tool verbinden",
    name: "Name des Tools",
    nameHint: "So, wie es in dieser Liste zu finden sein soll.",
    accounts: "Erlaubte Konten",
    every: "Alle, auch später hinzugefügte",
    only: "Nur diese",
    create: "Schlüssel anlegen und kopieren",
    created:
      "{{name}} kann sich verbinden. Die Verbindung liegt 30 s in der Zwischenablage: in die Einstellungen des Tools einfügen.",
    removed: "{{name}} bekommt keine Tokens mehr.",
    needName: "Dem Tool einen Namen geben.",
    needAccount: "Mindestens ein Konto wählen.",
  },
  streamer: {
    title: "Streaming",
    label: "Streamer-Modus",
    auto: "Solange OBS Studio läuft",
    on: "Immer an",
    off: "Aus",
    hint: "Kontonamen sind in Fenster, Tray und Mitteilungen verdeckt, Codes verborgen, und keine Anfrage eines Tools erscheint von selbst.",
    turnOff: "Streamer-Modus ist an. Ausschalten",
  },
};
