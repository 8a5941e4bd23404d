/** The log file: redacted, rotated, and readable by its owner alone. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { Secret } from "../../../core/secret.ts";
import { createLog } from "../../../main/diagnostics/log.ts";

const CANARY = "canary0a1b2c3d4e5f6g7h8i9j0k";

test("the log file holds no secret even if a caller logs one", async () => {
  const folder = await mkdtemp("/tmp/tk-log-");
  const log = createLog(folder);
  log.info("a.secret", { token: new Secret(CANARY) });
  log.warn("an.error", { cause: new Error(`refused: ${CANARY}`) });
  log.error("a.mistake", { body: `refresh_token=${CANARY}`, url: `https://x.example/cb?code=${CANARY}` });
  await log.close();
  const text = await readFile(path.join(folder, "tokenkeep.log"), "utf8");
  expect(text.split("\n").filter(Boolean)).toHaveLength(3);
  expect(text).toContain("an.error");
  expect(text).not.toContain(CANARY);
  expect((await stat(path.join(folder, "tokenkeep.log"))).mode & 0o077).toBe(0);
  await rm(folder, { recursive: true });
});

test("the log is rotated and stays bounded", async () => {
  const folder = await mkdtemp("/tmp/tk-log-");
  const log = createLog(folder);
  const words = "a quiet evening by the water ".repeat(40);
  for (let line = 0; line < 8_000; line += 1) {
    log.info("filler", { words });
    if (line % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await log.close();
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (name) => (await stat(path.join(folder, name))).size),
  );
  expect(sizes.length).toBeGreaterThan(1);
  expect(sizes.length).toBeLessThanOrEqual(4);
  expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(8 * 1024 * 1024);
  await rm(folder, { recursive: true });
});

const WORDS = "a quiet evening by the water ".repeat(40);
const LINES = 1_500; // more than one file holds
const numbersIn = async (folder: string): Promise<number[]> => {
  const found: number[] = [];
  for (const { name, parentPath } of await readdir(folder, { withFileTypes: true })) {
    if (!(await stat(path.join(parentPath, name))).isFile()) continue;
    for (const line of (await readFile(path.join(parentPath, name), "utf8")).split("\n").filter(Boolean)) {
      const { number } = JSON.parse(line) as { number?: number };
      if (number !== undefined) found.push(number);
    }
  }
  return found.sort((a, b) => a - b);
};

interface Trouble {
  readonly what: string;
  /** Lines that are logged during the trouble; where nothing can be written, as many as the buffer holds. */
  readonly lines: number;
  readonly begin: (file: string) => Promise<unknown>;
  readonly end: (file: string) => Promise<unknown>;
}
/** Folders in the log's folder. A rotation may have moved them. */
async function removeFolders(file: string): Promise<void> {
  for (const entry of await readdir(path.dirname(file), { withFileTypes: true }))
    if (entry.isDirectory()) await rm(path.join(entry.parentPath, entry.name), { recursive: true });
}
const obstacle = (suffix: string): Trouble => ({
  what: suffix === "" ? "a folder in its own place" : `a folder in the place of ${suffix}`,
  lines: suffix === "" ? LINES / 3 : LINES,
  async begin(file) {
    if (existsSync(`${file}${suffix}`)) await rename(`${file}${suffix}`, `${file}.away`);
    await mkdir(path.join(`${file}${suffix}`, "within"), { recursive: true });
  },
  end: removeFolders,
});
const TROUBLES: readonly Trouble[] = [
  obstacle(""),
  obstacle(".1"),
  obstacle(".2"),
  obstacle(".3"),
  {
    what: "its folder was moved away",
    lines: LINES,
    begin: (file) => rename(path.dirname(file), `${path.dirname(file)}.away`),
    async end(file) {
      const away = `${path.dirname(file)}.away`;
      for (const name of await readdir(away)) await rename(path.join(away, name), `${file}.before-${name}`);
    },
  },
];

