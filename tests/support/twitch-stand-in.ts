/**
 * Twitch for tests: the sandbox behind a forward proxy that answers for Twitch's own hosts. Switches make Chromium use
 * the proxy and accept its certificate, so that the app itself is unchanged and its provider “twitch” is the real data.
 */
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { startSandbox } from "../../sandbox/server.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "../integration/net/support/test-certificate.ts";

/** Client IDs of Twitch's form, and the clients of the sandbox that they stand for. */
export const PUBLIC_ID = "k3x9a2m4p8q1zt6v0c5rj7n2e8w7ub";
export const CONFIDENTIAL_ID = "7h2mc8w1n5t0x4b9e6r3yk2j8vq0fz";
const IDS = [
  [PUBLIC_ID, "sandbox-public"],
  [CONFIDENTIAL_ID, "tokenkeep-sandbox"],
] as const;
const ACTIVATION = "https://www.twitch.tv";

const listening = async (server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): unknown;
}) => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};

export interface TwitchStandIn extends AsyncDisposable {
  /** For the app's command line. */
  readonly switches: readonly string[];
  /** The paths that the app has requested. */
  readonly asked: readonly string[];
  /** True: connections to Twitch end at once. */
  unreachable: boolean;
  /** The sandbox's page for a page of Twitch. */
  pageOf(url: string): string;
}

export async function startTwitchStandIn(): Promise<TwitchStandIn> {
  const sandbox = await startSandbox({ port: 0, deviceIntervalSec: 1 });
  if ("failure" in sandbox) throw new Error(sandbox.failure);
  const asked: string[] = [];
  const toSandbox = (text: string): string =>
    IDS.reduce((all, [ours, theirs]) => all.replaceAll(ours, theirs), text);
  const toTwitch = (text: string): string =>
    IDS.reduce((all, [ours, theirs]) => all.replaceAll(theirs, ours), text).replaceAll(
      sandbox.origin,
      ACTIVATION,
    );
  const tls = createTlsServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const path = incoming.url ?? "/";
      asked.push(path.split("?")[0] ?? "");
      const { authorization, "content-type": type } = incoming.headers;
      const headers = { ...(authorization && { authorization }), ...(type && { "content-type": type }) };
      void fetch(sandbox.origin + toSandbox(path), {
        method: incoming.method ?? "GET",
        headers,
        redirect: "manual",
        ...(incoming.method === "POST" && { body: toSandbox(Buffer.concat(chunks).toString()) }),
      }).then(
        async (answer) => {
          const location = answer.headers.get("location");
          outgoing.writeHead(answer.status, {
            "content-type": answer.headers.get("content-type") ?? "text/plain",
            ...(location !== null && { location }),
          });
          outgoing.end(toTwitch(await answer.text()));
        },
        () => outgoing.destroy(),
      );
    });
  });
  const tlsPort = await listening(tls);
  const proxy = createServer((_incoming, outgoing) => outgoing.writeHead(502).end());
  const open = new Set<Socket>();
  const standIn = { unreachable: false };
  proxy.on("connect", ({ url = "" }, socket: Socket) => {
    socket.on("error", () => undefined);
    if (standIn.unreachable || !/^(?:id|www)\.twitch\.tv:443$/.test(url)) return void socket.destroy();
    open.add(socket);
    const onward = connect(tlsPort, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  });
  const port = await listening(proxy);
  return Object.assign(standIn, {
    switches: [`--proxy-server=http://127.0.0.1:${String(port)}`, "--ignore-certificate-errors"],
    asked,
    pageOf: (url: string) => url.replace(ACTIVATION, sandbox.origin),
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      for (const server of [proxy, tls]) {
        server.close();
        server.closeAllConnections();
      }
      await sandbox.close();
    },
  });
}
