/** The data of the scopes has English summaries; the German ones are a separate catalogue and must stay complete. */
import { expect, test } from "vitest";
import { knownScopes } from "../../core/scopes/catalogue.ts";
import { deScopes } from "../../text/de-scopes.ts";
import { en } from "../../text/en.ts";

test("every known scope has a German text, and no other scope has one", () => {
  expect(Object.keys(deScopes).sort()).toEqual(knownScopes.map(({ name }) => name).sort());
});

test("every family of scopes has a name, and no other family has one", () => {
  const families = knownScopes.flatMap(({ name }) => (/[:]|^openid$/.test(name) ? [name.split(":")[0]] : []));
  expect(Object.keys(en.scopeFamilies)).toEqual([...new Set(families)].sort());
});

test.each(knownScopes)("$name: the German text is not empty and not the English one", ({ name, summary }) => {
  expect(deScopes[name]).toMatch(/\S/);
  expect(deScopes[name]).not.toBe(summary);
});
