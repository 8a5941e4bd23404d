/** Durable writes: concurrent writers of one file leave the last content, and no other file. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { SignInView } from "../../../contract/views/account.ts";
import type { Log } from "../../../core/ports.ts";
import { createFirstRows } from "../../../main/window/first-rows.ts";
import { announce, withdraw } from "../../../main/socket/folder.ts";
import { eraseDurably, writeDurably } from "../../../main/storage/durable-file.ts";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp("/tmp/tk-files-");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("of concurrent writes and erases of one file, the last call counts", async () => {
  const folder = await newFolder();
  const file = path.join(folder, "file.json");
  const act = fc.option(fc.string({ maxLength: 2_000 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 20 }), async (acts) => {
      // Two names of the same file.
      const names = [file, `${folder}/./file.json`];
      await Promise.all(
        acts.map((text, at) => {
          const name = names[at % 2] ?? file;
          return text === undefined ? eraseDurably(name) : writeDurably(name, text);
        }),
      );
      const last = acts.at(-1);
      expect(await readdir(folder)).toEqual(last === undefined ? [] : ["file.json"]);
      if (last !== undefined) expect(await readFile(file, "utf8")).toBe(last);
    }),
    { numRuns: 30 },
  );
});

test("a failed write does not block the next one", async () => {
  const folder = await newFolder();
  const file = path.join(folder, "later", "file.json");
  const failing = writeDurably(file, "1");
  await expect(failing).rejects.toThrow("ENOENT");
  const there = path.join(folder, "file.json");
  const [first, second] = [writeDurably(path.join(folder, "no", "f"), "x"), writeDurably(there, "2")];
  await expect(first).rejects.toThrow("ENOENT");
  await second;
  expect(await readFile(there, "utf8")).toBe("2");
});

test("a file whose folder is gone counts as erased", async () => {
  const folder = await mkdtemp("/tmp/tk-gone-");
  await rm(folder, { recursive: true });
  await expect(eraseDurably(path.join(folder, "endpoint.json"))).resolves.toBeUndefined();
});

test("the endpoint file survives many concurrent announcements, and a withdrawal deletes it", async () => {
  const folder = await newFolder();
  await Promise.all(Array.from({ length: 20 }, (_, at) => announce(folder, `/run/${String(at)}.sock`)));
  expect(JSON.parse(await readFile(path.join(folder, "endpoint.json"), "utf8"))).toMatchObject({
    endpoint: "/run/19.sock",
  });
  await Promise.all([announce(folder, "/run/x.sock"), withdraw(folder)]);
  expect(await readdir(folder)).toEqual([]);
});

test("the first rows, changed many times at once, are written in their last state", async () => {
  const folder = await newFolder();
  const file = path.join(folder, "first-rows.json");
  const warned: unknown[] = [];
  const log: Log = {
    info: () => undefined,
    warn: (event) => void warned.push(event),
    error: () => undefined,
  };
  const rows = createFirstRows(file, log);
  const id = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`;
  const view = (at: number): SignInView => ({
    id: id(at),
    account: "p:1",
    provider: "p",
    providerName: "P",
    test: false,
    flow: "authorization_code",
    client: id(0),
    clientName: "c",
    user_id: "1",
    login: "ann",
    displayName: "Ann",
    scopes: [],
    status: "signed_in",
    renews: true,
    irc: false,
    hasIdToken: false,
    hasToken: true,
    issuedAtMs: 0,
    validating: false,
  });
  const list = (from: number) => Array.from({ length: 2_000 }, (_, at) => view(from + at));
  for (let from = 1; from <= 20; from += 1) rows.keep(list(from));
  await writeDurably(path.join(folder, "other"), ""); // other files do not wait for it
  await expect.poll(() => readFile(file, "utf8").catch(() => "")).toContain(id(20));
  await expect.poll(async () => (await rows.load())[0]).toBe(id(20));
  expect(warned).toEqual([]);
  expect(await readdir(folder)).toEqual(["first-rows.json", "other"]);
});
