/** The HTTP client rule over Electron's own network stack: the same table as tests/integration/net/http.test.ts. */
import { expect, test } from "@playwright/test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build } from "vite";
import { unreachable } from "../../core/oauth/unreachable.ts";
import { electronPath, isRoot, newProfile } from "../support/app.mjs";
import {
  startCountingServer,
  WAYS_TO_END,
  type Protocol,
} from "../integration/net/support/counting-server.ts";
import {
  startHttpProxy,
  startNobody,
  startNoProxy,
  startRefusingProxy,
  startSocksProxy,
} from "../integration/net/support/proxies.ts";
import { HTTP_RULE, startRoughServer, timeoutMsOf } from "../integration/net/support/rough-server.ts";
import { TEST_CERTIFICATE } from "../integration/net/support/test-certificate.ts";

interface Outcome {
  readonly kind: string;
  readonly cause?: string;
  readonly status?: number;
}
const folder = path.join(process.env["TOKENKEEP_OUTPUT"] ?? "out/e2e", "probe");

/** Chromium resolves the host of another computer to this one. */
const OTHER_COMPUTER = ["--host-resolver-rules=MAP provider.test 127.0.0.1"];

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
  /** The switches name a script (PAC) that has a proxy for every host. */
  readonly proxied?: boolean;
}
interface ProbeResult {
  readonly outcomes: Outcome[];
  /** Proxies that asked for credentials, each with its realm. */
  readonly asked: string[];
}

