import type { listWords } from "./en-list.ts";
import type { Catalogue } from "./words.ts";

/** German texts for the list of accounts. */
export const listGerman: Pick<Catalogue, keyof typeof listWords> = {
  rows: {
    account: "Konto",
    status: "Status",
    expires: "Läuft ab",
    tools: "Tools",
    actions: "Aktionen",
    noTools: "Keine",
    selectAll: "Alle {{count}} Konten auswählen",
    pinned: "Angeheftet",
    pin: "Anheften",
    unpin: "Nicht mehr anheften",
    pinSelected: "Anheften",
    remove: "Entfernen…",
    removeTitle_one: "1 Konto von diesem Computer entfernen?",
    removeTitle_other: "{{count}} Konten von diesem Computer entfernen?",
    removeText:
      "Ihre Tokens werden von diesem Computer gelöscht und widerrufen. Das lässt sich kurze Zeit rückgängig machen; neue Tokens gibt es aber erst nach einer neuen Anmeldung.",
    removeAction_one: "1 Konto entfernen",
    removeAction_other: "{{count}} Konten entfernen",
    removing: "Wird entfernt… {{done}} von {{of}}",
    removed_one: "1 Konto entfernt",
    removed_other: "{{count}} Konten entfernt",
    broughtBack: "Konten wiederhergestellt",
    more: "Ausgewählte Konten",
  },
  notes: {
    title: "Notiz",
    label: "Notiz zu {{name}}",
    hint: "Verschlüsselt. Nur in diesem Fenster zu sehen.",
    none: "Keine Notiz",
    add: "Notiz hinzufügen",
    edit: "Notiz bearbeiten",
    save: "Notiz speichern",
    saved: "Notiz gespeichert",
    hidden: "Im Streamer-Modus verborgen",
  },
  pictures: {
    title: "Kontobilder",
    label: "Kontobilder anzeigen",
    hint: "Tokenkeep fragt {{provider}} nach jedem Bild und lädt es vom Bildserver von {{provider}}, der dabei die IP-Adresse dieses Computers sieht. Die Bilder bleiben nur im Arbeitsspeicher.",
  },
  inspector: {
    label: "Ausgewähltes Konto",
    user: "Benutzer-ID {{id}}",
    more: "{{count}} weitere",
    expiresFirst: "Läuft zuerst ab",
    none: "Keines",
    permissions: "Berechtigungen zusammen",
    changes_one: "{{all}}, davon kann 1 etwas ändern",
    changes_other: "{{all}}, davon können {{count}} etwas ändern",
    tools: "Tools, die sie verwenden",
    open: "Konto öffnen",
  },
};
