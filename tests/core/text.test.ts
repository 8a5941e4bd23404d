import { describe, expect, it } from "vitest";
import { en } from "../../text/en.ts";

type Tree = { readonly [key: string]: string | Tree };

const leaves = (tree: Tree, at = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[at + key, value]] : leaves(value, `${at}${key}.`),
  );
const words = new Map(leaves(en));

describe("the English words", () => {
  it("have both plural forms wherever they have one", () => {
    const stems = [...words.keys()].flatMap((key) => /^(.*)_(?:zero|one|other)$/.exec(key)?.[1] ?? []);
    expect(stems.length).toBeGreaterThan(0);
    const lacking = stems.filter((stem) => !words.has(`${stem}_one`) || !words.has(`${stem}_other`));
    expect(lacking).toEqual([]);
  });

  it("are never empty, and have no brace that is not a placeholder's", () => {
    const broken = [...words].filter(
      ([, said]) => said === "" || /[{}]|undefined/.test(said.replaceAll(/\{\{[a-zA-Z]+\}\}/g, "")),
    );
    expect(broken).toEqual([]);
  });
});
