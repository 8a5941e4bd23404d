/**
 * No module imports itself through others, in the product, its tests and its tools. Type-only imports count: types that
 * need each other belong in one file, or into a module below both. Dynamic imports count too, although they work at run
 * time: a module that loads another one later still needs it, and neither can be read or moved alone.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { expect, test } from "vitest";

const FOLDERS = [
  "cli",
  "clients/node/src",
  "contract",
  "core",
  "main",
  "preload",
  "renderer",
  "sandbox",
  "text",
  "tests",
  "tooling",
];

/** The modules under `folders`, and each circle of imports among them as one line. */
async function examine(folders: readonly string[]) {
  const { output } = await cruise([...folders], {
    ruleSet: { forbidden: [{ name: "circle", severity: "error", from: {}, to: { circular: true } }] },
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
  });
  const { modules, summary } = output as ICruiseResult;
  const circles = summary.violations.map(({ from, cycle = [] }) =>
    [from, ...cycle.map(({ name }) => name)].join(" → "),
  );
  return { circles, names: modules.map(({ source }) => source) };
}

test("no module imports itself through others", async () => {
  const { circles, names } = await examine(FOLDERS);
  expect(circles).toEqual([]);
  expect(names).toContain("renderer/app/App.svelte");
  expect(names).toContain("main/app/compose.ts");
}, 60_000);

test("a circle through a dynamic import, a type or a component is found", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tk-circles-"));
  try {
    const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
    write("dynamic.ts", `export const load = () => import("./loaded.ts");\n`);
    write("loaded.ts", `import { load } from "./dynamic.ts";\nexport const again = load;\n`);
    write("one.ts", `import type { Other } from "./other.ts";\nexport type One = Other | 1;\n`);
    write("other.ts", `import type { One } from "./one.ts";\nexport type Other = One | 2;\n`);
    write("Part.svelte", `<script lang="ts">\nimport { part } from "./part.ts";\n</script>\n{part}\n`);
    write("part.ts", `import Part from "./Part.svelte";\nexport const part = Part;\n`);
    const { circles } = await examine([folder]);
    const starts = circles.map((circle) => path.basename(circle.split(" → ")[0] ?? ""));
    expect(starts.sort()).toEqual(["Part.svelte", "dynamic.ts", "one.ts"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
