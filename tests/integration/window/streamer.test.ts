/** Streamer mode masks names wherever main shows them, switched by hand or while recording software runs. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLinuxRecordingWatch } from "../../../main/desktop/recording-software.ts";
import { createNotices } from "../../../main/window/notices.ts";
import { trayModel } from "../../../main/window/tray-model.ts";
import { createWords } from "../../../text/words.ts";
import { en } from "../../../text/en.ts";
import { signIn, startBench, until, view, type Bench } from "../../support/host.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench[Symbol.asyncDispose]());
const snapshot = () => bench.app.state.snapshot();
const set = (streamer: "auto" | "on" | "off") =>
  bench.app.handlers["settings.change"]({ ...snapshot().settings, streamer });

test("no name leaves main while streamer mode is on, and all names are back afterwards", async () => {
  const id = await signIn(bench);
  const { login = "" } = view(bench.app, id) ?? {};
  expect(login).not.toBe("");
  await bench.app.handlers["signIns.rename"]({ id, alias: "the-bot" });
  await set("on");
  const shown = snapshot();
  expect(shown.streamer).toBe(true);
  const words = createWords("en", en);
  const tray = trayModel(shown, words);
  const notices = createNotices().from(
    shown.signIns.map((row) => ({ ...row, status: "needs_sign_in" })),
    undefined,
    words,
  );
  const activity = await bench.app.handlers["activity.list"](undefined);
  for (const text of [shown, tray, notices, activity]) {
    expect(JSON.stringify(text)).not.toContain(login);
    expect(JSON.stringify(text)).not.toContain("the-bot");
  }
  expect(notices).toHaveLength(1);
  const unknown = await bench.app.handlers["signIns.revoke"](id);
  expect(unknown.ok).toBe(true);
  const refused = await bench.app.handlers["signIns.copy"]({ id, form: "token" });
  expect(refused).toMatchObject({ failure: { code: "token_revoked", account: `${login.charAt(0)}•••` } });
  await set("off");
  expect(view(bench.app, id)).toMatchObject({ login, alias: "the-bot" });
});

test("automatic streamer mode is on while recording software runs, and the window shows it", async () => {
  await set("off");
  bench.recordingSoftwareRuns = true;
  await set("auto");
  await until(() => snapshot().streamer, "streamer mode");
  await set("off");
  expect(snapshot().streamer).toBe(false);
  bench.recordingSoftwareRuns = false;
  await set("auto");
  await until(() => !snapshot().streamer);
});

test("OBS is found by its process name, also when that name was set after the start", async () => {
  const folder = await mkdtemp("/tmp/tk-proc-");
  const name = async (pid: number, comm: string) => {
    await mkdir(`${folder}/${String(pid)}`, { recursive: true });
    await writeFile(`${folder}/${String(pid)}/comm`, `${comm}\n`);
  };
  const runs = createLinuxRecordingWatch(folder);
  await name(1, "systemd");
  await name(20, "obsidian");
  expect(await runs()).toBe(false);
  await name(21, "bash");
  expect(await runs()).toBe(false);
  await name(21, "obs");
  expect(await runs()).toBe(true);
  await rm(`${folder}/21`, { recursive: true });
  expect(await runs()).toBe(false);
  await rm(folder, { recursive: true });
});
