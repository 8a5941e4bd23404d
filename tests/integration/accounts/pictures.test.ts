/** Pictures of accounts: wanted, fetched without a token, kept in memory, and gone with lock and removal. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { createFetchPicture } from "../../../main/net/picture-http.ts";
import { nodeExchange } from "../../../main/net/http.ts";
import { signIn, startBench, view, type Bench } from "../../support/host.ts";

const PASSPHRASE = "a lantern by the harbour";
const want = (bench: Bench, pictures: boolean, streamer: "auto" | "on" = "auto") =>
  bench.app.handlers["settings.change"]({ ...bench.app.state.snapshot().settings, pictures, streamer });
const pictureRequests = async (bench: Bench) =>
  (await bench.seen()).filter((one) => JSON.stringify(one).includes("/pictures/"));

test("no picture is requested unless the user wants pictures", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  expect(await bench.app.picture(id)).toBeUndefined();
  expect(view(bench.app, id)?.picture).toBeUndefined();
  expect(await pictureRequests(bench)).toEqual([]);

  await want(bench, true);
  expect(view(bench.app, id)?.picture).toBe(true);
  expect(await bench.app.picture(id)).toMatchObject({ type: "image/png" });
  await bench.app.picture(id);
  const requests = await pictureRequests(bench);
  expect(requests).toHaveLength(1);
  expect(JSON.stringify(requests)).not.toMatch(/authorization|cookie|bearer/i);
});

test("a picture is gone in streamer mode, behind a lock, and with its sign-in, and is in no file", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await want(bench, true);
  expect(await bench.app.picture(id)).toBeDefined();
  await want(bench, true, "on");
  expect(await bench.app.picture(id)).toBeUndefined();
  expect(view(bench.app, id)?.picture).toBeUndefined();
  await want(bench, true);
  expect(await bench.app.picture(id)).toBeDefined();
  expect(await pictureRequests(bench)).toHaveLength(2); // streamer mode has forgotten the first

  const { handlers } = bench.app;
  await handlers["vault.reseal"]({ keychain: true, passphrase: { new: PASSPHRASE } });
  await handlers["vault.lock"]("vault");
  expect(await bench.app.picture(id)).toBeUndefined();
  await handlers["vault.unlock"]({ passphrase: PASSPHRASE });
  expect(await bench.app.picture(id)).toBeDefined();
  expect(await pictureRequests(bench)).toHaveLength(3); // so has the lock
  const files = await readdir(bench.profile, { recursive: true, withFileTypes: true });
  for (const file of files.filter((one) => one.isFile()))
    expect((await readFile(path.join(file.parentPath, file.name))).includes("\x89PNG")).toBe(false);
  await handlers["signIns.remove"](id);
  expect(await bench.app.picture(id)).toBeUndefined();
});

test("a picture that is too large, redirected or refused is none", async () => {
  const png = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(256 * 1024)]);
  const server = createServer(({ url }, answer) => {
    if (url === "/large") return void answer.end(png);
    if (url === "/moved") return void answer.writeHead(302, { location: "/small" }).end();
    if (url === "/gone") return void answer.writeHead(404).end("none");
    answer.end(png.subarray(0, 100));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const fetchPicture = createFetchPicture(nodeExchange);
  expect(await fetchPicture(`${at}/large`)).toBeUndefined();
  expect(await fetchPicture(`${at}/moved`)).toBeUndefined();
  expect(await fetchPicture(`${at}/gone`)).toBeUndefined();
  expect((await fetchPicture(`${at}/small`))?.length).toBe(100);
  server.close();
  expect(await fetchPicture(`${at}/small`)).toBeUndefined();
});
