/** The rows that are read first at a start with thousands of sign-ins: remembered by id alone, and never required. */
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SignInView } from "../../../contract/views/account.ts";
import { createFirstRows } from "../../../main/window/first-rows.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp("/tmp/tk-rows-");
  file = path.join(folder, "first-rows.json");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ignore = () => undefined;
const make = () => createFirstRows(file, { info: ignore, warn: ignore, error: ignore });
const bot = randomUUID();
/** Rows of which the file may hold only the ids. */
const rows = (count: number): SignInView[] =>
  Array.from(
    { length: count },
    (_, at) =>
      ({ id: randomUUID(), client: bot, login: `name${String(at)}`, status: "signed_in" }) as SignInView,
  );

test("the first rows of many are remembered with their clients, rows that need the user first", async () => {
  const list = rows(1_200);
  const last = { ...list[1_199], status: "needs_sign_in" } as SignInView;
  list[1_199] = last;
  make().keep(list);
  await expect.poll(() => make().load()).toHaveLength(31);
  const ids = await make().load();
  expect(ids[0]).toBe(last.id);
  expect(ids[1]).toBe(bot);
  expect(ids.slice(2)).toEqual(list.slice(0, 29).map(({ id }) => id));
  expect(await readFile(file, "utf8")).not.toContain("name");
});

test("the rows of a short list are not remembered", async () => {
  make().keep(rows(999));
  await expect(readFile(file)).rejects.toThrow("ENOENT");
});

test.each(["", "{", '["../../etc/passwd"]', JSON.stringify(Array.from({ length: 61 }, () => randomUUID()))])(
  "an invalid file counts as missing: %s",
  async (text) => {
    await writeFile(file, text);
    expect(await make().load()).toEqual([]);
  },
);
