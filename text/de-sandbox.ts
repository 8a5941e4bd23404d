import type { enSandbox } from "./en-sandbox.ts";

/** The German texts of the sandbox's pages. */
export const deSandbox: { readonly [Key in keyof typeof enSandbox]: string } = {
  banner: "Lokale Sandbox. Kein Konto hier ist echt.",
  chooseTitle: "Konto auswählen",
  chooseText: "{{app}} möchte auf ein Konto zugreifen. Diese Konten sind erfunden, jedes ist möglich.",
  signInAs: "Als {{login}} anmelden",
  signedInAs: "Angemeldet als",
  switch: "Falsches Konto? Wechseln",
  allowTitle: "{{app}} erlauben?",
  allows: "{{app}} kann dann",
  identityOnly: "Nur Benutzernamen und ID sehen.",
  reads: "Liest",
  changes: "Ändert",
  authorize: "Erlauben",
  cancel: "Abbrechen",
  endedTitle: "Diese Anmeldung ist beendet",
  endedText: "Sie dauerte zu lange oder ist schon beantwortet. In der App neu beginnen.",
  clientTitle: "Unbekannte Client-ID",
  clientText: "Hier ist keine App mit dieser Client-ID registriert. Die Client-ID prüfen.",
  codeTitle: "Dieser Code ist abgelaufen",
  codeText: "Die Anmeldung in der App neu beginnen, um einen neuen Code zu bekommen.",
  deniedTitle: "Zugriff abgelehnt",
  deniedText: "Nichts wurde freigegeben. Diese Seite kann geschlossen werden.",
  allowedTitle: "Verbunden",
  allowedText: "Zur App zurückkehren. Diese Seite kann geschlossen werden.",
  channelTitle: "Kanal nicht gefunden",
  channelText: "Die Sandbox hat keinen Nutzer mit diesem Namen.",
  connectionsTitle: "Verbindungen",
  connectionsText:
    "Die Sandbox führt keine Liste verbundener Apps. Um eine Verbindung zu beenden, das Token in der App widerrufen.",
};
