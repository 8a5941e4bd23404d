/** Takes the pictures of tooling/screenshots.mjs: the real app, at each entry of shots.ts, in each theme and width. */
import { expect, test, type Page } from "@playwright/test";
import { appendFileSync } from "node:fs";
import path from "node:path";
import { seededProfile } from "../bench/seeded.mjs";
import { startApp } from "../support/app.mjs";
import { startAtSandbox } from "../support/app-at-sandbox.ts";
import { startCrowdServer } from "../support/crowd-server.mjs";
import { AT_SANDBOX, CLOSED, CROWD, KEYLESS } from "./shots.ts";
import type { Shot } from "./steps.ts";

const OUTPUT = process.env["TOKENKEEP_OUTPUT"] ?? "out/screenshots";
const ONLY = process.env["SHOTS_ONLY"]?.split(",");
const README = process.env["SHOTS_README"] !== undefined;
const THEMES = ["light", "dark"] as const;
const SIZES = README
  ? [{ width: 1180, height: 800 }]
  : [360, 900, 1440].map((width) => ({ width, height: 800 }));
const OVER = "[role=dialog], [role=alertdialog], [role=menu]";
const LIFE_MS = 14_124_000;

const isWanted = ({ name, readme }: Shot<never>) =>
  README ? readme !== undefined : ONLY === undefined || ONLY.includes(name);

/** News goes away by its button; while something lies over the page, that would close it. */
async function dismissNews(page: Page): Promise<void> {
  const news = page.locator(".toast").getByRole("button");
  if ((await page.locator(OVER).count()) > 0 || (await news.count()) === 0) return;
  await news.click();
  await expect(news).toHaveCount(0);
}
async function shoot(page: Page, { name, screen, state, cut, toast, readme }: Shot<never>): Promise<void> {
  if (toast === undefined) await dismissNews(page);
  for (const { width, height } of SIZES) {
    await page.setViewportSize({ width, height });
    const over = (await page.locator(OVER).count()) > 0;
    if (cut === undefined && !over && !README) {
      const tall = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width, height: Math.max(height, tall) });
    }
    for (const colorScheme of README && readme !== undefined ? [readme] : THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const file = README ? `${name}.${colorScheme}.png` : `${name}.${String(width)}.${colorScheme}.png`;
      await page.screenshot({ path: path.join(OUTPUT, file), animations: "disabled" });
    }
  }
  await page.setViewportSize({ width: 1180, height: 800 });
  appendFileSync(path.join(OUTPUT, "shots.jsonl"), `${JSON.stringify({ name, screen, state })}\n`);
}

/** One app for all of them: what is not wanted is passed through on the way to what is, and no further. */
async function through<Stage extends { readonly page: Page }>(
  shots: readonly Shot<Stage>[],
  start: () => Promise<Stage & { close: () => Promise<void> }>,
): Promise<void> {
  const last = shots.findLastIndex(isWanted);
  test.skip(last < 0, "none of them is wanted");
  const at = await start();
  try {
    for (const shot of shots.slice(0, last + 1))
      await test.step(shot.name, async () => {
        await dismissNews(at.page);
        await shot.show(at);
        if (isWanted(shot)) await shoot(at.page, shot);
      });
  } finally {
    await at.close();
  }
}
async function running(options: Parameters<typeof startApp>[0] = {}) {
  const started = await startApp(options);
  return { ...started, close: () => started.app.close() };
}

test("without a keyring", () => through(KEYLESS, () => running({ args: ["--password-store=basic"] })));

test("a vault whose keyring is missing", () =>
  through(CLOSED, async () => {
    const first = await running();
    await first.page.getByRole("button", { name: "Start the sandbox" }).waitFor();
    await first.close();
    const { profile, runtime } = first;
    return running({ profile, runtime, args: ["--password-store=basic"] });
  }));

test("hundreds", () =>
  through(CROWD, async () => {
    const server = await startCrowdServer({ lifeMs: LIFE_MS });
    const { profile } = await seededProfile(300, server, { lifeMs: LIFE_MS });
    return { ...(await running({ profile })), server };
  }));

test("at the sandbox", () => through(AT_SANDBOX, startAtSandbox));
