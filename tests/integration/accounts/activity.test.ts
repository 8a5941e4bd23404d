/** The export of the activity: names and events as CSV, and neither a token nor a formula. */
import { readFile, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { signIn, startBench, until } from "../../support/host.ts";
import { connectTool, parseConnection } from "../../support/socket-client.mjs";

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

test("no value of the exported activity is a formula, and quotes and commas stay within their value", async () => {
  await using bench = await startBench();
  const { handlers } = bench.app;
  await signIn(bench);
  const name = '=HYPERLINK("x","y")';
  expect(await handlers["tools.create"]({ name })).toMatchObject({ ok: true });
  const tool = await connectTool(parseConnection(bench.clipboard.text));
  await tool.ask("token.get", {});
  tool.close();
  await until(() => bench.app.state.snapshot().tools[0]?.lastUsedAtMs !== undefined, "the use");
  expect(await handlers["activity.export"](undefined)).toMatchObject({ ok: true });
  expect(await readFile(bench.chosenFile, "utf8")).toContain(`,handed_out,1,"'=HYPERLINK(""x"",""y"")",\r\n`);
});