test.each(TROUBLES)("the log continues after $what and loses nothing", async ({ lines, begin, end }) => {
  const parent = await mkdtemp("/tmp/tk-log-");
  const folder = path.join(parent, "logs");
  const file = path.join(folder, "tokenkeep.log");
  const log = createLog(folder);
  let number = 0;
  const write = async (lines: number, words: string): Promise<void> => {
    for (let line = 1; line <= lines; line += 1) {
      log.info("filler", { number: (number += 1), words });
      if (line % 100 === 0 || line === lines) await log.close(); // all that can be in the file is in it
    }
  };
  try {
    // The second rotation reaches .2, the third .3.
    for (let turn = 0; turn < 3; turn += 1) await write(LINES / 3, WORDS);
    await begin(file);
    await write(lines, WORDS);
    await write(5, "few");
    await end(file);
    await write(LINES / 3, WORDS);
    await write(1, "last");
    const found = await numbersIn(folder);
    expect(found).toContain(number);
    // The oldest of the four files may be deleted by then; no line is missing in between.
    const [first = 0] = found;
    expect(found).toEqual(Array.from({ length: number - first + 1 }, (_, at) => first + at));
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
});

test("a permanent obstacle to rotation neither ends the log nor lets it fill the disk", async () => {
  const folder = await mkdtemp("/tmp/tk-log-");
  const file = path.join(folder, "tokenkeep.log");
  await mkdir(path.join(`${file}.1`, "within"), { recursive: true });
  const log = createLog(folder);
  for (let number = 1; number <= 5 * LINES; number += 1) {
    log.info("filler", { number, words: WORDS });
    if (number % 100 === 0) await log.close();
  }
  expect((await readFile(file, "utf8")).trimEnd().split("\n").at(-1)).toContain(
    `"number":${String(5 * LINES)}`,
  );
  expect((await stat(file)).size).toBeLessThanOrEqual(4 * 1024 * 1024);
  await rm(folder, { recursive: true });
});

test("while nothing can be written the buffer is bounded, and a line counts the dropped lines", async () => {
  const folder = await mkdtemp("/tmp/tk-log-");
  const file = path.join(folder, "tokenkeep.log");
  await mkdir(file);
  const log = createLog(folder);
  for (let number = 1; number <= LINES; number += 1) log.info("filler", { number, words: WORDS });
  await log.close();
  await rmdir(file);
  log.info("filler", { number: LINES + 1 });
  await log.close();
  const lines = (await readFile(file, "utf8"))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { msg: string; lines?: number; number?: number });
  const [told, ...kept] = lines;
  expect(told).toMatchObject({ msg: "log.lines_lost", lines: LINES + 1 - kept.length });
  expect(kept.at(-1)?.number).toBe(LINES + 1);
  expect((await stat(file)).size).toBeLessThan(1.5 * 1024 * 1024);
  await rm(folder, { recursive: true });
});

test("the log continues after a full disk, without a torn line", async () => {
  const folder = await mkdtemp("/tmp/tk-log-");
  // A file system of 64 KiB, which only root can mount; a test does not fill the real disk.
  const small = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status === 0;
  try {
    const log = createLog(folder);
    if (small) await writeFile(path.join(folder, "ballast"), "x".repeat(48 * 1024));
    for (let number = 1; number <= 40; number += 1) log.info("filler", { number, words: WORDS });
    await log.close();
    await rm(path.join(folder, "ballast"), { force: true });
    log.info("filler", { number: 41 });
    await log.close();
    const text = await readFile(path.join(folder, "tokenkeep.log"), "utf8");
    const whole = text.split("\n").filter((line) => /^\{.*\}$/.test(line));
    expect(whole.map((line) => (JSON.parse(line) as { number: number }).number)).toContain(41);
  } finally {
    if (small) spawnSync("umount", [folder]);
    await rm(folder, { recursive: true, force: true });
  }
});
