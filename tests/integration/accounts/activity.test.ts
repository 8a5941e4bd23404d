/** The export of the activity: names and events as CSV, and neither a token nor a formula. */
import { readFile, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { signIn, startBench } from "../../support/host.ts";

test("the exported activity names accounts and events, and holds no token", async () => {
  await using bench = await startBench();
  const { handlers } = bench.app;
  const id = await signIn(bench);
  await handlers["signIns.copy"]({ id, form: "token" });
  const token = bench.clipboard.text;
  expect(await handlers["activity.export"](undefined)).toMatchObject({ ok: true, value: { entries: 2 } });
  const text = await readFile(bench.chosenFile, "utf8");
  expect(text.split("\r\n")[0]).toBe("time,account,event,times,tool,failure");
  expect(text).toMatch(/^\d{4}-\d\d-\d\dT[^,]+Z,harborlights_tv,copied,1,,\r$/m);
  expect(text).toMatch(/,harborlights_tv,signed_in,1,,\r$/m);
  expect(token).not.toBe("");
  expect(text).not.toContain(token);
  expect((await stat(bench.chosenFile)).mode & 0o077).toBe(0);
});
