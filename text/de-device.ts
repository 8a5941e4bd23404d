import type { Catalogue } from "./words.ts";

/** Anmelden mit einem Code auf einem beliebigen Gerät. */
export const deDevice: Pick<Catalogue, "device"> = {
  device: {
    title: "Code",
    waitingText:
      "Die Seite in einem beliebigen Browser öffnen, in dem das richtige Konto angemeldet ist, und dort zustimmen.",
    compare: "Die Seite zeigt diesen Code. Nur fortfahren, wenn er derselbe ist.",
    open: "Seite öffnen",
    copyLink: "Link kopieren",
    copied: "Der Link wurde kopiert.",
    anywhere:
      "Sie kann auf einem anderen Gerät oder in einem anderen Browserprofil offen sein. Hier geht es von selbst weiter.",
    wayLegend: "Art der Anmeldung",
    device: "Mit einem Code, in jedem Browser",
    deviceText: "Geht mit jeder Art von Registrierung. Ein Code wird hier gezeigt und dort verglichen.",
    window: "In einem Fenster von Tokenkeep",
    windowText: "Die Seite des Anbieters öffnet sich hier, getrennt vom Browser.",
    start: "Code holen",
  },
};
