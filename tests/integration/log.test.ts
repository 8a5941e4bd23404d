/** The log on disk: cleaned at the sink, turned over, ours alone. */
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { Secret } from "../../core/secret.ts";
import { createLog } from "../../main/log.ts";

const CANARY = "canary0a1b2c3d4e5f6g7h8i9j0k";

test("what should never come to the log is not in the file all the same", async () => {
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

test("it is turned over, so that it does not fill the disk", async () => {
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
