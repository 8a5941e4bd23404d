/** The words of the sandbox's pages, in the language that the browser prefers. */
import { describeScope } from "../core/scopes/catalogue.ts";
import { deSandbox } from "../text/de-sandbox.ts";
import { deScopes } from "../text/de-scopes.ts";
import { enSandbox } from "../text/en-sandbox.ts";
import type { Request } from "./answer.ts";

export interface Words {
  readonly language: "en" | "de";
  t(key: keyof typeof enSandbox, facts?: Readonly<Record<string, string>>): string;
  /** What a scope allows; undefined for an unknown scope. */
  scope(name: string): string | undefined;
}

/** German if the browser names it before English, else English (RFC 9110 §12.5.4; browsers list languages in order). */
export function wordsOf({ "accept-language": accepted = "" }: Request["headers"]): Words {
  const known = accepted.split(",").map((tag) => tag.trim().slice(0, 2).toLowerCase());
  const language = known.find((tag) => tag === "de" || tag === "en") === "de" ? "de" : "en";
  const catalogue = language === "de" ? deSandbox : enSandbox;
  return {
    language,
    t: (key, facts = {}) =>
      catalogue[key].replaceAll(/\{\{(\w+)\}\}/g, (_whole, name: string) => facts[name] ?? ""),
    scope: (name) => (language === "de" ? deScopes[name] : undefined) ?? describeScope(name).summary,
  };
}
