import type { Catalogue } from "./words.ts";

/** German texts of messages, of forms and of the command palette. */
export const messagesGerman: Pick<
  Catalogue,
  "discard" | "withoutAccounts" | "idTokenFaults" | "needs" | "fields" | "palette"
> = {
  discard: {
    title: "Eingaben verwerfen?",
    text: "Der Dialog wird geschlossen, die Eingaben gehen verloren.",
    go: "Eingaben verwerfen",
    keep: "Weiter bearbeiten",
  },
  withoutAccounts: {
    proxy_failing:
      "Der Proxy blockiert die Verbindung zu {{provider}}. Den Proxy in den Netzwerkeinstellungen des Systems prüfen, dann erneut versuchen.",
    proxy_authentication:
      "Der Proxy verlangt eine Anmeldung, bevor er {{provider}} erreichbar macht. Die Daten eingeben, wenn Tokenkeep danach fragt, dann erneut versuchen.",
    provider_unreachable:
      "{{provider}} ist nicht erreichbar. Die Netzwerkverbindung prüfen, dann erneut versuchen.",
    provider_busy: "{{provider}} meldet eine Störung ({{status}}). Später erneut versuchen.",
    provider_misbehaved_not_json:
      "Statt der Antwort von {{provider}} kam eine Webseite; vielleicht ist ein Proxy oder eine WLAN-Anmeldeseite dazwischen. Die Verbindung mit einer beliebigen Webseite prüfen, dann erneut versuchen.",
    provider_misbehaved_too_large:
      "{{provider}} hat mehr Daten gesendet, als Tokenkeep annimmt. Erneut versuchen; wenn das anhält, melden.",
    provider_misbehaved_redirect:
      "{{provider}} hat eine Weiterleitung gesendet, wo keine erlaubt ist. Erneut versuchen; wenn das anhält, melden.",
    provider_misbehaved_member:
      "{{provider}} hat eine Antwort ohne brauchbares „{{detail}}“ gesendet. Erneut versuchen; wenn das anhält, melden.",
    provider_misbehaved_status:
      "{{provider}} hat den unerwarteten Status {{detail}} gesendet. Erneut versuchen; wenn das anhält, melden.",
    answer_unrecognized:
      "Diese Antwort ({{status}}) kommt so nicht von {{provider}}. Vielleicht ist ein Proxy, eine Firewall oder eine WLAN-Anmeldeseite dazwischen. Die Verbindung mit einer beliebigen Webseite prüfen, dann erneut versuchen.",
    provider_refused:
      "{{provider}} hat die Anfrage abgelehnt ({{status}}). Berechtigungen und App prüfen, dann erneut versuchen.",
    client_secret_rejected:
      "Das Client-Secret wurde abgelehnt. Ein neues Secret in der Entwicklerkonsole ersetzt das alte sofort: das neueste eingeben.",
    client_secret_missing:
      "Diese App ist vertraulich und braucht ihr Client-Secret. Das Secret bei der App eingeben.",
  },
  idTokenFaults: {
    malformed: "beschädigt",
    algorithm: "unbekanntes Signaturverfahren",
    signature: "falsche Signatur",
    issuer: "von einem anderen Aussteller",
    audience: "für eine andere App",
    expired: "abgelaufen",
    nonce: "für eine andere Anmeldung",
    at_hash: "für einen anderen Access-Token",
    subject: "für eine andere Person",
  },
  needs: {
    passphrase: "Die Passphrase eingeben.",
    newPassphrase: "Eine neue Passphrase eingeben.",
  },
  fields: {
    unknown: "Tokenkeep kann diese Eingabe nicht verarbeiten. Die Angaben prüfen, dann erneut versuchen.",
    accounts: "Konten",
    lockAfterIdleMin: "Sperren bei Inaktivität",
  },
  palette: {
    found_one: "{{count}} Ergebnis",
    found_other: "{{count}} Ergebnisse",
    copyForm: {
      oauth: "IRC-Passwort von {{name}} kopieren",
      bearer: "Authorization-Header von {{name}} kopieren",
      env: ".env-Variablen von {{name}} kopieren",
    },
    check: "{{name}} prüfen",
    refresh: "Token von {{name}} erneuern",
    signInAgain: "Als {{name}} neu anmelden",
    getToken: "Neuen Token für {{name}} holen",
    permissions: "Berechtigungen von {{name}} ändern",
  },
};
