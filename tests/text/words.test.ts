/** How the window speaks: one word for each thing, active voice, and no phrases that a native speaker would not use. */
import { describe, expect, it } from "vitest";
import { accountsGerman } from "../../text/de-accounts.ts";
import { deCli } from "../../text/de-cli.ts";
import { deFailures } from "../../text/de-failures.ts";
import { providersGerman } from "../../text/de-providers.ts";
import { settingsGerman } from "../../text/de-settings.ts";
import { systemGerman } from "../../text/de-system.ts";
import { toolsGerman } from "../../text/de-tools.ts";
import { de } from "../../text/de.ts";
import { accountsWords } from "../../text/en-accounts.ts";
import { enCli } from "../../text/en-cli.ts";
import { enFailures } from "../../text/en-failures.ts";
import { providersWords } from "../../text/en-providers.ts";
import { settingsWords } from "../../text/en-settings.ts";
import { systemWords } from "../../text/en-system.ts";
import { toolsWords } from "../../text/en-tools.ts";
import { en } from "../../text/en.ts";

type Tree = { readonly [key: string]: string | Tree };

const leaves = (tree: Tree, at = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[at + key, value]] : leaves(value, `${at}${key}.`),
  );
/** The groups of a whole catalogue that stand in its own file. */
const own = (catalogue: Tree): Tree => {
  const others = { ...accountsWords, ...providersWords, ...settingsWords, ...systemWords, ...toolsWords };
  return Object.fromEntries(
    Object.entries(catalogue).filter(([group]) => !(group in others) && group !== "failure"),
  );
};

/** The catalogues that follow the rules, by file. A catalogue comes under the rules by a line here. */
const english: Record<string, Tree> = {
  "en.ts": own(en),
  "en-accounts.ts": accountsWords,
  "en-cli.ts": enCli,
  "en-failures.ts": enFailures,
  "en-providers.ts": providersWords,
  "en-settings.ts": settingsWords,
  "en-system.ts": systemWords,
  "en-tools.ts": toolsWords,
};
const german: Record<string, Tree> = {
  "de.ts": own(de),
  "de-accounts.ts": accountsGerman,
  "de-cli.ts": deCli,
  "de-failures.ts": deFailures,
  "de-providers.ts": providersGerman,
  "de-settings.ts": settingsGerman,
  "de-system.ts": systemGerman,
  "de-tools.ts": toolsGerman,
};

/** What must not stand in an English text, and what stands there instead. */
const ENGLISH: readonly (readonly [RegExp, string])[] = [
  [/\brenew(?!al)/i, "refresh"],
  [/\b(?:re)?mint(?:s|ed|ing)?\b/i, "request, get"],
  [/\b(?:un)?seal(?:s|ed|ing)?\b/i, "encrypt"],
  [/\bregistrations?\b/i, "app"],
  [/\bclients?\b(?! (?:IDs?|secrets?|types?)\b)/i, "app"],
  [/\bvalidat/i, "check"],
  [/\b(?:tokens?|sign-ins?|it) ends?\b|^ends\b|\bends (?:in|at|on|soon|\{\{)/i, "expires"],
  [/\bneeds? you\b/i, "needs attention"],
  [/\blook(?:s|ed|ing)? after\b|'s care\b/i, "up to date"],
  [/\bhand(?:s|ed|ing)?(?: \w+)?[ -]outs?\b|\bhand(?:s|ed) (?:over|to)\b/i, "access, share"],
  [/\btak(?:e|es|en|ing) (?:\w+ )?back\b|\btook (?:\w+ )?back\b/i, "remove access"],
  [/\b(?:br(?:ing|ought)|is) back\b/i, "restore, undo"],
  [/\bc[ao]me to nothing\b/i, "failed"],
  [/\bpretend\b/i, "fake, sandbox"],
  [/\bthere(?:'s| is| are| was| were)\b|(?:^|[.:;] )it is\b/i, "the subject first"],
  [
    /\bwho(?:ever|m|se)?\b|\bwhat(?:ever)?\b(?! you need\b)|\bbeside\b|\bby itself\b|\btold\b/i,
    "the thing by its name",
  ],
  [/\bplease\b|\bsuccessful|\bsorry\b|\boops\b|!/i, "nothing: the plain sentence"],
  [/^(?:keep it|not now|never mind|leave it|abort|no)\.?$/i, "Cancel"],
];
const GERMAN: readonly (readonly [RegExp, string])[] = [
  [/versiegel/i, "verschlüsseln"],
  [/\bversorgt\b/i, "aktuell"],
  [/\bOptionen\b/, "Einstellungen"],
  [/\bRegistrierung/i, "App"],
  [/\bClients?\b(?!(?:-IDs?|-Secrets?| Type)\b)/, "App"],
  [/\bbitte\b|\berfolgreich|!/i, "nichts: der schlichte Satz"],
];

/** Texts that break a rule for a reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "claims.false": "the value of a claim, and no button",
};

/** Where a name is inserted, the text does not speak of “the provider”. */
const namesProvider = (text: string): boolean =>
  text.includes("{{provider}}") && /\b(?:the|its) provider\b/i.test(text);
/** The button that closes a dialog and does nothing. */
const isCancel = (key: string): boolean => /(?:^|\.)cancel$|^confirm\.keep$|^proxy\.decline$/.test(key);

const broken = (tree: Tree, rules: typeof ENGLISH): string[] =>
  leaves(tree)
    .filter(([key]) => !(key in EXCEPTIONS))
    .flatMap(([key, text]) => {
      // The names of inserted values are not shown.
      const shown = text.replaceAll(/\{\{\w+\}\}/g, "{{}}");
      return rules.filter(([form]) => form.test(shown)).map(([, better]) => `${key}: “${text}” (${better})`);
    });

describe.each(Object.entries(english))("%s", (_file, tree) => {
  it("has one word for each thing, and none of the banned forms", () => {
    expect(broken(tree, ENGLISH)).toEqual([]);
  });
  it("names the provider where its name is known", () => {
    expect(leaves(tree).filter(([, text]) => namesProvider(text))).toEqual([]);
  });
  it("calls the button that does nothing “Cancel”", () => {
    expect(leaves(tree).filter(([key, text]) => isCancel(key) && text !== "Cancel")).toEqual([]);
  });
});

describe.each(Object.entries(german))("%s", (_file, tree) => {
  it("has one word for each thing, and none of the banned forms", () => {
    expect(broken(tree, GERMAN)).toEqual([]);
  });
});

it("every exception is of a text that exists", () => {
  const keys = new Set(leaves(en).map(([key]) => key));
  expect(Object.keys(EXCEPTIONS).filter((key) => !keys.has(key))).toEqual([]);
});
