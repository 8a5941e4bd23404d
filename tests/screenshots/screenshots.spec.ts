/** Takes the screenshots of tooling/screenshots.mjs: the real app, at each entry of shots.ts, in each theme and width. */
import { expect, test, type Page } from "@playwright/test";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { seededProfile } from "../bench/seeded.mjs";
import { newRuntimeFolder, startApp } from "../support/app.mjs";
import { startAtSandbox } from "../support/app-at-sandbox.ts";
import { startCrowdServer } from "../support/crowd-server.mjs";
import { startSession } from "../support/session.mjs";
import {
  AT_SANDBOX,
  CLOSED,
  CLOSED_WITH_PASSPHRASE,
  CROWD,
  DAMAGED,
  KEYLESS,
  LOCKED_KEYRING,
} from "./shots.ts";
import { PASSPHRASE, type Shot } from "./steps.ts";

const OUTPUT = process.env["TOKENKEEP_OUTPUT"] ?? "out/screenshots";
const ONLY = process.env["SHOTS_ONLY"]?.split(",");
const README = process.env["SHOTS_README"] !== undefined;
const THEMES = ["light", "dark"] as const;
const SIZES = README
  ? [{ width: 1180, height: 800 }]
  : [360, 760, 1180, 1440].map((width) => ({ width, height: 800 })); // 1180: the size that main gives the window
const OVER = "[role=dialog], [role=alertdialog], [role=menu]";
/** The greatest height of a window that is made as tall as its page. */
const TALLEST = 4_000;
const LIFE_MS = 14_124_000;

const isWanted = ({ name, readme }: Shot<never>) =>
  README ? readme !== undefined : ONLY === undefined || ONLY.includes(name);

/** Dismisses notices by their button; under a dialog it cannot be reached. */
async function dismissNews(page: Page): Promise<void> {
  const news = page.locator(".toast .icon-btn");
  if ((await page.locator(OVER).count()) > 0 || (await news.count()) === 0) return;
  await news.click();
  await expect(news).toHaveCount(0);
}
/** The height at which the window shows the whole page, or the whole dialog. */
const tallOf = (page: Page): Promise<number> =>
  page.evaluate((over) => {
    const dialog = document.querySelector(over);
    const BESIDE = 40; // the dialog's margins and borders
    if (dialog === null) return document.documentElement.scrollHeight;
    const body = dialog.querySelector(".body");
    return dialog.scrollHeight + BESIDE + (body === null ? 0 : body.scrollHeight - body.clientHeight);
  }, OVER);
async function shoot(page: Page, shot: Shot<never>): Promise<void> {
  const { name, screen, state, cut, toast, readme } = shot;
  if (toast === undefined) await dismissNews(page);
  const sizes = shot.widths?.map((width) => ({ width, height: 800 })) ?? SIZES;
  for (const { width, height: usual } of sizes) {
    const height = shot.height ?? usual;
    await page.setViewportSize({ width, height });
    if (cut === undefined && !README)
      await page.setViewportSize({ width, height: Math.min(TALLEST, Math.max(height, await tallOf(page))) });
    for (const colorScheme of README && readme !== undefined ? [readme] : THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const file = README ? `${name}.${colorScheme}.png` : `${name}.${String(width)}.${colorScheme}.png`;
      await page.screenshot({ path: path.join(OUTPUT, file), animations: "disabled" });
    }
  }
  await page.setViewportSize({ width: 1180, height: 800 });
  appendFileSync(path.join(OUTPUT, "shots.jsonl"), `${JSON.stringify({ name, screen, state })}\n`);
}

/** Goes through the shots in one app, up to the last one that is wanted, and takes the wanted ones. */
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
        if (isWanted(shot)) await shoot((await shot.of?.(at)) ?? at.page, shot);
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

test("a vault whose keyring is missing, with a passphrase", () =>
  through(CLOSED_WITH_PASSPHRASE, async () => {
    const first = await running();
    const { page, profile, runtime } = first;
    await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
    await page.evaluate(
      (passphrase) => window.tokenkeep["vault.reseal"]({ keychain: true, passphrase: { new: passphrase } }),
      PASSPHRASE,
    );
    await first.close();
    return running({ profile, runtime, args: ["--password-store=basic"] });
  }));

test("a keyring that is locked", () =>
  through(LOCKED_KEYRING, async () => {
    const session = await startSession();
    await session.lockKeyring();
    const { env } = session;
    const started = await running({ runtime: env.XDG_RUNTIME_DIR, env });
    return {
      ...started,
      async close() {
        await started.close();
        await session[Symbol.asyncDispose]();
      },
    };
  }));

test("damaged", () =>
  through(DAMAGED, async () => {
    const server = await startCrowdServer({ lifeMs: LIFE_MS });
    const { profile } = await seededProfile(40, server, { lifeMs: LIFE_MS });
    const records = path.join(profile, "vault/records");
    const [torn = "", newer = ""] = readdirSync(records).sort();
    truncateSync(path.join(records, torn), 100);
    const format = { ...(JSON.parse(readFileSync(path.join(records, newer), "utf8")) as object), format: 99 };
    writeFileSync(path.join(records, newer), JSON.stringify(format));
    mkdirSync(path.join(profile, "providers"), { mode: 0o700 });
    writeFileSync(path.join(profile, "providers/torn.json"), "{");
    const runtime = newRuntimeFolder();
    mkdirSync(path.join(runtime, "tokenkeep"));
    chmodSync(path.join(runtime, "tokenkeep"), 0o755);
    const started = await running({ profile, runtime });
    return {
      ...started,
      async close() {
        await started.close();
        await server.close();
      },
    };
  }));

test("hundreds", () =>
  through(CROWD, async () => {
    const server = await startCrowdServer({ lifeMs: LIFE_MS });
    const { profile } = await seededProfile(300, server, { lifeMs: LIFE_MS });
    return { ...(await running({ profile })), server };
  }));

test("at the sandbox", () => through(AT_SANDBOX, startAtSandbox));
