/**
 * Functions in tests have at most 80 lines, blank lines and comments not counted. ESLint checks the product with the same
 * bound. It cannot tell the callback of `describe`, which may be longer, from other functions, so this test checks the tests.
 */
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";

const MAX_LINES = 80;

/** The 0-based lines of a node that hold a token. */
function linesOf(node: ts.Node, file: ts.SourceFile, lines = new Set<number>()): ReadonlySet<number> {
  const children = node.getChildren(file).filter(({ kind }) => kind !== ts.SyntaxKind.JSDoc);
  if (children.length === 0 && node.getWidth(file) > 0) {
    const last = file.getLineAndCharacterOfPosition(node.getEnd()).line;
    for (let at = file.getLineAndCharacterOfPosition(node.getStart(file)).line; at <= last; at++)
      lines.add(at);
  }
  for (const child of children) linesOf(child, file, lines);
  return lines;
}
/** Whether a function is the callback of `describe`, `describe.each(…)` and the like. */
const isDescribe = ({ parent }: ts.Node, file: ts.SourceFile): boolean =>
  ts.isCallExpression(parent) && /^(?:test\.)?describe\b/.test(parent.expression.getText(file));

/** Functions of a file that are too long, as `file:line (lines)`. */
function tooLong(name: string, text = readFileSync(name, "utf8")): string[] {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && !isDescribe(node, file)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      const { line: last } = file.getLineAndCharacterOfPosition(node.getEnd());
      const lines = last - line < MAX_LINES ? 0 : linesOf(node, file).size; // counting tokens is slow
      if (lines > MAX_LINES) found.push(`${name}:${String(line + 1)} (${String(lines)})`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

test("no function in the tests is longer than 80 lines, except callbacks of describe", () => {
  const names = readdirSync("tests", { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:ts|mjs)$/.test(name))
    .map((name) => `tests/${name.replaceAll("\\", "/")}`);
  expect(names.flatMap((name) => tooLong(name))).toEqual([]);
}, 60_000);

test("the check counts lines with code alone, and spares the callback of describe", () => {
  const body = (lines: number) => `() => {\n${"call();\n".repeat(lines)}// a comment\n\n}`;
  expect(tooLong("a.ts", `test("", ${body(78)});`)).toEqual([]);
  expect(tooLong("a.ts", `test("", ${body(79)});`)).toEqual(["a.ts:1 (81)"]);
  expect(tooLong("a.ts", `describe.each([])("", ${body(79)});`)).toEqual([]);
});
