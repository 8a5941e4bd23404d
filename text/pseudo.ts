/** A pseudo language for tests: English texts with accents and brackets, 40 % longer. */
import { en } from "./en.ts";
import type { Catalogue } from "./words.ts";

const ACCENTED: Readonly<Record<string, string>> = {
  a: "á",
  c: "ç",
  e: "é",
  i: "í",
  n: "ñ",
  o: "ö",
  s: "š",
  u: "ü",
  y: "ý",
  A: "Å",
  E: "É",
  I: "Î",
  O: "Ö",
  S: "Š",
  U: "Û",
};
const LONGER = 0.4;

/** Turns "Lock now" into "[Löçk ñöw ~~~~]"; placeholders stay unchanged. */
function pseudoOf(words: string): string {
  const accented = words.replace(/\{\{.*?\}\}|[a-zA-Z]/g, (part) => ACCENTED[part] ?? part);
  const more = Math.ceil(words.replace(/\{\{.*?\}\}/g, "").length * LONGER);
  // The filling consists of separate words, so that lines can break between them.
  const filling = "~".repeat(more).replace(/~{8}/g, "~~~~~~~ ").trim();
  return `[${accented} ${filling}]`;
}

/** Converts every string of a catalogue. */
export const inPseudo = <Tree extends object>(tree: Tree): Tree =>
  Object.fromEntries(
    Object.entries(tree).map(([key, words]) => [
      key,
      typeof words === "string" ? pseudoOf(words) : inPseudo(words as object),
    ]),
  ) as Tree;
export const pseudo: Catalogue = inPseudo<Catalogue>(en);
