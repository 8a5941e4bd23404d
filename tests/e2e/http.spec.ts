/** The HTTP client rule over Electron's own network stack: the same table as tests/integration/http.test.ts. */
import { expect, test } from "@playwright/test";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { build } from "vite";
import { electronPath, isRoot, newProfile } from "../support/app.mjs";
import { startCountingServer, WAYS_TO_END, type Protocol } from "../support/counting-server.ts";
import { HTTP_RULE, startRoughServer, timeoutMsOf } from "../support/rough-server.ts";
import { TEST_CERTIFICATE } from "../support/test-certificate.ts";

interface Outcome {
  readonly kind: string;
  readonly cause?: string;
  readonly status?: number;
}
const folder = path.join(process.env["TOKENKEEP_OUTPUT"] ?? "out/e2e", "probe");

const ELSEWHERE = ["--host-resolver-rules=MAP provider.test 127.0.0.1"];

test.beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  await build({
    configFile: false,
    logLevel: "warn",
    build: {
      ssr: path.resolve("tests/e2e/probe/http-probe.ts"),
      target: "node20.18",
      outDir: path.resolve(folder),
      rolldownOptions: { external: [/^electron/], output: { entryFileNames: "probe.mjs" } },
    },
  });
});

interface Setting {
  /** Chromium's switches. */
  readonly switches?: readonly string[];
  readonly credentials?: readonly (readonly [username: string, password: string])[];
  readonly method?: "GET" | "POST";
  /** Requests at a time; absent: one. */
  readonly together?: number;
}
interface Said {
  readonly outcomes: Outcome[];
  /** Proxies that wanted credentials, with their realms. */
  readonly asked: string[];
}

async function probe(urls: readonly string[], { switches = [], ...more }: Setting = {}): Promise<Said> {
  const args = [path.resolve(folder, "probe.mjs"), `--user-data-dir=${newProfile()}`, "--disable-gpu"];
  const { method, ...rest } = more;
  const requests = urls.map((url) => ({ url, method, timeoutMs: timeoutMsOf(new URL(url).pathname) }));
  const child = spawn(electronPath, [...args, ...switches, ...(isRoot ? ["--no-sandbox"] : [])], {
    env: { ...process.env, PROBE: JSON.stringify({ requests, ...rest, trusts: TEST_CERTIFICATE }) },
  });
  let said = "";
  let complaints = "";
  child.stdout.on("data", (chunk) => (said += String(chunk)));
  child.stderr.on("data", (chunk) => (complaints += String(chunk)));
  await new Promise((resolve) => child.on("close", resolve));
  const [, outcomes] = /OUTCOMES (.*)/.exec(said) ?? [];
  if (outcomes === undefined) throw new Error(said + complaints);
  return JSON.parse(outcomes) as Said;
}
const send = async (urls: readonly string[]): Promise<Outcome[]> => (await probe(urls)).outcomes;

test("each end of a request is what it is, and every request was sent once", async () => {
  await using server = await startRoughServer();
  const outcomes = await send(HTTP_RULE.map(({ path: at }) => server.origin + at));
  for (const [index, { path: at, kind, detail }] of HTTP_RULE.entries()) {
    expect(outcomes[index], at).toMatchObject({ kind, ...detail });
    expect(server.count(at), at).toBe(1);
  }
});

test("a connection that dies after a good answer does not make the next request go out twice", async () => {
  await using server = await startRoughServer();
  const outcomes = await send([`${server.origin}/fine`, `${server.origin}/drop`, `${server.origin}/fine`]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(["answered", "lost", "answered"]);
  expect(server.count("/drop")).toBe(1);
  expect(server.connections()).toBe(3);
});

test("nobody listening means that nothing was sent", async () => {
  const server = await startRoughServer();
  await server.close();
  expect(await send([`${server.origin}/fine`])).toMatchObject([{ kind: "not_sent" }]);
});

test("no status, no redirect and no end of a connection makes a POST go out twice", async () => {
  test.setTimeout(120_000);
  await using server = await startCountingServer();
  const places: readonly [string, Protocol, string, readonly string[]][] = [
    ["plain", "http", server.origins.http, []],
    ["TLS", "tls", server.origins.tls, []],
    ["HTTP/2", "h2", server.origins.h2, []],
    // Not this computer, as far as Chromium can tell: another way past its proxies.
    ["elsewhere", "tls", `https://provider.test:${String(server.port("tls"))}`, ELSEWHERE],
    ["elsewhere, HTTP/2", "h2", `https://provider.test:${String(server.port("h2"))}`, ELSEWHERE],
  ];
  for (const [name, protocol, origin, switches] of places) {
    const paths = WAYS_TO_END.map((way) => `${way}?${encodeURIComponent(name)}`);
    const { outcomes } = await probe(
      paths.map((one) => origin + one),
      { switches, together: 4 },
    );
    const sent = paths.flatMap((one, at) =>
      server.count(one) === 1 ? [] : `${one} ${String(server.count(one))} ${JSON.stringify(outcomes[at])}`,
    );
    expect(sent, name).toEqual([]);
    expect(outcomes.filter(({ kind }) => kind === "not_sent")).toEqual([]);
    expect(outcomes[WAYS_TO_END.indexOf("/status/200")], name).toMatchObject({
      kind: "answered",
      status: 200,
    });
    // Chromium keeps quiet about these: it wanted to send again, and could not.
    expect(outcomes[WAYS_TO_END.indexOf("/status/421")], name).toMatchObject({ kind: "lost" });
    if (protocol === "h2") expect(server.versions(paths[100] ?? "")).toEqual(["2.0"]);
  }
});
