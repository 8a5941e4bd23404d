import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { de } from "../../text/de.ts";
import { en } from "../../text/en.ts";
import { pseudo } from "../../text/pseudo.ts";
import { createWords, languageOf } from "../../text/words.ts";

type Tree = { readonly [key: string]: string | Tree };

const leaves = (tree: Tree, at = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[at + key, value]] : leaves(value, `${at}${key}.`),
  );
const words = new Map(leaves(en));
const placeholders = (text: string): string[] =>
  [...new Set(Array.from(text.matchAll(/\{\{(\w+)\}\}/g), ([, name = ""]) => name))].sort();
const stemOf = (key: string): string => key.replace(/_(?:zero|one|other)$/, "");

describe("the English words", () => {
  it("have both plural forms wherever they have one", () => {
    const stems = [...words.keys()].filter((key) => stemOf(key) !== key).map(stemOf);
    expect(stems.length).toBeGreaterThan(0);
    const lacking = stems.filter((stem) => !words.has(`${stem}_one`) || !words.has(`${stem}_other`));
    expect(lacking).toEqual([]);
  });

  it("are never empty, and have braces only around placeholders", () => {
    const broken = [...words].filter(
      ([, text]) => text === "" || /[{}]|undefined/.test(text.replaceAll(/\{\{[a-zA-Z_]+\}\}/g, "")),
    );
    expect(broken).toEqual([]);
  });
});

describe.each([
  ["German", de],
  ["the pseudo language", pseudo],
])("%s", (_name, catalogue) => {
  const others = new Map(leaves(catalogue));
  it("has the same keys as English, and the same placeholders in each text", () => {
    expect([...others.keys()].sort()).toEqual([...words.keys()].sort());
    const unlike = [...words].filter(([key, text]) => {
      const [own, other] = [placeholders(text), placeholders(others.get(key) ?? "")];
      const one = /_(?:one|zero)$/.test(key); // these may spell the number out
      return (
        own.filter((name) => !one || name !== "count").join() !==
        other.filter((name) => !one || name !== "count").join()
      );
    });
    expect(unlike).toEqual([]);
  });
});

describe("the keys of texts", () => {
  const sources = ["renderer", "main", "text"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|svelte)$/.test(name) && !/^(?:en|de)\b/.test(name))
      .map((name) => readFileSync(`${folder}/${name}`, "utf8")),
  );
  const code = sources.join("\n");
  /** Keys as string literals, inside a call or elsewhere: `t(x ? "a.b" : "a.c")`. */
  const literal = new Set(Array.from(code.matchAll(/"([a-zA-Z]+(?:\.\w+)+)"/g), ([, key = ""]) => key));
  /** Keys with an inserted value: "status.${…}". */
  const made = Array.from(
    code.matchAll(/`([a-zA-Z]+\.[\w.]*)\$\{[^}]+\}([\w.]*)`/g),
    ([, before = "", after = ""]) => ({ before, after }),
  );
  const isMade = (stem: string): boolean =>
    made.some(({ before, after }) => stem.startsWith(before) && stem.endsWith(after));
  const stems = new Set([...words.keys()].map(stemOf));

  it("are all used", () => {
    expect([...stems].filter((stem) => !literal.has(stem) && !isMade(stem))).toEqual([]);
  });
  it("all exist where they are used", () => {
    const called = Array.from(code.matchAll(/\bt\(\s*"([^"]+)"/g), ([, key = ""]) => key);
    expect(called.length).toBeGreaterThan(300);
    expect(called.filter((key) => !stems.has(key))).toEqual([]);
  });
});

describe("translated texts", () => {
  const t = createWords("en", en);
  const inGerman = createWords("de", de);
  it("use the plural form and the number format of the language", () => {
    const counts = [0, 1, 2, 12_345];
    expect(counts.map((count) => t("account.scopeCount", { count }))).toEqual([
      "No permissions",
      "1 permission",
      "2 permissions",
      "12,345 permissions",
    ]);
    expect(inGerman("account.scopeCount", { count: 12_345 })).toContain("12.345");
  });
  it("insert names unchanged", () => {
    expect(t("accounts.open")).toBe("Open");
    expect(t("list.select", { name: "<b>{{name}} $t(app.name)" })).toBe("Select <b>{{name}} $t(app.name)");
  });
  it("are in the chosen language, or else in the system's language", () => {
    expect(languageOf("en", ["de-DE"])).toBe("en");
    expect(languageOf("system", ["fr-FR", "de-AT", "en-GB"])).toBe("de");
    expect(languageOf("system", ["fr-FR"])).toBe("en");
  });
});
