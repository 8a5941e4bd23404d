/** German texts of the first screen, the guide to a Twitch app, and the check of an app. */
import type { startWords } from "./en-start.ts";
import type { Catalogue } from "./words.ts";

export const startGerman: Pick<Catalogue, keyof typeof startWords> = {
  welcome: {
    addTitle: "{{provider}}-Konto hinzufügen",
    plan: {
      app: {
        title: "Eine {{provider}}-App anlegen",
        text: "Kostenlos, einmal, etwa zwei Minuten. Das Fenster zeigt jedes Feld.",
      },
      permissions: {
        title: "Berechtigungen wählen",
        text: "Mit Stream-Overlay, Chatbot oder Moderation anfangen.",
      },
      signIn: {
        title: "Bei {{provider}} anmelden",
        text: "Im Browser oder am Handy. Das Konto vor dem Speichern bestätigen.",
      },
    },
    add: "{{provider}}-Konto hinzufügen",
    import: "Vorhandenes Token importieren",
    importText:
      "Ein Token einfügen, oder eine Datei aus einem anderen Tool oder einen Export vom anderen Computer öffnen.",
    importStart: "Token importieren…",
    passphrase: "Stattdessen eine Passphrase verwenden",
    quickStart: "Schnellstart",
    quickStartText:
      "Diese Ausgabe von Tokenkeep bringt die {{provider}}-App „{{name}}“ mit. Nur anmelden, fertig.",
    shareApp: "Die App wird geteilt",
    shareAppText:
      "Alle mit dieser Ausgabe verwenden sie, und ihre Anfragelimits gelten für alle zusammen. Sperrt {{provider}} sie, müssen sich alle mit einer anderen App neu anmelden.",
    shareTokens: "Tokens werden nicht geteilt",
    shareTokensText: "Sie bleiben verschlüsselt auf diesem Computer. Wem die App gehört, sieht sie nie.",
    useShared: "Mit {{provider}} anmelden",
    ownApp: "Eigene {{provider}}-App verwenden",
  },
  guide: {
    title: "{{provider}}-Konto hinzufügen",
    back: "Willkommen",
    stepApp: "{{provider}}-App",
    createTitle: "Die App in der Entwicklerkonsole von {{provider}} anlegen",
    createText:
      "Dort mit dem üblichen Konto anmelden. {{provider}} verlangt vorher Zwei-Faktor-Authentifizierung. Der Knopf kopiert auch den Namen für Feld 1.",
    open: "Entwicklerkonsole öffnen",
    openAgain: "Erneut öffnen",
    opened: "Entwicklerkonsole geöffnet. Der Name der App ist kopiert.",
    name: "Name",
    nameText: "Muss einmalig sein. {{provider}} zeigt ihn beim Anmelden.",
    redirect: "OAuth Redirect URLs",
    redirectText: "Das Formular verlangt eine. Eine öffentliche App nutzt sie nicht.",
    category: "Category",
    categoryText: "Aus der Liste wählen.",
    type: "Client Type",
    typeText: "Kein Secret, das zu schützen wäre.",
    typePublic: "Public",
    recommended: "Empfohlen",
    last: "Das Captcha lösen, „Create“ wählen, dann „Manage“. Die Client-ID von dieser Seite kopieren.",
    copy: "{{field}} kopieren",
    copied: "Kopiert",
    pasteTitle: "Die Client-ID einfügen",
    pasteHint:
      "Tokenkeep prüft sie bei {{provider}} und findet den Typ der App heraus. Eine Client-ID ist nicht geheim.",
    pasteKeys: "fügt überall auf dieser Seite ein",
    signInNow: "Mit {{provider}} anmelden",
    signInNowText:
      "„{{start}}“ öffnet {{provider}} im Browser. „{{code}}“ ist für das Handy oder einen anderen Browser.",
    otherMethods: "Andere Anmeldearten",
    needsSecret: "Braucht eine vertrauliche App, die ein Client-Secret hat",
    notForApp: "Mit dieser App nicht möglich",
  },
  probe: {
    checking: "Wird bei {{provider}} geprüft…",
    public: "Client-ID gültig: eine öffentliche App",
    publicCode: "Kein Secret nötig. Angemeldet wird mit einem Code, und Tokens erneuern sich automatisch.",
    publicText: "Kein Secret nötig.",
    confidential: "Client-ID gültig: eine vertrauliche App",
    confidentialText:
      "Unten ihr Client-Secret eintragen. Oder stattdessen eine öffentliche App anlegen: Sie braucht kein Secret und passt für den Computer einer Person.",
    unknown: "{{provider}} kennt diese Client-ID nicht. Noch einmal aus der Konsole kopieren.",
    unknownLength:
      "{{provider}} kennt diese Client-ID nicht. Sie hat {{count}} Zeichen, die von {{provider}} haben {{length}}. Noch einmal aus der Konsole kopieren.",
    badId: "Eine Client-ID besteht nur aus Buchstaben und Ziffern. Noch einmal aus der Konsole kopieren.",
    secretRejected:
      "{{provider}} lehnt dieses Client-Secret ab. In der Konsole ein neues erzeugen und hier eintragen.",
    unsure: "Typ der App unbekannt",
    unsureText: "Die Antwort von {{provider}} zeigt den Typ nicht. Unten auswählen.",
    unchecked: "Client-ID nicht geprüft",
    uncheckedText:
      "Die Prüfung bei {{provider}} hat nicht geklappt. Unten den Typ wählen oder später noch einmal versuchen.",
    again: "Noch einmal prüfen",
    redirectsHint: "Mehrere, damit eine frei ist, wenn ein anderes Programm einen Port belegt.",
  },
  verdict: {
    ready: "Diese App ist einsatzbereit",
    unreachable: "Die App ließ sich nicht prüfen: {{provider}} ist nicht erreichbar",
    unreachableText: "Die Internetverbindung prüfen, dann die App noch einmal prüfen.",
    client_id: "{{provider}} kennt die Client-ID nicht",
    redirects: "In der Entwicklerkonsole fehlen Redirect-URLs",
    unsure: "Nicht alles ließ sich prüfen",
    provider: "Die App ließ sich nicht prüfen",
  },
  ready: {
    title: "{{login}} ist bereit",
    renews_one: "{{count}} Berechtigung. Das Token erneuert sich automatisch.",
    renews_other: "{{count}} Berechtigungen. Das Token erneuert sich automatisch.",
    next: "Nächste Schritte",
    connect: "Tool verbinden",
    connectText: "Einen Bot, ein Overlay, eine Browserquelle oder ein Skript",
    copy: "Token kopieren",
    copyText: "Um es in die Einstellungen eines Tools einzufügen",
    accounts: "Zu den Konten",
  },
};
