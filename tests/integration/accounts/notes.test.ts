/** Notes and pins: in the encrypted record, masked, and kept by a new sign-in, a removal's undo and an export. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { NOTE_MAX, ipc } from "../../../contract/ipc.ts";
import * as v from "valibot";
import { signIn, startBench, view } from "../../support/host.ts";

const NOTE = "Lent to the harbour crew";

test("a note and a pin survive a restart and an undone removal, and the note is in no file in plain text", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  expect(await bench.app.handlers["signIns.note"]({ id, note: NOTE })).toMatchObject({ ok: true });
  expect(await bench.app.handlers["signIns.pin"]({ ids: [id], pinned: true })).toMatchObject({ ok: true });
  await bench.restart();
  expect(view(bench.app, id)).toMatchObject({ note: NOTE, pinned: true });
  const files = await readdir(bench.profile, { recursive: true, withFileTypes: true });
  for (const file of files.filter((one) => one.isFile()))
    expect(await readFile(path.join(file.parentPath, file.name), "latin1")).not.toContain(NOTE);

  await bench.app.handlers["signIns.remove"](id);
  await bench.app.handlers["undo"](undefined);
  const [back] = bench.app.state.snapshot().signIns;
  expect(back).toMatchObject({ note: NOTE, pinned: true, hasToken: false });
  await bench.app.handlers["signIns.note"]({ id: back?.id ?? "", note: "" });
  await bench.app.handlers["signIns.pin"]({ ids: [back?.id ?? ""], pinned: false });
  const [plain] = bench.app.state.snapshot().signIns;
  expect(plain?.note).toBeUndefined();
  expect(plain?.pinned).toBeUndefined();
});

test("streamer mode shows that there is a note and not what it says", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.app.handlers["signIns.note"]({ id, note: NOTE });
  const { settings } = bench.app.state.snapshot();
  await bench.app.handlers["settings.change"]({ ...settings, streamer: "on" });
  expect(view(bench.app, id)?.note).toBe("•••");
});

test("a note has at most 500 characters", () => {
  const { argument } = ipc["signIns.note"];
  const id = "00000000-0000-4000-8000-000000000000";
  expect(v.is(argument, { id, note: "n".repeat(NOTE_MAX) })).toBe(true);
  expect(v.is(argument, { id, note: "n".repeat(NOTE_MAX + 1) })).toBe(false);
});
