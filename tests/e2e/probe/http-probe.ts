/** Runs inside Electron: sends the requests of the variable PROBE through the app's own transport, and prints how each one ended. */
import { app, type Session } from "electron/main";
import { Secret } from "../../../core/secret.ts";
import type { HttpOutcome } from "../../../core/ports.ts";
import { createHttpClient } from "../../../main/net/http.ts";
import { makeSession } from "../../../main/electron/hardening.ts";
import { createElectronTransport } from "../../../main/electron/network/http.ts";

const { requests, together, trusts, credentials, proxied } = JSON.parse(process.env["PROBE"] ?? "{}") as {
  requests: { url: string; timeoutMs: number; method?: "GET" | "POST" }[];
  /** Requests under way at a time; absent: one. */
  together?: number;
  /** The only certificate that is trusted, as PEM. */
  trusts?: string;
  /** The credentials for a proxy's questions, in their order; a later question gets none. */
  credentials?: [username: string, password: string][];
  /** A script (PAC) names a proxy for every host. */
  proxied?: boolean;
};
if (trusts !== undefined)
  app.on("session-created", (session) =>
    session.setCertificateVerifyProc(({ certificate }, answer) =>
      answer(certificate.data.trim() === trusts.trim() ? 0 : -2),
    ),
  );
const sessions: Session[] = [];
/** Far longer than Chromium takes to start the process of the script. */
const SCRIPT_STARTS_MS = 30_000;
// On a busy computer Chromium may answer DIRECT before the script runs (ADR 0002); so an answer that the script cannot have
// given is requested again.
if (proxied === true)
  app.on("session-created", (session) => {
    sessions.push(session);
    const resolve = session.resolveProxy.bind(session);
    session.resolveProxy = async (url) => {
      for (const endMs = performance.now() + SCRIPT_STARTS_MS; performance.now() < endMs;) {
        const way = await resolve(url);
        if (way !== "DIRECT") return way;
      }
      throw new Error("the proxy script does not run");
    };
  });
const asked: string[] = [];
void app.whenReady().then(async () => {
  if (proxied === true) makeSession("request-get"); // the transport's own, which it would make with its first request
  const transport = createElectronTransport(({ host, port, realm }) => {
    asked.push(`${host}:${String(port)} ${realm}`);
    const [username, password] = credentials?.shift() ?? [];
    return Promise.resolve(
      username === undefined ? undefined : { username, password: new Secret(password ?? "") },
    );
  });
  const client = createHttpClient(transport);
  const outcomes: HttpOutcome[] = [];
  const left = [...requests.entries()];
  const send = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [at, { url, timeoutMs, method = "POST" }] = next;
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const post = method === "POST" ? { headers, body: "grant_type=refresh_token" } : { headers: {} };
      for (const session of sessions) await session.resolveProxy(url); // until its script runs
      outcomes[at] = await client.send({ method, url, timeoutMs, ...post });
    }
  };
  await Promise.all(Array.from({ length: together ?? 1 }, send));
  console.log(`OUTCOMES ${JSON.stringify({ outcomes, asked })}`);
  app.exit(0);
});
