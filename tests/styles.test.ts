/** Every class in a style sheet is used by a template. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const ROOT = path.join(import.meta.dirname, "..");
/** Classes whose names a template computes. */
const COMPUTED: Record<string, readonly string[]> = {
  "renderer/ui/Button.svelte": ["is-hover", "is-press", "is-focus"], // states that the gallery shows side by side
  "renderer/ui/Status.svelte": ["ok", "attention", "danger", "info", "none"], // tones of state/status.ts
};
/** The most lines, without blank lines and comments, that styles/ may have: tokens, reset, type, layout. */
const GLOBAL_LINES = 350;

const STYLE = /<style>(.*?)<\/style>/s;
const withoutComments = (css: string): string => css.replaceAll(/\/\*.*?\*\//gs, "");

interface Source {
  readonly name: string;
  readonly style: string;
  readonly template: string;
}
const names = readdirSync(path.join(ROOT, "renderer"), { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(svelte|css|html|ts)$/.test(name))
  .map((name) => path.posix.join("renderer", name));
const sources: readonly Source[] = names.map((name) => {
  const text = readFileSync(path.join(ROOT, name), "utf8");
  return {
    name,
    style: withoutComments(name.endsWith(".css") ? text : (STYLE.exec(text)?.[1] ?? "")),
    template: name.endsWith(".css") ? "" : text.replace(STYLE, ""),
  };
});

/** The classes in the selectors of a style sheet. */
function classesOf(style: string): readonly string[] {
  const selectors = style.replaceAll(/\{[^{}]*\}/g, "{}"); // declarations have dots of their own: 0.5rem
  return [...new Set([...selectors.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name = ""]) => name))];
}

/** The text from an opening brace or quote to the one that closes it. */
function valueAt(template: string, start: number): string {
  if (template[start] !== "{") return template.slice(start, template.indexOf('"', start + 1));
  let depth = 0;
  for (let at = start; at < template.length; at += 1) {
    if (template[at] === "{") depth += 1;
    if (template[at] === "}") depth -= 1;
    if (depth === 0) return template.slice(start, at);
  }
  return template.slice(start);
}
const wordsOf = (text: string): readonly string[] => text.match(/[a-z][\w-]*/gi) ?? [];
/** The classes that a template sets, and the words in its quoted strings, which may be such classes. */
function usedIn(template: string): ReadonlySet<string> {
  const attributes = [...template.matchAll(/\bclass(?:Name)?\s*=\s*(?=["{])/g)].map(({ 0: name, index }) =>
    valueAt(template, index + name.length),
  );
  const directives = [...template.matchAll(/\bclass:([\w-]+)/g)].map(([, name = ""]) => name);
  const strings = template.match(/"[^"\n]*"/g) ?? [];
  return new Set([...attributes, ...directives, ...strings].flatMap(wordsOf));
}

const everywhere = new Set(sources.flatMap(({ template }) => [...usedIn(template)]));

test("every class that a style sheet names is used by a template", () => {
  const dead = sources.flatMap(({ name, style, template }) => {
    const own = usedIn(template);
    const global = name.endsWith(".css")
      ? classesOf(style)
      : classesOf((style.match(/:global\([^{]*\)/g) ?? []).join());
    return classesOf(style)
      .filter((one) => !own.has(one) && !(global.includes(one) && everywhere.has(one)))
      .filter((one) => COMPUTED[name]?.includes(one) !== true)
      .map((one) => `${name}: .${one}`);
  });
  expect(dead).toEqual([]);
});

test("every style block is read, and the check finds a rule that no template uses", () => {
  expect(names.filter((name) => /<style\s/.test(readFileSync(path.join(ROOT, name), "utf8")))).toEqual([]);
  const style = ".used { margin: 0.5rem } .dead:hover > .used {}";
  expect(classesOf(style).filter((one) => !usedIn('<p class="used">').has(one))).toEqual(["dead"]);
});

test("styles/ stays small, because the rules for one component belong in that component", () => {
  const lines = sources
    .filter(({ name }) => name.startsWith("renderer/styles/"))
    .flatMap(({ style }) => style.split("\n").filter((line) => line.trim() !== ""));
  expect(lines.length).toBeLessThanOrEqual(GLOBAL_LINES);
});
