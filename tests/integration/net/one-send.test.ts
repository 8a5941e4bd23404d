/** The connections that the gate of a POST's session remembers. tests/e2e/http.spec.ts checks the rest with Chromium itself. */
import { connect, createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { createOneSend } from "../../../main/electron/network/one-send.ts";
import { createHttpClient, type Exchange } from "../../../main/net/http.ts";

/** A session with a proxy setting and nothing else: the last setting counts. */
function createSession({ late = 0 } = {}) {
  let rules = "";
  let calls = 0;
  return {
    setProxy: ({ proxyRules = "" }: { proxyRules?: string }) => {
      rules = proxyRules;
      return Promise.resolve();
    },
    /** `late`: how often it still returns a setting whose port only resembles the new one. */
    resolveProxy: () => Promise.resolve((calls += 1) > late ? rules : rules.replace(/:(\d+)$/, ":1$1")),
    calls: () => calls,
    gate: () => Number(rules.split(":").at(-1)),
  };
}

/** Asks the gate for a connection over SOCKS 5, as Chromium does. Returns the reply code: 0 means connected. */
async function ask(gate: number): Promise<number | undefined> {
  const socket = connect(gate, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write(Buffer.from([5, 1, 0]));
  await once(socket, "data");
  socket.write(Buffer.from([5, 1, 0, 4, ...new Uint8Array(16), 0, 80])); // an IPv6 address
  const [answer] = (await once(socket, "data")) as [Buffer];
  return answer[1];
}

async function listening(host: string): Promise<number | undefined> {
  const server = createServer((socket) => void socket.on("error", () => undefined));
  onTestFinished(() => void server.close());
  const bound = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false)).listen(0, host, () => resolve(true));
  });
  return bound ? (server.address() as AddressInfo).port : undefined;
}

test.each(["127.0.0.1", "::1"])(
  "after a connection to a server at %s, no failure counts as not sent",
  async (host) => {
    const port = await listening(host);
    if (port === undefined) return; // this computer has no IPv6
    const session = createSession();
    const send = await createOneSend(session);
    await send.arm(`http://localhost:${String(port)}/`, "DIRECT");
    expect(await ask(session.gate())).toBe(0);
    expect(send.unreached).toBeUndefined();
  },
);

test("nothing passes the gate before the session's proxy setting is exactly the dead end", async () => {
  const port = await listening("127.0.0.1");
  const session = createSession({ late: 3 });
  const send = await createOneSend(session);
  await send.arm(`http://127.0.0.1:${String(port)}/`, "DIRECT");
  expect(await ask(session.gate())).toBe(0);
  expect(session.calls()).toBe(4);
});

/** The outcome of a request whose transport fails with `code`. */
async function outcomeOf(code: string): Promise<string> {
  const exchange: Exchange = {
    onRedirect: () => undefined,
    onResponse: () => undefined,
    onFailure: (listener) => void setImmediate(listener, code),
    onPause: () => undefined,
    send: () => undefined,
    abort: () => undefined,
  };
  const client = createHttpClient(() => Promise.resolve({ exchange, release: () => undefined }));
  const request = { method: "POST", url: "http://localhost/", headers: {}, timeoutMs: 5_000 } as const;
  return (await client.send(request)).kind;
}

// The last address lacks a zone (EINVAL); ::1 fails on a computer without IPv6 (EADDRNOTAVAIL).
test.each(["localhost", "127.0.0.2", "[::1]", "[fe80::1]"])(
  "a request to %s, where no server listens, counts as not sent under every error of the system",
  async (host) => {
    const session = createSession();
    const send = await createOneSend(session);
    await send.arm(`http://${host}:1/`, "DIRECT");
    expect(await ask(session.gate())).not.toBe(0);
    expect(await outcomeOf(send.unreached ?? "no error")).toBe("not_sent");
  },
);

test("after one connection has passed the gate, the failure of a second one does not make the request count as not sent", async () => {
  const server = createServer((socket) => void socket.on("error", () => undefined));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const session = createSession();
  const send = await createOneSend(session);
  await send.arm(`http://127.0.0.1:${String(port)}/`, "DIRECT");
  const gate = session.gate();
  expect(await ask(gate)).toBe(0);
  server.close();
  expect(await ask(gate)).not.toBe(0);
  expect(send.unreached).toBeUndefined();
});
