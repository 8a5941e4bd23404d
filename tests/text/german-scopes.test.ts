/** The scopes are data with English words; German stands beside it and must not fall behind. */
import { expect, test } from "vitest";
import { knownScopes } from "../../core/scopes/catalogue.ts";
import { deScopes } from "../../text/de-scopes.ts";
import { en } from "../../text/en.ts";

test("every scope has its German, and none has it that is not there", () => {
  expect(Object.keys(deScopes).sort()).toEqual(knownScopes.map(({ name }) => name).sort());
});

test("every family of scopes has its name, and none has it that is not there", () => {
  const families = knownScopes.flatMap(({ name }) => (/[:]|^openid$/.test(name) ? [name.split(":")[0]] : []));
  expect(Object.keys(en.scopeFamilies)).toEqual([...new Set(families)].sort());
});

test.each(knownScopes)("$name: the German is not the English", ({ name, summary }) => {
  expect(deScopes[name]).toMatch(/\S/);
  expect(deScopes[name]).not.toBe(summary);
});
