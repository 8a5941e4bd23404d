// @ts-check
/* global document, requestAnimationFrame, window -- what is evaluated in the page */
/**
 * Many sign-ins, and many requests for one of them, in the real app under a real keyring: the time from the process's
 * start to the first frame with the list, the bytes that one refresh writes, and the requests to the provider.
 */
import { readdirSync, statSync, watch } from "node:fs";
import path from "node:path";
import { startApp } from "../support/app.mjs";
import { startCrowdServer } from "../support/crowd-server.mjs";
import { connectTool } from "../support/socket-client.mjs";
import { median, settle } from "./figures.mjs";
import { seededProfile } from "./seeded.mjs";

const COUNT = Number(process.env["COUNT"] ?? 10_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const LIFE_MS = 14_124_000;
/** The list's rows, or the screen of an empty list. */
const LIST = "[data-row], .first";
/** What the window shows once every record is read. */
const WHOLE = ".app:not([inert])";

/** The time at which the page has drawn a frame with this element. @param {string} wanted @returns {Promise<number>} */
const shown = (wanted) =>
  new Promise((resolve) => {
    const look = () => {
      if (document.querySelector(wanted) === null) return void requestAnimationFrame(look);
      // The next frame draws the element; the task after it follows the drawing.
      requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
    };
    look();
  });

/** @param {string} profile */
async function firstList(profile) {
  const { app, page } = await startApp({ profile });
  // A timer in main, from before the vault is read, measures how long main is blocked.
  await app.evaluate(() => {
    let lastMs = performance.now();
    const stalls = { longestMs: 0 };
    setInterval(() => {
      const nowMs = performance.now();
      stalls.longestMs = Math.max(stalls.longestMs, nowMs - lastMs);
      lastMs = nowMs;
    }, 2);
    Object.assign(globalThis, { stalls });
  });
  const createdAtMs = await app.evaluate(() => process.getCreationTime() ?? 0);
  const shownAtMs = await page.evaluate(shown, LIST);
  const wholeAtMs = await page.evaluate(shown, WHOLE);
  const stalls = await app.evaluate(
    () => /** @type {{ stalls: { longestMs: number } }} */ (/** @type {unknown} */ (globalThis)).stalls,
  );
  return {
    app,
    page,
    ms: shownAtMs - createdAtMs,
    wholeMs: wholeAtMs - createdAtMs,
    stallMs: stalls.longestMs,
  };
}

/** The size and modification time of every file of a vault. @param {string} folder */
const files = (folder) =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => /** @type {const} */ ([name, statSync(path.join(folder, name))]))
      .filter(([, stat]) => stat.isFile())
      .map(([name, { size, mtimeMs, ino }]) => [name, { size, key: `${String(mtimeMs)} ${String(ino)}` }]),
  );

/** Refreshes one sign-in by the window's call. @param {string} profile */
async function oneRefresh(profile) {
  const { app, page } = await firstList(profile);
  const vault = path.join(profile, "vault");
  const id = (await page.locator("[data-row]").first().getAttribute("data-row")) ?? "";
  const before = files(vault);
  let renames = 0;
  const watcher = watch(path.join(vault, "records"), (event, name) => {
    if (event === "rename" && name === `${id}.json`) renames += 1;
  });
  const answer = await page.evaluate((signIn) => window.tokenkeep["signIns.refresh"](signIn), id);
  if (!answer.ok) throw new Error(answer.failure.code);
  const after = files(vault);
  await settle(100); // until the kernel has reported the writes
  watcher.close();
  await app.close();
  const changed = [...after].filter(([name, { key }]) => before.get(name)?.key !== key);
  const gone = [...before.keys()].filter((name) => !after.has(name));
  return {
    unit: "files of the vault that changed",
    value: changed.length + gone.length,
    files: changed.map(([name]) => name),
    writes: renames,
    bytes: changed.reduce((sum, [, { size }]) => sum + size, 0) * renames,
    budget: 1,
    met: changed.length + gone.length === 1 && changed[0]?.[0] === `records/${id}.json`,
  };
}

/** Sends twenty requests on each of fifty connections while one refresh is under way. */
async function thousandRequests() {
  const server = await startCrowdServer({ lifeMs: LIFE_MS });
  const { profile, grant } = await seededProfile(1, server, { lifeMs: LIFE_MS, endsInMs: -60_000 });
  const release = server.hold();
  const { app, runtime } = await startApp({ profile });
  while (server.counts.refresh === 0) await settle(20);
  const endpoint = path.join(runtime, "tokenkeep/tokenkeep.sock");
  const tools = await Promise.all(Array.from({ length: 50 }, () => connectTool({ endpoint, ...grant })));
  const requests = tools.map(({ ask }) => [
    ...Array.from({ length: 20 }, () => ask("token.get")),
    ask("accounts.list"),
  ]);
  // The thread answers `accounts.list` at once. So after that answer it has also read the twenty requests sent before.
  await Promise.all(requests.map(([first]) => first));
  release();
  const answers = await Promise.all(requests.flatMap(([, ...tokens]) => tokens));
  for (const { close } of tools) close();
  await app.close();
  const tokens = new Set(answers.map(({ access_token }) => access_token));
  return {
    unit: "refreshes at the provider for 1,000 requests on 50 connections",
    value: server.counts.refresh,
    answered: answers.length,
    differentTokens: tokens.size,
    budget: 1,
    met: server.counts.refresh === 1 && answers.length === 1_000 && tokens.size === 1,
  };
}

const server = await startCrowdServer({ lifeMs: LIFE_MS });
const profiles = {
  none: (await seededProfile(0, server, { lifeMs: LIFE_MS })).profile,
  many: (await seededProfile(COUNT, server, { lifeMs: LIFE_MS })).profile,
};
/** @type {Record<keyof typeof profiles, { ms: number, wholeMs: number, stallMs: number }[]>} */
const seen = { none: [], many: [] };
for (let round = 0; round < ROUNDS; round += 1)
  for (const name of /** @type {const} */ (["none", "many"])) {
    const { app, ms, wholeMs, stallMs } = await firstList(profiles[name]);
    await app.close();
    seen[name].push({ ms, wholeMs, stallMs });
  }
const [value, reference] = [seen.many, seen.none].map((rounds) => median(rounds.map(({ ms }) => ms)));
const [whole = NaN, wholeReference = NaN] = [seen.many, seen.none].map((rounds) =>
  median(rounds.map(({ wholeMs }) => wholeMs)),
);
const stalls = [seen.many, seen.none].map((rounds) => median(rounds.map(({ stallMs }) => stallMs)));
const overMs = (value ?? NaN) - (reference ?? NaN);
console.log(
  JSON.stringify({
    [`firstListOf${String(COUNT)}`]: {
      unit: "ms from the process's start to the first frame with the list; budget over the empty vault",
      value,
      reference,
      ratio: (value ?? NaN) / (reference ?? NaN),
      overMs,
      budget: 1_000,
      met: overMs <= 1_000,
    },
    [`wholeListOf${String(COUNT)}`]: {
      unit: "ms until every record is read and the list can be used",
      value: whole,
      reference: wholeReference,
      overMs: whole - wholeReference,
    },
    longestStall: { unit: "ms without a turn in main until then", value: stalls[0], reference: stalls[1] },
    oneRefresh: await oneRefresh(profiles.many),
    thousandRequests: await thousandRequests(),
  }),
);
process.exit(0);
