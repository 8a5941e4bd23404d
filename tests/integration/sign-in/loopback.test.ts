/** The port that the browser's answer comes back to, and everybody else who can ask there. */
import { once } from "node:events";
import { createServer, request as ask, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { listen, type Listener, type Waiting } from "../../../main/sign-in/loopback/listener.ts";
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
  readonly answers: string[];
  readonly logged: string[];
}
async function waitFor(state: string, more: Partial<Waiting> = {}): Promise<Bench> {
  const answers: string[] = [];
  const logged: string[] = [];
  const note = (event: string, facts = {}) => void logged.push(`${event} ${JSON.stringify(facts)}`);
  const listener = await listen({
    redirectUris: REDIRECTS,
    fragment: false,
    onAnswer(url) {
      const known = new RegExp(`[?#&]state=${state}(?:&|$)`).test(url);
      if (known) answers.push(url);
      return known;
    },
    words: { language: "en", t: createWords("en", en) },
    log: { info: note, warn: note, error: note },
    ...more,
  });
  if (!listener.ok) throw new Error(listener.failure.code);
  open.push(listener.value);
  return { ...listener.value, answers, logged };
}

interface Question {
  readonly to: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** `localhost` is two addresses. */
  readonly at?: "127.0.0.1" | "::1";
}
/** Undefined: nobody listens. */
const send = ({ to, method = "GET", headers = {}, body = "", at = "127.0.0.1" }: Question) =>
  new Promise<{ status: number; headers: IncomingHttpHeaders; body: string } | undefined>((resolve) => {
    const { port, host, pathname, search } = new URL(to);
    const path = pathname + search;
    const question = ask({ host: at, port, path, method, headers: { host, ...headers }, agent: false });
    question.on("error", () => resolve(undefined));
    question.on("response", (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    question.end(body);
  });
async function squat(port: number, host: string): Promise<void> {
  const server = createServer().listen(port, host);
  open.push(server);
  await once(server, "listening");
}

test.each(["127.0.0.1", "::1"] as const)(
  "an answer with the right state, at %s, is taken, and the same again gets the same page",
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
    expect(bench.answers).toEqual([`${AT}?code=c0de&state=right`]);
    for (const there of ["127.0.0.1", "::1"] as const) {
      const same = await send({ to: `${bench.redirect_uri}?code=c0de&state=right`, at: there });
      expect([same?.status, same?.body]).toEqual([200, answer?.body]);
      // A reload asks for the address that was cleared.
      expect((await send({ to: bench.redirect_uri, at: there }))?.body).toBe(answer?.body);
      for (const other of [
        "?code=other&state=right",
        "?code=c0de&state=right&more=1",
        "?error=x&state=right",
      ])
        expect((await send({ to: bench.redirect_uri + other, at: there }))?.status, other).toBe(404);
    }
    expect(bench.answers).toHaveLength(1);
    // Whoever waits for the next answer gets this port, and not another one.
    const next = await waitFor("next");
    expect(next.redirect_uri).toBe(bench.redirect_uri);
    expect((await send({ to: `${bench.redirect_uri}?code=c0de&state=right` }))?.status).toBe(404);
    next.close();
    for (const there of ["127.0.0.1", "::1"] as const)
      expect(await send({ to: bench.redirect_uri, at: there })).toBeUndefined();
  },
);

test.each([
  ["a request for the head alone", { method: "HEAD" }, 404],
  ["a page that is loaded ahead", { headers: { "sec-purpose": "prefetch" } }, 503],
  ["a page that is drawn ahead", { headers: { "sec-purpose": "prefetch;prerender" } }, 503],
  ["the same by an older name", { headers: { purpose: "prefetch" } }, 503],
  ["the same of another browser", { headers: { "x-moz": "prefetch" } }, 503],
] as const)("%s takes no answer away, before or after", async (_name, how, status) => {
  const bench = await waitFor("right");
  const to = `${bench.redirect_uri}?${RIGHT}`;
  for (const answers of [0, 1]) {
    expect((await send({ to, ...how }))?.status).toBe(status);
    expect(bench.answers).toHaveLength(answers);
    expect((await send({ to }))?.status).toBe(200);
    expect(bench.answers).toHaveLength(1);
  }
});

test.each([
  ["says nothing", ""],
  ["says half of it", "GET /callback/judge HTTP/1.1\r\nhost: loc"],
  ["was refused and holds on", `GET /callback/judge?state=x HTTP/1.1\r\nhost: localhost:27563\r\n\r\n`],
])("a port is free at once, though a browser holds a connection that %s", async (_name, words) => {
  const bench = await waitFor("right");
  const held = connect({ port: 27563, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => undefined);
  open.push({ close: () => held.destroy() });
  await once(held, "connect");
  held.write(words);
  bench.close();
  await squat(27563, "127.0.0.1");
  await squat(27563, "::1");
  held.resume();
  await once(held, "end"); // and what is held ends, too
});

test("what a port's answer was is forgotten with the port", async () => {
  const first = await waitFor("one");
  first.close();
  first.close();
  const second = await waitFor("two");
  expect(second.redirect_uri).toBe(first.redirect_uri);
  expect((await send({ to: `${second.redirect_uri}?code=c&state=two` }))?.status).toBe(200);
  expect(second.answers).toHaveLength(1);
});

const at = (path: string): string => ORIGIN + path;
const strangers: readonly [string, Question][] = [
  ["a foreign Host", { to: at(`/callback/judge?${RIGHT}`), headers: { host: "evil.example" } }],
  ["a Host without its port", { to: at(`/callback/judge?${RIGHT}`), headers: { host: "localhost" } }],
  ["the address for a Host", { to: at(`/callback/judge?${RIGHT}`), headers: { host: "127.0.0.1:27563" } }],
  ["another path", { to: at(`/?${RIGHT}`) }],
  ["a path with a slash more", { to: at(`/callback/judge/?${RIGHT}`) }],
  ["a path in another spelling", { to: at(`/callback/%6audge?${RIGHT}`) }],
  ["another method", { to: at(`/callback/judge?${RIGHT}`), method: "HEAD" }],
  [
    "a preflight",
    { to: at("/callback/judge"), method: "OPTIONS", headers: { origin: "https://evil.example" } },
  ],
  [
    "a form of another page",
    { to: at("/callback/judge"), method: "POST", headers: { origin: "https://evil.example" }, body: RIGHT },
  ],
  ["an answer by POST with no Origin", { to: at("/callback/judge"), method: "POST", body: RIGHT }],
  [
    "an answer by POST of an opaque Origin",
    { to: at("/callback/judge"), method: "POST", headers: { origin: "null" }, body: RIGHT },
  ],
  [
    "an answer by POST, in the query",
    { to: at(`/callback/judge?${RIGHT}`), method: "POST", headers: { origin: ORIGIN } },
  ],
  ["no state", { to: at("/callback/judge?code=c0de") }],
  ["a foreign state", { to: at("/callback/judge?code=c0de&state=other") }],
  ["an error without a state", { to: at("/callback/judge?error=access_denied") }],
  ["a wish to close it", { to: at("/callback/judge?close=1"), method: "DELETE" }],
  [
    "more than an answer can be",
    {
      to: at("/callback/judge"),
      method: "POST",
      headers: { origin: ORIGIN },
      body: `${RIGHT}&x=${"x".repeat(20_000)}`,
    },
  ],
];
test.each([false, true])("strangers get a 404, and it goes on waiting (fragment: %s)", async (fragment) => {
  const bench = await waitFor("right", { fragment });
  for (const [name, question] of strangers) {
    expect((await send(question))?.status, name).toBe(404);
    expect(bench.answers, name).toEqual([]);
  }
  expect(bench.logged.length).toBeGreaterThan(3);
  expect(bench.logged.length).toBeLessThan(7); // each kind once, however often it comes
  for (const value of ["c0de", "right", "evil", "access_denied"])
    expect(bench.logged.join()).not.toContain(value);
  expect((await send({ to: `${bench.redirect_uri}?${RIGHT}` }))?.status).toBe(200);
});

test("a page that hammers at it, or says nothing, neither closes it nor keeps the answer out", async () => {
  const bench = await waitFor("right");
  const silent = Array.from({ length: 20 }, () => connect(27563, "127.0.0.1").on("error", () => undefined));
  open.push(...silent.map((socket) => ({ close: () => socket.destroy() })));
  const guesses = Array.from({ length: 200 }, (_, guess) =>
    send({ to: `${bench.redirect_uri}?code=c&state=${String(guess)}` }),
  );
  for (const answer of await Promise.all(guesses)) expect([404, undefined]).toContain(answer?.status);
  expect((await send({ to: `${bench.redirect_uri}?${RIGHT}` }))?.status).toBe(200);
  expect(bench.answers).toHaveLength(1);
});

test("an answer in the fragment is handed over by our own page, once", async () => {
  const bench = await waitFor("right", { fragment: true });
  const page = await send({ to: bench.redirect_uri });
  expect(page?.status).toBe(200);
  expect(page?.body).toContain("history.replaceState");
  expect(bench.answers).toEqual([]);
  const post = { to: bench.redirect_uri, method: "POST", headers: { origin: ORIGIN } };
  expect((await send({ ...post, body: "access_token=t&state=other" }))?.status).toBe(404);
  expect((await send({ ...post, body: "access_token=t&state=right" }))?.status).toBe(204);
  expect(bench.answers).toEqual([`${AT}#access_token=t&state=right`]);
  expect((await send({ ...post, body: "access_token=t&state=right" }))?.status).toBe(204);
  expect((await send({ ...post, body: "access_token=u&state=right" }))?.status).toBe(404);
  expect((await send({ to: bench.redirect_uri }))?.body).toContain("You can close this tab");
  expect(bench.answers).toHaveLength(1);
});

test("a flow whose answer is in the fragment may be refused in the query", async () => {
  const bench = await waitFor("right", { fragment: true });
  expect((await send({ to: `${bench.redirect_uri}?error=access_denied&state=right` }))?.status).toBe(200);
  expect(bench.answers).toHaveLength(1);
});

test.each(["127.0.0.1", "::1"])("a port with a stranger on %s is not used at all", async (host) => {
  await squat(27563, host);
  const bench = await waitFor("right");
  expect(bench.redirect_uri).toBe(REDIRECTS[1]);
  // Nothing of ours is left at the other address.
  expect(await send({ to: AT, at: host === "::1" ? "127.0.0.1" : "::1" })).toBeUndefined();
});

test("all ports taken is said as what it is, and two at once have one each", async () => {
  const first = await waitFor("one");
  const second = await waitFor("two");
  await squat(27565, "127.0.0.1");
  expect(await listen({ ...first, redirectUris: REDIRECTS } as unknown as Waiting)).toEqual({
    ok: false,
    failure: { code: "loopback_ports_taken", ports: "27563, 27564, 27565" },
  });
  // In the other order, and each at its own port alone.
  expect((await send({ to: `${first.redirect_uri}?code=c&state=two` }))?.status).toBe(404);
  expect((await send({ to: `${second.redirect_uri}?code=c&state=two` }))?.status).toBe(200);
  expect((await send({ to: `${first.redirect_uri}?code=c&state=one` }))?.status).toBe(200);
  expect([first.answers.length, second.answers.length]).toEqual([1, 1]);
});

/** Ports below 1024 are reserved for root by most systems; another user is told so, as Windows does of its ranges. */
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
test.runIf(reserves)("ports that the system reserves are told apart from ports in use", async () => {
  const at = (port: number) => `http://localhost:${String(port)}/callback/judge`;
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const ask = (ports: readonly number[]) =>
    asNobody(() =>
      listen({
        redirectUris: ports.map(at),
        fragment: false,
        onAnswer: () => false,
        words: { language: "en", t: createWords("en", en) },
        log: quiet,
      }),
    );
  expect(await ask(RESERVED)).toEqual({
    ok: false,
    failure: { code: "loopback_ports_reserved", ports: "941, 942" },
  });
  // One that is free is used, whatever the others are.
  const free = await ask([...RESERVED, 27564]);
  if (!free.ok) throw new Error(free.failure.code);
  open.push(free.value);
  expect(free.value.redirect_uri).toBe(at(27564));
  // Who can do something about one of them hears of that one.
  await squat(27563, "::1");
  expect(await ask([...RESERVED, 27563])).toMatchObject({
    failure: { code: "loopback_ports_taken", ports: "27563" },
  });
});

test("its pages speak German too", async () => {
  const bench = await waitFor("right", { words: { language: "de", t: createWords("de", de) } });
  const refused = await send({ to: `${bench.redirect_uri}?state=other` });
  expect(refused?.body).toContain('<html lang="de">');
  expect(refused?.body).toContain("Auf diese Antwort wartet Tokenkeep nicht");
  expect((await send({ to: `${bench.redirect_uri}?${RIGHT}` }))?.body).toContain("kann geschlossen werden");
});