async function probe(
  urls: readonly string[],
  { switches = [], ...more }: Setting = {},
): Promise<ProbeResult> {
  const args = [path.resolve(folder, "probe.mjs"), `--user-data-dir=${newProfile()}`, "--disable-gpu"];
  const { method, ...rest } = more;
  const requests = urls.map((url) => ({ url, method, timeoutMs: timeoutMsOf(new URL(url).pathname) }));
  const child = spawn(electronPath, [...args, ...switches, ...(isRoot ? ["--no-sandbox"] : [])], {
    env: { ...process.env, PROBE: JSON.stringify({ requests, ...rest, trusts: TEST_CERTIFICATE }) },
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  await new Promise((resolve) => child.on("close", resolve));
  const [, outcomes] = /OUTCOMES (.*)/.exec(output) ?? [];
  if (outcomes === undefined) throw new Error(output + errors);
  return JSON.parse(outcomes) as ProbeResult;
}
const send = async (urls: readonly string[]): Promise<Outcome[]> => (await probe(urls)).outcomes;

test("each way a request can end is reported as what it is, and every request is sent once", async () => {
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

test("a request to a port where no server listens is not sent", async () => {
  const server = await startRoughServer();
  await server.close();
  expect(await send([`${server.origin}/fine`])).toMatchObject([{ kind: "not_sent" }]);
});

test("a server that listens on ::1 alone is reached by its address and by the name localhost", async () => {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume().on("end", () => response.end("{}"));
  });
  await once(server.listen(0, "::1"), "listening");
  const { port } = server.address() as AddressInfo;
  const names = [`http://[::1]:${String(port)}/`, `http://localhost:${String(port)}/`];
  expect(await send(names)).toMatchObject(names.map(() => ({ kind: "answered", status: 200 })));
  expect(requests).toBe(names.length);
  server.close();
});

test("no status, no redirect and no end of a connection makes a POST go out twice", async () => {
  test.setTimeout(120_000);
  await using server = await startCountingServer();
  const places: readonly [string, Protocol, string, readonly string[]][] = [
    ["plain", "http", server.origins.http, []],
    ["TLS", "tls", server.origins.tls, []],
    ["HTTP/2", "h2", server.origins.h2, []],
    // Chromium takes this host for another computer, so the request takes the path that may use a proxy.
    ["another computer", "tls", `https://provider.test:${String(server.port("tls"))}`, OTHER_COMPUTER],
    ["another computer, HTTP/2", "h2", `https://provider.test:${String(server.port("h2"))}`, OTHER_COMPUTER],
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
    // Chromium wants to send a request again after a 421, and is kept from it: it reports no answer.
    expect(outcomes[WAYS_TO_END.indexOf("/status/421")], name).toMatchObject({ kind: "lost" });
    if (protocol === "h2") expect(server.versions(paths[100] ?? "")).toEqual(["2.0"]);
  }
});

/** Credentials for each time that a proxy asks for them. */
const CREDENTIALS = Array.from({ length: 20 }, () => ["ada", "s3cret"] as const);

/** A server behind proxies of every kind: each host under `.test` is reached through the proxies of its first label. */
async function startBehindProxies() {
  const started: AsyncDisposable[] = [];
  const use = <S extends AsyncDisposable>(server: S): S => (started.unshift(server), server);
  const server = use(await startCountingServer());
  const plain = use(await startHttpProxy());
  const basic = use(await startHttpProxy({ wants: "ada:s3cret" }));
  const closing = use(await startHttpProxy({ wants: "ada:s3cret", keeps: false }));
  const socks = use(await startSocksProxy());
  const noSocks = use(await startSocksProxy(1));
  const noHost = use(await startSocksProxy(4));
  const forbidding = use(await startRefusingProxy(403));
  const gateway = use(await startRefusingProxy(502));
  const redirecting = use(await startRefusingProxy(302));
  const noProxy = use(await startNoProxy());
  const gone = use(await startNobody());

  const at = (kind: string, { port }: { port: number }) => `${kind} 127.0.0.1:${String(port)}`;
  const good: Record<string, string> = {
    plain: at("PROXY", plain),
    basic: at("PROXY", basic),
    closing: at("PROXY", closing),
    socks: at("SOCKS5", socks),
    fallback: `${at("PROXY", gone)}; ${at("PROXY", plain)}`,
    directly: `${at("PROXY", gone)}; DIRECT`,
  };
  const bad: Record<string, string> = {
    gone: at("PROXY", gone),
    "socks-gone": at("SOCKS5", gone),
    "no-socks": at("SOCKS5", noSocks),
    "no-host": at("SOCKS5", noHost),
    forbidding: at("PROXY", forbidding),
    gateway: at("PROXY", gateway),
    redirecting: at("PROXY", redirecting),
  };
  // This proxy closes without an answer, as a server does that has read the request: the request counts as sent.
  const silent: Record<string, string> = { "no-proxy": at("PROXY", noProxy) };
  const script = `const ways = ${JSON.stringify({ ...good, ...bad, ...silent })};
function FindProxyForURL(url, host) { return ways[host.split(".")[0]] || "DIRECT"; }`;
  return {
    server,
    good: Object.keys(good),
    bad: Object.keys(bad),
    /** The proxies that want credentials. */
    asking: [basic, closing],
    switches: [
      `--proxy-pac-url=data:application/x-ns-proxy-autoconfig;base64,${Buffer.from(script).toString("base64")}`,
      "--host-resolver-rules=MAP *.test 127.0.0.1",
    ],
    url: (name: string, path: string) => `https://${name}.test:${String(server.port("h2"))}${path}?${name}`,
    async [Symbol.asyncDispose]() {
      for (const one of started) await one[Symbol.asyncDispose]();
    },
  };
}

test("through any proxy a request reaches the server once, and only the proxy is given its credentials", async () => {
  await using behind = await startBehindProxies();
  const { server, good, asking, switches, url } = behind;
  for (const path of ["/status/200", "/status/421", "/rst/7", "/challenge/401", "/challenge/407"]) {
    const { outcomes, asked } = await probe(
      good.map((name) => url(name, path)),
      { switches, proxied: true, credentials: CREDENTIALS },
    );
    for (const [index, name] of good.entries()) {
      expect(server.count(`${path}?${name}`), `${name} ${path} ${JSON.stringify(outcomes[index])}`).toBe(1);
      const kind = ["/status/200", "/challenge/401"].includes(path) ? "answered" : "lost";
      expect(outcomes[index], `${name} ${path}`).toMatchObject({ kind });
    }
    // The proxy alone asks for credentials, whatever status the server answers with.
    expect([...new Set(asked)].sort()).toEqual(
      asking.map(({ port }) => `127.0.0.1:${String(port)} The office`).sort(),
    );
  }
});

test("a request that a proxy keeps back is not sent, and the failure names the proxy", async () => {
  await using behind = await startBehindProxies();
  const { server, bad, switches, url } = behind;
  for (const method of ["POST", "GET"] as const) {
    const { outcomes } = await probe(
      bad.map((name) => url(name, "/status/200")),
      { switches, proxied: true, method },
    );
    for (const [index, name] of bad.entries()) {
      expect(server.count(`/status/200?${name}`), `${name} ${JSON.stringify(outcomes)}`).toBe(0);
      expect(outcomes[index], name).toMatchObject({ kind: "not_sent" });
      const { code } = unreachable("X", outcomes[index]?.cause);
      expect(code, `${name} ${String(outcomes[index]?.cause)}`).toBe("proxy_failing");
    }
    const { outcomes: cautious } = await probe([url("gone", "/status/200"), url("no-proxy", "/status/200")], {
      switches,
      proxied: true,
      method,
    });
    expect(cautious).toMatchObject([{ kind: "not_sent" }, { kind: "lost" }]);
    expect(server.count("/status/200?no-proxy")).toBe(0);
  }
});

test("a request is not sent when a proxy gets no credentials, or wrong ones", async () => {
  await using behind = await startBehindProxies();
  const { server, switches, url } = behind;
  for (const given of [
    [],
    [["ada", "guess"]],
    [
      ["ada", "guess"],
      ["", ""],
    ],
  ] as const) {
    const { outcomes } = await probe([url("basic", "/status/201"), url("closing", "/status/201")], {
      switches,
      proxied: true,
      credentials: given,
    });
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ kind: "not_sent", cause: "ERR_PROXY_AUTH_REQUESTED" });
    expect(unreachable("X", outcomes[0]?.cause).code).toBe("proxy_authentication");
  }
  for (const name of ["basic", "closing"]) expect(server.count(`/status/201?${name}`)).toBe(0);
});
