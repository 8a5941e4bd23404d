#!/usr/bin/env node
// @ts-check
/**
 * `npm run screenshots`: every screen and state of the real app, in both themes and three widths, into out/screenshots/.
 * `--only NAME,NAME` takes some of tests/screenshots/shots.ts; `--docs` the README's, into docs/images/.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { ensureBuilt } from "./build.mjs";
import { onDesktop } from "./desktop.mjs";
import { ensureElectron } from "./electron-runtime.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";

const ROOT = path.join(import.meta.dirname, "..");
const { only, docs } = parseArgs({ options: { only: { type: "string" }, docs: { type: "boolean" } } }).values;
const output = path.join(ROOT, docs ? "docs/images" : "out/screenshots");
const list = path.join(output, "shots.jsonl");
ensureSystemPackages();
await ensureElectron();
await ensureBuilt();
rmSync(list, { force: true });
const code = await onDesktop(
  ["node_modules/@playwright/test/cli.js", "test", "--config", "tests/screenshots/playwright.config.ts"],
  {
    output,
    env: { ...(only !== undefined && { SHOTS_ONLY: only }), ...(docs && { SHOTS_README: "1" }) },
  },
);
if (!existsSync(list)) {
  console.error(`No picture was taken${only === undefined ? "" : `: is there a screen called ${only}?`}`);
  process.exit(1);
}
/** @type {{ name: string, screen: string, state: string }[]} */
const shots = readFileSync(list, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
rmSync(list);
if (docs) rmSync(path.join(output, "results"), { recursive: true, force: true });
else {
  const screens = [...new Set(shots.map(({ screen }) => screen))];
  const pictures = screens.map((screen) => {
    const each = shots.filter((shot) => shot.screen === screen);
    const rows = each.flatMap(({ name, state }) =>
      [360, 900, 1440].map((width) => {
        const [light, dark] = ["light", "dark"].map(
          (theme) => `<img loading="lazy" alt="${theme}" src="${name}.${String(width)}.${theme}.png">`,
        );
        return `<h3>${state}, ${String(width)}</h3><div>${String(light)}${String(dark)}</div>`;
      }),
    );
    return `<h2>${screen}</h2>\n${rows.join("\n")}`;
  });
  writeFileSync(
    path.join(output, "index.html"),
    `<!doctype html><meta charset="utf-8"><title>Screens</title>
<style>body{font:14px sans-serif}div{display:flex;gap:8px;align-items:start}img{min-width:0;max-width:50%}</style>
${pictures.join("\n")}\n`,
  );
}
process.exit(code);
