/** The documents name existing tests, facts, links and paths, and the changelog has the right form. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const threats = readFileSync("docs/threat-model.md", "utf8").replace(/\n {2,}/g, " ");
/** A test file and the titles that follow it. Titles may hold quotation marks of their own. */
const HELD = /`(tests\/[^`]+)`((?:,? “(?:[^“”]|“[^“”]*”)+”)+)/g;
const titlesIn = (list: string) =>
  [...list.matchAll(/“((?:[^“”]|“[^“”]*”)+)”/g)].map(([, title = ""]) => title);

/** Whether the title is the first argument of `test`, or of a call that `test.each` returned. */
const isTest = (code: string, title: string): boolean => {
  const at = code.indexOf(`${JSON.stringify(title)},`);
  return at >= 0 && /(?:\btest(?:\.runIf\(.*\))?|\))\(\s*$/.test(code.slice(0, at));
};
const named = [...threats.matchAll(HELD)].flatMap(([, file = "", list = ""]) =>
  titlesIn(list).map((title) => ({ file, title })),
);

describe("the threat model", () => {
  test("every test that it names exists", () => {
    expect(named.length).toBeGreaterThan(40);
    const missing = named.filter(({ file, title }) => {
      if (!existsSync(file)) return true;
      const code = readFileSync(file, "utf8");
      return file.endsWith(".ts") ? !isTest(code, title) : !code.includes(`// ${title}`);
    });
    expect(missing).toEqual([]);
  });

  test("every promise names a test, or the reason why there is none", () => {
    const promises = threats
      .split(/^## /m)
      .filter((section) => !/^(?:Threat|Assets|Out of scope)/.test(section))
      .flatMap((section) => section.split("We do not claim:")[0]?.match(/^- .*/gm) ?? []);
    expect(promises.length).toBeGreaterThan(30);
    const bare = promises.filter(
      (line) => !/Held by `tests\//.test(line) && !/Not held by a test: \w/.test(line),
    );
    expect(bare).toEqual([]);
  });

  test("every test file in the threat model is followed by titles", () => {
    expect(new Set(threats.match(/tests\/[\w./-]+\.(?:ts|mjs)/g))).toEqual(
      new Set([...named.map(({ file }) => file), "tests/docs.test.ts"]),
    );
  });
});

const FOLDERS = [
  ...["cli", "clients", "contract", "core", "docs", "main", "preload", "renderer"],
  ...["sandbox", "text", "tests", "tooling", ".github"],
];
/** Paths of all source files and documents, relative to the repository. */
const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => path.posix.join(folder, name)),
)
  .concat(readdirSync(".").filter((name) => name.endsWith(".md")))
  .filter((file) => /\.(?:ts|mjs|svelte|md|py|lua|sh)$/.test(file) && !file.includes("node_modules/"));
const documents = sources.filter((file) => file.endsWith(".md"));

/** The places of `docs/twitch-auth.md` that can be cited: `11`, `21.10` (an item of a list), `17 B11` (a named rule). */
function citable(facts: string): Set<string> {
  const sections = facts.split(/^## (?=\d+\. )/m).slice(1);
  return new Set(
    sections.flatMap((section) => {
      const number = /^\d+/.exec(section)?.[0] ?? "";
      const items = [...section.matchAll(/^(\d+)\. /gm)].slice(1).map(([, item = ""]) => `${number}.${item}`);
      const rules = [...section.matchAll(/(?:^- |\. )([TNPDRB]\d+) /gm)].map(
        ([, rule = ""]) => `${number} ${rule}`,
      );
      return [number, ...items, ...rules];
    }),
  );
}

/**
 * The citations in a file: `docs/twitch-auth.md §1, §8` cites sections 1 and 8. A comment may wrap between its words.
 */
function citationsIn(code: string): string[] {
  const text = code.replace(/\s*\n\s*(?:\*|\/\/|#|--)?\s*/g, " ");
  const lists = text.matchAll(
    /twitch-auth\.md`? (§\d+(?:\.\d+)*(?: [A-Z]\d+)?(?:, §\d+(?:\.\d+)*(?: [A-Z]\d+)?)*)/g,
  );
  return [...lists].flatMap(([, list = ""]) => list.split(", ").map((one) => one.slice(1)));
}

describe("citations of docs/twitch-auth.md", () => {
  const facts = citable(readFileSync("docs/twitch-auth.md", "utf8"));

  test("every cited section exists", () => {
    const cited = sources
      .filter((file) => file !== "docs/twitch-auth.md" && file !== "tests/docs.test.ts")
      .flatMap((file) => citationsIn(readFileSync(file, "utf8")).map((section) => ({ file, section })));
    expect(cited.length).toBeGreaterThan(100);
    expect(cited.filter(({ section }) => !facts.has(section))).toEqual([]);
  });

  test.each([
    ["// by docs/twitch-auth.md §99", ["99"]],
    ["/** docs/twitch-auth.md §1, §21.99 */", ["21.99"]],
    ["// docs/twitch-auth.md §17 B99", ["17 B99"]],
    [" * as they say (docs/twitch-auth.md\n * §98)", ["98"]],
  ])("%j cites a section that does not exist", (code, missing) => {
    expect(citationsIn(code).filter((section) => !facts.has(section))).toEqual(missing);
  });
});

/** The text of a document without its code blocks. */
const prose = (markdown: string) => markdown.replace(/^(?:```|~~~)[\s\S]*?^(?:```|~~~)$/gm, "");

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of prose(markdown).matchAll(/^#{1,6} (.+)$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = words.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n++) unique = `${anchor}-${String(n)}`;
    anchors.add(unique);
  }
  return anchors;
}

/** The broken relative links of a document. */
function brokenLinks(file: string, markdown: string): string[] {
  const text = prose(markdown).replace(/`[^`\n]*`/g, "");
  const targets = [
    ...text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g),
    ...text.matchAll(/^\[[^\]]+\]: (\S+)/gm),
  ].map(([, target = ""]) => target);
  return targets.filter((target) => {
    if (/^[a-z][a-z+.-]*:/i.test(target)) return false;
    const [name = "", anchor] = target.split("#");
    const to = name === "" ? file : path.posix.join(path.posix.dirname(file), decodeURIComponent(name));
    if (to.startsWith("..") || !existsSync(to)) return true;
    if (anchor === undefined) return false;
    return !anchorsOf(name === "" ? markdown : readFileSync(to, "utf8")).has(anchor);
  });
}

/** Repository paths that a document names in code marks, and that do not exist. */
function missingPaths(markdown: string): string[] {
  const paths = prose(markdown).match(/(?<=`)[\w.-]+\/[\w./-]*(?=`)/g) ?? [];
  return paths.filter((name) => FOLDERS.includes(name.split("/")[0] ?? "") && !existsSync(name));
}

describe("documents", () => {
  test("every relative link and anchor has a target", () => {
    const broken = documents.flatMap((file) =>
      brokenLinks(file, readFileSync(file, "utf8")).map((target) => ({ file, target })),
    );
    expect(broken).toEqual([]);
  });

  test.each([
    ["a missing file", "[x](docs/no-such.md)"],
    ["a missing anchor", "[x](docs/cli.md#no-such)"],
    ["a missing anchor of its own", "# Yes\n[x](#no)"],
    ["a missing image", "[![x](docs/no-such.png)](docs/cli.md)"],
    ["a reference to a missing file", "[x][y]\n\n[y]: docs/no-such.md"],
    ["a file outside of the repository", "[x](../no-such.md)"],
  ])("a link to %s is found", (_what, markdown) => {
    expect(brokenLinks("README.md", markdown)).toHaveLength(1);
  });

  test("links in code, links to other hosts and links to repeated headings count as correct", () => {
    const markdown = "# A `b`, c\n## A b c\n[x](#a-b-c) [y](#a-b-c-1) [z](https://a.example) `[w](no.md)`";
    expect(brokenLinks("README.md", `${markdown}\n\`\`\`\n[v](no.md)\n\`\`\`\n`)).toEqual([]);
  });

  test("every path of the repository that a document names exists", () => {
    const missing = documents.flatMap((file) =>
      missingPaths(readFileSync(file, "utf8")).map((name) => ({ file, name })),
    );
    expect(missing).toEqual([]);
    expect(missingPaths("`main/no-such.ts`, `out/built.js` and `docs/`")).toEqual(["main/no-such.ts"]);
  });
});

