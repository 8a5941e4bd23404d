/** The HTTP client rule over Node's transport; tests/e2e/http.spec.ts holds Electron's to the same table. */
import { expect, test } from "vitest";
import type { HttpRequest } from "../../core/ports.ts";
import { createHttpClient, nodeExchange } from "../../main/http.ts";
import { HTTP_RULE, startRoughServer, timeoutMsOf } from "../support/rough-server.ts";

const client = createHttpClient(nodeExchange);
const post = (url: string): HttpRequest => ({
  method: "POST",
  url,
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: "grant_type=refresh_token",
  timeoutMs: timeoutMsOf(new URL(url).pathname),
});

test.each(HTTP_RULE)("$path → $kind, sent once", async ({ path, kind, detail }) => {
  await using server = await startRoughServer();
  const outcome = await client.send(post(server.origin + path));
  expect(outcome).toMatchObject({ kind, ...detail });
  expect(server.count(path)).toBe(1);
  if (path !== "/fine") expect(server.count("/fine")).toBe(0); // no redirect was followed
});

test("nobody listening means that nothing was sent", async () => {
  const server = await startRoughServer();
  await server.close();
  expect(await client.send(post(server.origin))).toMatchObject({ kind: "not_sent" });
});

test("every request has a connection of its own", async () => {
  await using server = await startRoughServer();
  await client.send(post(`${server.origin}/fine`));
  await client.send(post(`${server.origin}/fine`));
  expect(server.connections()).toBe(2);
});
