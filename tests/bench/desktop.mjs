// @ts-check
/** Start-up time and memory beside an empty Electron app, measured in turns. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { _electron } from "playwright-core";
import { electronPath, isRoot, newProfile, newRuntimeFolder } from "../support/app.mjs";
import { median, settle } from "./figures.mjs";

const ROOT = path.join(import.meta.dirname, "../..");
const APPS = { tokenkeep: ROOT, empty: path.join(import.meta.dirname, "empty-app") };
/** @param {string} folder @param {string[]} more */
const argumentsOf = (folder, ...more) => [
  folder,
  `--user-data-dir=${newProfile()}`,
  "--disable-gpu",
  ...(isRoot ? ["--no-sandbox"] : []),
  ...more,
];
const environment = () => ({
  .../** @type {Record<string, string>} */ (process.env),
  XDG_RUNTIME_DIR: newRuntimeFolder(),
});

/** Milliseconds from spawn to the window's first contentful paint. @param {string} folder */
async function firstPaint(folder) {
  const app = await _electron.launch({
    executablePath: electronPath,
    chromiumSandbox: !isRoot,
    args: argumentsOf(folder),
    env: environment(),
  });
  const page = await app.firstWindow();
  // From the process's start as the kernel noted it, without the driver's time.
  const createdAtMs = await app.evaluate(() => process.getCreationTime() ?? 0);
  const paintedAtMs = await page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list, observer) => {
          const [paint] = list.getEntriesByName("first-contentful-paint");
          if (paint === undefined) return;
          observer.disconnect();
          resolve(performance.timeOrigin + paint.startTime);
        }).observe({ type: "paint", buffered: true });
      }),
  );
  await app.close();
  return Number(paintedAtMs) - createdAtMs;
}

/** @param {number} root @returns {number[]} */
function processTree(root) {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) }];
      } catch {
        return [];
      }
    });
  const found = [root];
  for (const pid of found)
    found.push(...children.filter(({ parent }) => parent === pid).map(({ pid: child }) => child));
  return found;
}
/** Sum of proportional set sizes of a process and its children, in MiB. @param {number} root */
const pssMiB = (root) =>
  processTree(root).reduce((sum, pid) => {
    try {
      return (
        sum +
        Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/smaps_rollup`, "utf8"))?.[1] ?? 0)
      );
    } catch {
      return sum;
    }
  }, 0) / 1024;

/** Memory of an app that was started with `--hidden`, with its tray icon alone. @param {string} folder */
async function inTray(folder) {
  const child = spawn(electronPath, argumentsOf(folder, "--hidden"), { stdio: "ignore", env: environment() });
  await settle(6_000);
  const size = pssMiB(child.pid ?? 0);
  child.kill();
  await new Promise((resolve) => child.once("exit", resolve));
  return size;
}

/**
 * Memory of an app whose window was shown and closed again. The driver closes both apps' windows in the same way.
 * @param {string} folder
 */
async function closedAgain(folder) {
  const app = await _electron.launch({
    executablePath: electronPath,
    chromiumSandbox: !isRoot,
    args: argumentsOf(folder),
    env: environment(),
  });
  const page = await app.firstWindow();
  await page.waitForLoadState();
  await settle(2_000);
  const closed = page.waitForEvent("close");
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().forEach((one) => one.close()));
  await closed;
  await settle(6_000);
  const size = pssMiB(app.process().pid ?? 0);
  await app.close();
  return size;
}

/** The longest time that main was blocked while a passphrase was set, in milliseconds. */
async function standstill() {
  const app = await _electron.launch({
    executablePath: electronPath,
    chromiumSandbox: !isRoot,
    args: argumentsOf(ROOT),
    env: environment(),
  });
  const page = await app.firstWindow();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  await app.evaluate(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule("node:perf_hooks");
    const delays = monitorEventLoopDelay({ resolution: 5 });
    delays.enable();
    Object.assign(globalThis, { delays });
  });
  const done = await page.evaluate(() =>
    Reflect.get(globalThis, "tokenkeep")["vault.reseal"]({
      keychain: true,
      passphrase: { new: "a lantern by the harbour" },
    }),
  );
  if (!done.ok) throw new Error(done.failure.code);
  const longestMs = await app.evaluate(() => Reflect.get(globalThis, "delays").max / 1e6);
  await app.close();
  return Number(longestMs);
}

const rounds = Number(process.env["ROUNDS"] ?? 7);
/** @type {Record<"paint" | "memory" | "closed", Record<keyof typeof APPS, number[]>>} */
const seen = {
  paint: { tokenkeep: [], empty: [] },
  memory: { tokenkeep: [], empty: [] },
  closed: { tokenkeep: [], empty: [] },
};
for (let round = 0; round < rounds; round += 1)
  for (const name of /** @type {const} */ (["empty", "tokenkeep"]))
    seen.paint[name].push(await firstPaint(APPS[name]));
/** @type {number[]} */
const standstills = [];
for (let round = 0; round < Math.min(3, rounds); round += 1) standstills.push(await standstill());
for (let round = 0; round < Math.min(3, rounds); round += 1)
  for (const name of /** @type {const} */ (["empty", "tokenkeep"]))
    seen.memory[name].push(await inTray(APPS[name]));
for (let round = 0; round < Math.min(3, rounds); round += 1)
  for (const name of /** @type {const} */ (["empty", "tokenkeep"]))
    seen.closed[name].push(await closedAgain(APPS[name]));

/** The budget for that time; a key derivation on main's thread takes several times as long. */
const STANDSTILL_MS = 100;
/** @param {string} unit @param {Record<keyof typeof APPS, number[]>} figures @param {number} budget */
const compare = (unit, { tokenkeep, empty }, budget) => {
  const ratio = median(tokenkeep) / median(empty);
  return { unit, tokenkeep: median(tokenkeep), empty: median(empty), ratio, budget, met: ratio <= budget };
};
console.log(
  JSON.stringify({
    firstContentfulPaint: compare("ms", seen.paint, 1.25),
    passphraseStandstill: {
      unit: "ms",
      longest: median(standstills),
      budget: STANDSTILL_MS,
      met: median(standstills) <= STANDSTILL_MS,
    },
    memoryInTray: compare("MiB PSS", seen.memory, 1.15),
    memoryClosedAgain: compare("MiB PSS", seen.closed, 1.15),
  }),
);
process.exit(0);
