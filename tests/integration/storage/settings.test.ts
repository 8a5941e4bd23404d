/** The settings over a real file: the format of electron-store, and changes that come together. */
import ElectronStore from "electron-store";
import { lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSettings } from "../../../main/storage/settings.ts";

const clock = { nowMs: () => 0, monotonicMs: () => 0, after: () => () => undefined };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp("/tmp/tk-settings-");
  file = path.join(folder, "settings.json");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function opened() {
  const settings = createSettings(folder, clock, log, () => undefined);
  await settings.load();
  return settings;
}

test("the file has the bytes that electron-store would write, and is readable by its owner alone", async () => {
  const settings = await opened();
  expect(await settings.change({ ...settings.current, lockAfterIdleMin: 10 })).toMatchObject({ ok: true });
  const written = await readFile(file, "utf8");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const store = new ElectronStore<Record<string, unknown>>({ cwd: folder, name: "settings" });
  expect(store.store).toEqual(settings.current);
  store.store = { ...settings.current };
  expect(await readFile(file, "utf8")).toBe(written);
});

test("a quit waits for the changes that are being written", async () => {
  const settings = await opened();
  void settings.change({ ...settings.current, lockAfterIdleMin: 10 });
  await settings.flush();
  expect((await opened()).current.lockAfterIdleMin).toBe(10);
});

test("a change counts at once, so changes that come together are all kept", async () => {
  const settings = await opened();
  const names = ["a", "b", "c"];
  await Promise.all(
    names.map((name) =>
      settings.change({
        ...settings.current,
        deniedTools: [...settings.current.deniedTools, { name, developer: "" }],
      }),
    ),
  );
  const again = await opened();
  expect(again.current.deniedTools.map(({ name }) => name)).toEqual(names);
});

test("a change that the disk refuses fails, and the old settings stay", async () => {
  const settings = await opened();
  await settings.change({ ...settings.current, lockAfterIdleMin: 10 });
  await rm(folder, { recursive: true });
  await writeFile(folder, ""); // a file where the folder was
  expect(await settings.change({ ...settings.current, lockAfterIdleMin: 20 })).toMatchObject({
    failure: { code: "settings_failing" },
  });
  expect(settings.current.lockAfterIdleMin).toBe(10);
});

test("a file that is a link stays one, and the file that it names is written", async () => {
  await mkdir(path.join(folder, "elsewhere"));
  await symlink("elsewhere/kept.json", file);
  await writeFile(path.join(folder, "elsewhere/kept.json"), "{}");
  const settings = await opened();
  await settings.change({ ...settings.current, lockAfterIdleMin: 10 });
  expect((await lstat(file)).isSymbolicLink()).toBe(true);
  expect(await readFile(path.join(folder, "elsewhere/kept.json"), "utf8")).toContain(
    '"lockAfterIdleMin": 10',
  );
});
