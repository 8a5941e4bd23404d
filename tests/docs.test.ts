/** The threat model's promises are as good as the tests that it names. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const text = readFileSync("docs/threat-model.md", "utf8").replace(/\n {2,}/g, " ");
/** Up to the closing mark that ends a title, since titles hold marks of their own. */
const HELD = /`(tests\/[^`]+)`((?:,? “(?:[^“”]|“[^“”]*”)+”)+)/g;
const titlesIn = (list: string) =>
  [...list.matchAll(/“((?:[^“”]|“[^“”]*”)+)”/g)].map(([, title = ""]) => title);

/** As the runner knows it: the first argument of `test`, or of what `test.each` gave. */
const isTest = (code: string, title: string): boolean => {
  const at = code.indexOf(`${JSON.stringify(title)},`);
  return at >= 0 && /(?:\btest(?:\.runIf\(.*\))?|\))\(\s*$/.test(code.slice(0, at));
};
const named = [...text.matchAll(HELD)].flatMap(([, file = "", list = ""]) =>
  titlesIn(list).map((title) => ({ file, title })),
);

describe("the threat model", () => {
  test("names tests, and each of them exists", () => {
    expect(named.length).toBeGreaterThan(40);
    const missing = named.filter(({ file, title }) => {
      if (!existsSync(file)) return true;
      const code = readFileSync(file, "utf8");
      return file.endsWith(".ts") ? !isTest(code, title) : !code.includes(`// ${title}`);
    });
    expect(missing).toEqual([]);
  });

  test("names one for every promise, or says why there is none", () => {
    const promises = text
      .split(/^## /m)
      .filter((section) => !/^(?:Threat|What is worth|Out of scope)/.test(section))
      .flatMap((section) => section.split("We do not claim:")[0]?.match(/^- .*/gm) ?? []);
    expect(promises.length).toBeGreaterThan(30);
    const bare = promises.filter(
      (line) => !/Held by `tests\//.test(line) && !/Not held by a test: \w/.test(line),
    );
    expect(bare).toEqual([]);
  });

  test("every test that it mentions is read as one", () => {
    expect(new Set(text.match(/tests\/[\w./-]+\.(?:ts|mjs)/g))).toEqual(
      new Set([...named.map(({ file }) => file), "tests/docs.test.ts"]),
    );
  });
});
