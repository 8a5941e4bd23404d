/**
 * A forward proxy between the app and the sandbox. It notes every secret that passes, so that tests can search for it. A
 * switch makes Chromium use it, so that the app and its sandbox are unchanged.
 */
import { createServer, request as send, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface RecordingProxy extends AsyncDisposable {
  /** For the app's command line. */
  readonly switches: string[];
  /** The secrets that passed, by value, each with a name for it. */
  readonly secrets: ReadonlyMap<string, string>;
  /** The next token request gets this status and an error that repeats the whole request. */
  echo(status: number): void;
  /** How many of these errors were sent. */
  readonly echoed: number;
}

const IN_FORMS = ["client_secret", "refresh_token", "code", "code_verifier", "token"];
const IN_ANSWERS = ["access_token", "refresh_token", "id_token"];

/** `swap`: a client secret of the test, and the secret that the sandbox knows in its place. */
export async function startRecordingProxy(swap: {
  readonly ours: string;
  readonly theirs: string;
}): Promise<RecordingProxy> {
  const secrets = new Map<string, string>();
  let echoStatus: number | undefined;
  let echoed = 0;
  const note = (name: string, value: unknown): void => {
    // The secret of the built-in client is public, in the sandbox's source.
    if (typeof value === "string" && value !== "" && value !== swap.theirs) secrets.set(value, name);
  };

  async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const form = new URLSearchParams((await bytesOf(incoming)).toString());
    for (const name of IN_FORMS) note(name, form.get(name));
    note("access_token", /^(?:OAuth|Bearer) (\S+)$/i.exec(incoming.headers.authorization ?? "")?.[1]);
    const url = new URL(incoming.url ?? "");
    if (echoStatus !== undefined && url.pathname === "/oauth2/token") {
      // In the provider's dialect, so that the app takes it for the provider's answer.
      const words = echoStatus === 403 ? "invalid client secret" : "refused";
      const body = JSON.stringify({ status: echoStatus, message: `${words}: ${[...form].join(" ")}` });
      outgoing.writeHead(echoStatus, { "content-type": "application/json" }).end(body);
      echoStatus = undefined;
      echoed += 1;
      return;
    }
    if (form.get("client_secret") === swap.ours) form.set("client_secret", swap.theirs);
    const body = form.toString();
    const { "proxy-connection": _hop, "content-length": _length, ...headers } = incoming.headers;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      send(
        {
          host: "127.0.0.1",
          port: url.port,
          path: url.pathname + url.search,
          method: incoming.method,
          headers: {
            ...headers,
            connection: "close",
            ...(body !== "" && { "content-length": Buffer.byteLength(body) }),
          },
          agent: false,
        },
        resolve,
      )
        .on("error", reject)
        .end(body);
    });
    const given = await bytesOf(answer);
    if (answer.headers["content-type"]?.startsWith("application/json") === true) {
      const value = JSON.parse(given.toString()) as Record<string, unknown>;
      for (const name of IN_ANSWERS) note(name, value[name]);
    }
    if (answer.headers.location !== undefined)
      note("code", new URL(answer.headers.location, url).searchParams.get("code"));
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(given);
  }

  const server = createServer((incoming, outgoing) => {
    outgoing.on("error", () => undefined);
    void forward(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    // Without the second switch Chromium uses no proxy for loopback.
    switches: [`--proxy-server=http://127.0.0.1:${String(port)}`, "--proxy-bypass-list=<-loopback>"],
    secrets,
    echo: (status) => void (echoStatus = status),
    get echoed() {
      return echoed;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
