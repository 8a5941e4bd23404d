/** The rule for token requests over Node's transport; tests/e2e/http.spec.ts checks the same table with Electron's. */
import { createServer } from "node:http";
import { expect, test } from "vitest";
import type { HttpRequest } from "../../../core/ports.ts";
import { unreachable } from "../../../core/oauth/unreachable.ts";
import { createHttpClient, nodeExchange, type Exchange } from "../../../main/net/http.ts";
import { HTTP_RULE, startRoughServer, timeoutMsOf } from "./support/rough-server.ts";

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

test("a refused connection counts as not sent", async () => {
  const server = await startRoughServer();
  await server.close();
  expect(await client.send(post(server.origin))).toMatchObject({ kind: "not_sent" });
});

test("an answer in UTF-16 is readable, with and without a byte order mark, in both byte orders", async () => {
  const text = '{"access_token":"at"}';
  for (const marked of [`\uFEFF${text}`, text])
    for (const isBig of [false, true]) {
      const octets = Buffer.from(marked, "utf16le");
      const server = createServer(
        (_request, response) => void response.end(isBig ? octets.swap16() : octets),
      );
      await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      const port = typeof address === "object" ? (address?.port ?? 0) : 0;
      const outcome = await client.send({ ...post(`http://127.0.0.1:${String(port)}/`), timeoutMs: 10_000 });
      server.close();
      expect(outcome).toMatchObject({ kind: "answered", body: text });
    }
});

test("every request has its own connection", async () => {
  await using server = await startRoughServer();
  await client.send(post(`${server.origin}/fine`));
  await client.send(post(`${server.origin}/fine`));
  expect(server.connections()).toBe(2);
});

/** A transport whose outcome the test decides. */
function endsWith(run: (on: { fail: (code: string) => void; pause: (paused: boolean) => void }) => void) {
  let fail: (code: string) => void = () => undefined;
  let pause: (paused: boolean) => void = () => undefined;
  const exchange: Exchange = {
    onRedirect: () => undefined,
    onResponse: () => undefined,
    onFailure: (listener) => void (fail = listener),
    onPause: (listener) => void (pause = listener),
    send: () => run({ fail: (code) => fail(code), pause: (paused) => pause(paused) }),
    abort: () => undefined,
  };
  return createHttpClient(() => Promise.resolve({ exchange, release: () => undefined }));
}
test.each([
  ["ERR_PROXY_CONNECTION_FAILED", "proxy_failing"],
  ["ERR_TUNNEL_CONNECTION_FAILED", "proxy_failing"],
  ["ERR_HTTPS_PROXY_TUNNEL_RESPONSE_REDIRECT", "proxy_failing"],
  ["ERR_PROXY_CERTIFICATE_INVALID", "proxy_failing"],
  ["ERR_PROXY_UNABLE_TO_CONNECT_TO_DESTINATION", "proxy_failing"],
  ["ERR_SOCKS_CONNECTION_FAILED", "proxy_failing"],
  ["ERR_SOCKS_CONNECTION_HOST_UNREACHABLE", "proxy_failing"],
  ["ERR_PAC_SCRIPT_FAILED", "proxy_failing"],
  ["ERR_PAC_SCRIPT_TERMINATED", "proxy_failing"],
  ["ERR_MANDATORY_PROXY_CONFIGURATION_FAILED", "proxy_failing"],
  ["ERR_NO_SUPPORTED_PROXIES", "proxy_failing"],
  ["ERR_PROXY_AUTH_REQUESTED", "proxy_authentication"],
  ["ERR_PROXY_AUTH_REQUESTED_WITH_NO_CONNECTION", "proxy_authentication"],
  ["ERR_PROXY_AUTH_UNSUPPORTED", "proxy_authentication"],
  ["ERR_NAME_NOT_RESOLVED", "provider_unreachable"],
  ["ERR_CONNECTION_REFUSED", "provider_unreachable"],
  ["ERR_CERT_DATE_INVALID", "provider_unreachable"],
  ["ERR_SSL_UNRECOGNIZED_NAME_ALERT", "provider_unreachable"],
])("%s counts as not sent and is reported as %s", async (code, failure) => {
  const outcome = await endsWith(({ fail }) => fail(code)).send(post("https://a.example/fine"));
  expect(outcome).toEqual({ kind: "not_sent", cause: code });
  expect(unreachable("X", code)).toEqual({ code: failure, provider: "X" });
});
test.each([
  "ERR_CONNECTION_RESET",
  "ERR_CONNECTION_CLOSED",
  "ERR_EMPTY_RESPONSE",
  "ERR_NETWORK_CHANGED",
  "ERR_NETWORK_IO_SUSPENDED",
  "ERR_TIMED_OUT",
  "ERR_SSL_PROTOCOL_ERROR",
  "ERR_BAD_SSL_CLIENT_AUTH_CERT",
  "ERR_UNEXPECTED_PROXY_AUTH",
  "ERR_HTTP2_PROTOCOL_ERROR",
  "ERR_HTTP2_SERVER_REFUSED_STREAM",
  "ERR_HTTP_1_1_REQUIRED",
  "ERR_FAILED",
  "sent_before",
  "unknown",
])("%s counts as sent", async (code) => {
  const outcome = await endsWith(({ fail }) => fail(code)).send(post("https://a.example/fine"));
  expect(outcome).toEqual({ kind: "lost", cause: code });
});

test("the time limit stops during a question to the user, and continues afterwards", async () => {
  const limit = { ...post("https://a.example/fine"), timeoutMs: 50 };
  let ended = false;
  const waiting = endsWith(({ pause, fail }) => {
    pause(true);
    setTimeout(() => {
      expect(ended).toBe(false);
      fail("ERR_PROXY_AUTH_REQUESTED");
    }, 150);
  });
  expect(await waiting.send(limit).finally(() => (ended = true))).toMatchObject({ kind: "not_sent" });
  const answered = endsWith(({ pause }) => {
    pause(true);
    pause(false);
  });
  expect(await answered.send(limit)).toEqual({ kind: "lost", cause: "timeout" });
});
