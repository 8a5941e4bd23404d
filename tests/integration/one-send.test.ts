/** What the gate of a POST's session remembers. The rest is seen in Chromium itself, by tests/e2e/http.spec.ts. */
import { connect, createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { createOneSend } from "../../main/electron/one-send.ts";

/** A session as far as ways go: what it was told last is its way. */
function createSession() {
  let rules = "";
  return {
    setProxy: ({ proxyRules = "" }: { proxyRules?: string }) => {
      rules = proxyRules;
      return Promise.resolve();
    },
    resolveProxy: () => Promise.resolve(rules),
    gate: () => Number(rules.split(":").at(-1)),
  };
}

/** Asks the gate for `localhost`, as Chromium does by SOCKS 5. The answer's code: 0 is a connection. */
async function ask(gate: number): Promise<number | undefined> {
  const name = Buffer.from("localhost");
  const socket = connect(gate, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write(Buffer.from([5, 1, 0]));
  await once(socket, "data");
  socket.write(Buffer.from([5, 1, 0, 3, name.length, ...name, 0, 80]));
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
  "a server at %s alone: once it is connected to, nothing says that the request did not leave",
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

test("nobody listens at either address: the request did not leave, and why is known", async () => {
  const session = createSession();
  const send = await createOneSend(session);
  await send.arm("http://localhost:1/", "DIRECT");
  expect(await ask(session.gate())).not.toBe(0);
  expect(send.unreached).toBe("ECONNREFUSED");
});
