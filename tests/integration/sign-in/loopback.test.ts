/** The loopback listener: it accepts the expected authorization response, and no other request of a page or program. */
import { once } from "node:events";
import { createServer, request as sendRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { listen, type Listener, type ListenerOptions } from "../../../main/sign-in/loopback/listener.ts";
import { de } from "../../../text/de.ts";
import { en } from "../../../text/en.ts";
import { createWords } from "../../../text/words.ts";

const PORTS = [27563, 27564, 27565]; // not the app's: another test may have it running
const REDIRECTS = PORTS.map((port) => `http://localhost:${String(port)}/callback/judge`);
const ORIGIN = "http://localhost:27563";
const AT = `${ORIGIN}/callback/judge`;
const RIGHT = "code=c0de&state=right";
const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

interface Bench extends Listener {
  /** The accepted responses. */
  readonly responses: string[];
  readonly logged: string[];
}
const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const refusingAll: ListenerOptions = {
  redirectUris: REDIRECTS,
  fragment: false,
  onResponse: () => false,
  translator: { language: "en", t: createWords("en", en) },
  log: silentLog,
};
/** Listens, and accepts responses with this state. */
async function waitFor(state: string, more: Partial<ListenerOptions> = {}): Promise<Bench> {
  const responses: string[] = [];
  const logged: string[] = [];
  const note = (event: string, facts = {}) => void logged.push(`${event} ${JSON.stringify(facts)}`);
  const listener = await listen({
    ...refusingAll,
    onResponse(url) {
      const isExpected = new RegExp(`[?#&]state=${state}(?:&|$)`).test(url);
      if (isExpected) responses.push(url);
      return isExpected;
    },
    log: { info: note, warn: note, error: note },
    ...more,
  });
  if (!listener.ok) throw new Error(listener.failure.code);
  open.push(listener.value);
  return { ...listener.value, responses, logged };
}

interface TestRequest {
  readonly to: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** One of the two addresses of `localhost`. */
  readonly at?: "127.0.0.1" | "::1";
}
/** Undefined: the port is closed. */
const send = ({ to, method = "GET", headers = {}, body = "", at = "127.0.0.1" }: TestRequest) =>
  new Promise<{ status: number; headers: IncomingHttpHeaders; body: string } | undefined>((resolve) => {
    const { port, host, pathname, search } = new URL(to);
    const path = pathname + search;
    const outgoing = sendRequest({
      host: at,
      port,
      path,
      method,
      headers: { host, ...headers },
      agent: false,
    });
    outgoing.on("error", () => resolve(undefined));
    outgoing.on("response", (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    outgoing.end(body);
  });
async function occupy(port: number, host: string): Promise<void> {
  const server = createServer().listen(port, host);
  open.push(server);
  await once(server, "listening");
}

test.each(["127.0.0.1", "::1"] as const)(
  "at %s, a response with the right state is accepted, and repeating it gives the same page",
  async (at) => {
    const bench = await waitFor("right");
    const answer = await send({ to: `${bench.redirect_uri}?code=c0de&state=right`, at });
    expect(answer).toMatchObject({
      status: 200,
      headers: { "cache-control": "no-store", "referrer-policy": "no-referrer", connection: "close" },
    });
    expect(answer?.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(answer?.headers["content-security-policy"]).not.toContain("unsafe");
    expect(answer?.body).toContain("You can close this tab");
    expect(answer?.body).toContain("history.replaceState");
    for (const secret of ["c0de", "right"]) expect(answer?.body).not.toContain(secret);
    expect(bench.responses).toEqual([`${AT}?code=c0de&state=right`]);
    for (const address of ["127.0.0.1", "::1"] as const) {
      const repeated = await send({ to: `${bench.redirect_uri}?code=c0de&state=right`, at: address });
      expect([repeated?.status, repeated?.body]).toEqual([200, answer?.body]);
      // A reload requests the URL from which the script has removed the response.
      expect((await send({ to: bench.redirect_uri, at: address }))?.body).toBe(answer?.body);
      for (const other of [
        "?code=other&state=right",
        "?code=c0de&state=right&more=1",
        "?error=x&state=right",
      ])
        expect((await send({ to: bench.redirect_uri + other, at: address }))?.status, other).toBe(404);
    }
    expect(bench.responses).toHaveLength(1);
    // The next sign-in gets the same port, which is still lingering.
    const next = await waitFor("next");
    expect(next.redirect_uri).toBe(bench.redirect_uri);
    expect((await send({ to: `${bench.redirect_uri}?code=c0de&state=right` }))?.status).toBe(404);
    next.close();
    for (const address of ["127.0.0.1", "::1"] as const)
      expect(await send({ to: bench.redirect_uri, at: address })).toBeUndefined();
  },
);

test.each([
  ["a HEAD request", { method: "HEAD" }, 404],
  ["a prefetch", { headers: { "sec-purpose": "prefetch" } }, 503],
  ["a prerender", { headers: { "sec-purpose": "prefetch;prerender" } }, 503],
  ["a prefetch with the older header Purpose", { headers: { purpose: "prefetch" } }, 503],
  ["a prefetch with the header X-Moz", { headers: { "x-moz": "prefetch" } }, 503],
] as const)(
  "%s does not use up the response, before or after the browser sends it",
  async (_name, how, status) => {
    const bench = await waitFor("right");
    const to = `${bench.redirect_uri}?${RIGHT}`;
    for (const accepted of [0, 1]) {
      expect((await send({ to, ...how }))?.status).toBe(status);
      expect(bench.responses).toHaveLength(accepted);
      expect((await send({ to }))?.status).toBe(200);
      expect(bench.responses).toHaveLength(1);
    }
  },
);

test.each([
  ["sends nothing", ""],
  ["sends half a request", "GET /callback/judge HTTP/1.1\r\nhost: loc"],
  ["was refused and stays open", `GET /callback/judge?state=x HTTP/1.1\r\nhost: localhost:27563\r\n\r\n`],
])("the port is free at once, although a browser holds a connection that %s", async (_name, bytes) => {
  const bench = await waitFor("right");
  const held = connect({ port: 27563, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => undefined);
  open.push({ close: () => held.destroy() });
  await once(held, "connect");
  held.write(bytes);
  bench.close();
  await occupy(27563, "127.0.0.1");
  await occupy(27563, "::1");
  held.resume();
  await once(held, "end"); // the listener ends the connection, too
});

test("a port that is used again does not know the response before", async () => {
  const first = await waitFor("one");
  first.close();
  first.close();
  const second = await waitFor("two");
  expect(second.redirect_uri).toBe(first.redirect_uri);
  expect((await send({ to: `${second.redirect_uri}?code=c&state=two` }))?.status).toBe(200);
  expect(second.responses).toHaveLength(1);
});

const at = (path: string): string => ORIGIN + path;
const refusedRequests: readonly [string, TestRequest][] = [
  ["a foreign Host", { to: at(`/callback/judge?${RIGHT}`), headers: { host: "evil.example" } }],
  ["a Host without its port", { to: at(`/callback/judge?${RIGHT}`), headers: { host: "localhost" } }],
  ["the IP address as Host", { to: at(`/callback/judge?${RIGHT}`), headers: { host: "127.0.0.1:27563" } }],
  ["another path", { to: at(`/?${RIGHT}`) }],
  ["a trailing slash", { to: at(`/callback/judge/?${RIGHT}`) }],
  ["a percent-encoded path", { to: at(`/callback/%6audge?${RIGHT}`) }],
  ["another method", { to: at(`/callback/judge?${RIGHT}`), method: "HEAD" }],
  [
    "a preflight",
    { to: at("/callback/judge"), method: "OPTIONS", headers: { origin: "https://evil.example" } },
  ],
  [
    "a form of another origin",
    { to: at("/callback/judge"), method: "POST", headers: { origin: "https://evil.example" }, body: RIGHT },
  ],
  ["a POST without Origin", { to: at("/callback/judge"), method: "POST", body: RIGHT }],
  [
    "a POST of an opaque origin",
    { to: at("/callback/judge"), method: "POST", headers: { origin: "null" }, body: RIGHT },
  ],
  [
    "a POST with the response in the query",
    { to: at(`/callback/judge?${RIGHT}`), method: "POST", headers: { origin: ORIGIN } },
  ],
  ["no state", { to: at("/callback/judge?code=c0de") }],
  ["another state", { to: at("/callback/judge?code=c0de&state=other") }],
  ["an error without a state", { to: at("/callback/judge?error=access_denied") }],
  ["a DELETE request", { to: at("/callback/judge?close=1"), method: "DELETE" }],
  [
    "a response that is too long",
    {
      to: at("/callback/judge"),
      method: "POST",
      headers: { origin: ORIGIN },
      body: `${RIGHT}&x=${"x".repeat(20_000)}`,
    },
  ],
];
test.each([false, true])(
  "unexpected requests get a 404, and the listener goes on waiting (fragment: %s)",
  async (fragment) => {
    const bench = await waitFor("right", { fragment });
    for (const [name, request] of refusedRequests) {
      expect((await send(request))?.status, name).toBe(404);
      expect(bench.responses, name).toEqual([]);
    }
    expect(bench.logged.length).toBeGreaterThan(3);
    expect(bench.logged.length).toBeLessThan(7); // each reason once
    for (const value of ["c0de", "right", "evil", "access_denied"])
      expect(bench.logged.join()).not.toContain(value);
    expect((await send({ to: `${bench.redirect_uri}?${RIGHT}` }))?.status).toBe(200);
  },
);

test("many requests and silent connections do not keep the response out", async () => {
  const bench = await waitFor("right");
  const silent = Array.from({ length: 20 }, () => connect(27563, "127.0.0.1").on("error", () => undefined));
  open.push(...silent.map((socket) => ({ close: () => socket.destroy() })));
  const guesses = Array.from({ length: 200 }, (_, guess) =>
    send({ to: `${bench.redirect_uri}?code=c&state=${String(guess)}` }),
  );
  for (const answer of await Promise.all(guesses)) expect([404, undefined]).toContain(answer?.status);
  expect((await send({ to: `${bench.redirect_uri}?${RIGHT}` }))?.status).toBe(200);
  expect(bench.responses).toHaveLength(1);
});

test("a response in the fragment is posted by the page, and accepted once", async () => {
  const bench = await waitFor("right", { fragment: true });
  const page = await send({ to: bench.redirect_uri });
  expect(page?.status).toBe(200);
  expect(page?.body).toContain("history.replaceState");
  expect(bench.responses).toEqual([]);
  const post = { to: bench.redirect_uri, method: "POST", headers: { origin: ORIGIN } };
  expect((await send({ ...post, body: "access_token=t&state=other" }))?.status).toBe(404);
  expect((await send({ ...post, body: "access_token=t&state=right" }))?.status).toBe(204);
  expect(bench.responses).toEqual([`${AT}#access_token=t&state=right`]);
  expect((await send({ ...post, body: "access_token=t&state=right" }))?.status).toBe(204);
  expect((await send({ ...post, body: "access_token=u&state=right" }))?.status).toBe(404);
  expect((await send({ to: bench.redirect_uri }))?.body).toContain("You can close this tab");
  expect(bench.responses).toHaveLength(1);
});

test("a flow with its response in the fragment accepts an error in the query", async () => {
  const bench = await waitFor("right", { fragment: true });
  expect((await send({ to: `${bench.redirect_uri}?error=access_denied&state=right` }))?.status).toBe(200);
  expect(bench.responses).toHaveLength(1);
});

test.each(["127.0.0.1", "::1"])("a port that another program uses on %s is not used at all", async (host) => {
  await occupy(27563, host);
  const bench = await waitFor("right");
  expect(bench.redirect_uri).toBe(REDIRECTS[1]);
  // The listener has left the other address, too.
  expect(await send({ to: AT, at: host === "::1" ? "127.0.0.1" : "::1" })).toBeUndefined();
});

test("two listeners have a port each, and a third fails when all ports are taken", async () => {
  const first = await waitFor("one");
  const second = await waitFor("two");
  await occupy(27565, "127.0.0.1");
  expect(await listen(refusingAll)).toEqual({
    ok: false,
    failure: { code: "loopback_ports_taken", ports: "27563, 27564, 27565" },
  });
  // Each accepts its response at its own port alone, in any order.
  expect((await send({ to: `${first.redirect_uri}?code=c&state=two` }))?.status).toBe(404);
  expect((await send({ to: `${second.redirect_uri}?code=c&state=two` }))?.status).toBe(200);
  expect((await send({ to: `${first.redirect_uri}?code=c&state=one` }))?.status).toBe(200);
  expect([first.responses.length, second.responses.length]).toEqual([1, 1]);
});

/** Most systems reserve the ports below 1024 for root: for another user they fail like the reserved ranges of Windows. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
const RESERVED = [941, 942];
const reserves = await asNobody(async () => {
  const server = createServer().listen(RESERVED[0], "127.0.0.1");
  const [error] = (await Promise.race([once(server, "listening"), once(server, "error")]).catch(
    (fault: unknown) => [fault],
  )) as unknown[];
  server.close();
  return error instanceof Error && "code" in error && error.code === "EACCES";
});
test.runIf(reserves)(
  "reserved ports fail with loopback_ports_reserved, ports in use with loopback_ports_taken",
  async () => {
    const at = (port: number) => `http://localhost:${String(port)}/callback/judge`;
    const listenAt = (ports: readonly number[]) =>
      asNobody(() => listen({ ...refusingAll, redirectUris: ports.map(at) }));
    expect(await listenAt(RESERVED)).toEqual({
      ok: false,
      failure: { code: "loopback_ports_reserved", ports: "941, 942" },
    });
    // A free port is used, even if the others are reserved.
    const free = await listenAt([...RESERVED, 27564]);
    if (!free.ok) throw new Error(free.failure.code);
    open.push(free.value);
    expect(free.value.redirect_uri).toBe(at(27564));
    // The failure names the taken port, because the user can free it.
    await occupy(27563, "::1");
    expect(await listenAt([...RESERVED, 27563])).toMatchObject({
      failure: { code: "loopback_ports_taken", ports: "27563" },
    });
  },
);

test("the pages are in German where the translator is", async () => {
  const bench = await waitFor("right", { translator: { language: "de", t: createWords("de", de) } });
  const refused = await send({ to: `${bench.redirect_uri}?state=other` });
  expect(refused?.body).toContain('<html lang="de">');
  expect(refused?.body).toContain("Dieser Link ist abgelaufen");
  expect((await send({ to: `${bench.redirect_uri}?${RIGHT}` }))?.body).toContain("kann geschlossen werden");
});