/**
 * The folders of the map in ARCHITECTURE.md, each with its description. A folder of `main/` is indented by two spaces.
 */
function mappedFolders(architecture: string): Map<string, string> {
  const map = /## The map\s+```\n([\s\S]*?)```/.exec(architecture)?.[1] ?? "";
  const folders = new Map<string, string>();
  let top = "";
  let folder = "";
  for (const line of map.split("\n")) {
    const [, indent = "", name, text = line] = /^( {0,2})([\w-]+)\/ +(.*)$/.exec(line) ?? [];
    if (name !== undefined && indent === "") top = folder = name;
    else if (name !== undefined) folder = `${top}/${name}`;
    folders.set(folder, `${folders.get(folder) ?? ""} ${text}`);
  }
  folders.delete("");
  return folders;
}

describe("the map in ARCHITECTURE.md", () => {
  const folders = mappedFolders(readFileSync("ARCHITECTURE.md", "utf8"));

  test("has every folder of main/, and no other", () => {
    const inMap = [...folders.keys()].filter((folder) => folder.startsWith("main/"));
    const onDisk = readdirSync("main", { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(inMap.sort()).toEqual(onDisk.map(({ name }) => `main/${name}`).sort());
  });

  test("names only folders and files that exist", () => {
    expect(folders.size).toBeGreaterThan(20);
    const missing = [...folders].flatMap(([folder, text]) =>
      (text.match(/[\w-]+\.ts\b/g) ?? []).filter((file) => !existsSync(path.posix.join(folder, file))),
    );
    expect(missing).toEqual([]);
    expect([...folders.keys()].filter((folder) => !existsSync(folder))).toEqual([]);
  });
});

/**
 * The faults of the changelog. "Unreleased" is on top, and every other section is `## VERSION - YYYY-MM-DD`, newest
 * first. The version of package.json is that of the newest section. Before the first release there is no such section:
 * then the version of package.json is the one in preparation.
 */
function changelogFaults(changelog: string, version: string): string[] {
  const [top, ...releases] = [...changelog.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);
  const faults = top === "Unreleased" ? [] : [`the first section is not "Unreleased": ${String(top)}`];
  const dated = releases.map((heading) => /^(\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)$/.exec(heading));
  releases.forEach((heading, at) => {
    if (Number.isNaN(Date.parse(dated[at]?.[2] ?? ""))) faults.push(`not "VERSION - YYYY-MM-DD": ${heading}`);
    else if ((dated[at - 1]?.[2] ?? "9") < (dated[at]?.[2] ?? ""))
      faults.push(`not newest first: ${heading}`);
  });
  if (releases.length > 0 && dated[0]?.[1] !== version)
    faults.push(`package.json has ${version}, which is not the newest release`);
  return faults;
}

describe("the changelog", () => {
  test("has “Unreleased” on top, and a dated section for the version of package.json once there is a release", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(changelogFaults(readFileSync("CHANGELOG.md", "utf8"), version)).toEqual([]);
  });

  test.each([
    ["no release yet", "## Unreleased\n", 0],
    ["a release with its date", "## Unreleased\n## 0.1.0 - 2027-01-31\n", 0],
    ["no “Unreleased”", "## 0.1.0 - 2027-01-31\n", 1],
    ["a release without a date", "## Unreleased\n## 0.1.0\n", 2],
    ["a date that does not exist", "## Unreleased\n## 0.1.0 - 2027-13-01\n", 1],
    ["a version without its section", "## Unreleased\n## 0.0.9 - 2027-01-31\n", 1],
    ["an older release on top", "## Unreleased\n## 0.1.0 - 2026-12-01\n## 0.0.9 - 2027-01-31\n", 1],
  ])("%s has the expected number of faults", (_what, changelog, faults) => {
    expect(changelogFaults(changelog, "0.1.0")).toHaveLength(faults);
  });
});
