import type { systemWords } from "./en-system.ts";
import type { Catalogue } from "./words.ts";

/** German texts for tray, notifications, file dialogs and window titles. */
export const systemGerman: Pick<Catalogue, keyof typeof systemWords> = {
  tray: {
    app: "Tokenkeep",
    open: "Tokenkeep öffnen",
    quit: "Beenden",
    opening: "Tresor wird geöffnet",
    locked: "Der Tresor ist gesperrt",
    closed: "Der Tresor ist nicht offen",
    tooltipOpening: "Tokenkeep: Tresor wird geöffnet",
    tooltipLocked: "Tokenkeep: Tresor ist gesperrt",
    tooltipClosed: "Tokenkeep: Tresor ist nicht offen",
    tooltipPaused: "Tokenkeep: pausiert",
    needYou_one: "Tokenkeep: bei {{count}} etwas zu tun",
    needYou_other: "Tokenkeep: bei {{count}} etwas zu tun",
    copy: "Token von {{name}} kopieren",
    because: "{{label}}: {{reason}}",
    more_one: "{{count}} weiteres im Fenster",
    more_other: "{{count}} weitere im Fenster",
    none: "Noch keine Konten",
    pairing: "{{name}} möchte sich verbinden…",
    pairingHeld: "Ein Tool möchte sich verbinden…",
    validateAll: "Alle prüfen",
    paused: "Pausiert: Es wird kein Token ausgegeben",
    resume: "Fortsetzen",
    lock: "Sperren",
    pause: "Ausgabe pausieren",
    reason: {
      needs_sign_in: "Anmeldung nötig",
      config_error: "Problem mit dem Client",
      refresh_ambiguous: "bald neu anmelden",
      ends_soon: "läuft bald ab",
      revoked: "widerrufen",
    },
  },
  notices: {
    needs_sign_in: "{{login}} muss sich neu anmelden",
    refresh_ambiguous: "{{login}} muss sich bald neu anmelden",
    config_error: "Problem mit dem Client von {{login}}",
    ends_soon: "Das Token von {{login}} läuft bald ab",
    pairing: "{{name}} möchte sich verbinden",
    pairingText: "Tokenkeep öffnen, die Zahl vergleichen und entscheiden.",
    cannotRenew: "Es kann sich nicht selbst erneuern. Vor dem Ablauf neu anmelden.",
    vaultTitle: "Den Tresor bald öffnen",
    vaultText:
      "Refresh-Tokens, die 30 Tage ruhen, laufen ab. Tokenkeep entsperren, und sie bleiben erhalten.",
    notCopied: "Nichts wurde kopiert",
    notLocked: "Der Tresor wurde nicht gesperrt",
    notPaused: "Die Ausgabe wurde nicht angehalten",
    notResumed: "Die Ausgabe wurde nicht fortgesetzt",
    notValidated: "Nicht jedes Konto konnte geprüft werden",
  },
  files: { export: "Tokenkeep-Export" },
  loopback: {
    done: "Dieser Tab kann geschlossen werden",
    doneText: "Tokenkeep hat die Antwort und macht im eigenen Fenster weiter.",
    refused: "Auf diese Antwort wartet Tokenkeep nicht",
    refusedText:
      "Sie wurde schon gegeben oder kam zu spät. Nichts wurde geändert. Die Anmeldung in Tokenkeep neu beginnen.",
  },
  windows: {
    signIn: "Bei {{provider}} anmelden",
    died: "Das Fenster bleibt nicht offen",
    diedText:
      "Es hat sich mehrmals hintereinander geschlossen. Konten und Tools bleiben versorgt wie bisher. Erneut versuchen; hilft das nicht, Tokenkeep neu starten, notfalls mit --disable-gpu.",
    tryAgain: "Erneut versuchen",
    leave: "Jetzt nicht",
  },
};
