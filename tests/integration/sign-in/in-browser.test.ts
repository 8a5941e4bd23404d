/** Sign-ins by the user's own browser; the response arrives at a loopback port or as a link of our scheme. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import type { Argument } from "../../../contract/ipc.ts";
import { sandboxAt } from "../../../core/providers/sandbox.ts";
import { authorization, startBench, until, walkPages, type Bench } from "../../support/host.ts";

const PORTS = [17563, 21563, 26563, 17564, 17565];
const PORT = "http://localhost:17563/callback/sandbox";
const LINK = "app.tokenkeep://callback/sandbox";
const squatters: Server[] = [];
afterEach(() => {
  for (const one of squatters.splice(0)) one.close();
});
async function takePorts(): Promise<void> {
  for (const port of PORTS) {
    const server = createServer().listen(port, "127.0.0.1");
    squatters.push(server);
    await once(server, "listening");
  }
}

/** Starts a sign-in. `opened`: the URLs that the browser or the window was opened with. */
async function start(bench: Bench, more: Partial<Argument<"authorization.start">> = { way: "browser" }) {
  const { handlers } = bench.app;
  const opened: URL[] = [];
  bench.browser = (url) => Promise.resolve(opened.push(new URL(url)) > 0);
  let refuse = (): void => undefined;
  bench.person = ({ url, onRefused }) => {
    if (onRefused !== undefined) refuse = onRefused;
    return Promise.resolve(void opened.push(new URL(url)));
  };
  const sandbox = await handlers["sandbox.start"](undefined);
  if (!sandbox.ok) throw new Error(sandbox.failure.code);
  const form = { client: sandbox.value.client, scopes: ["user:read:chat"], ...more };
  const started = await handlers["authorization.start"](form);
  if (!started.ok) return { started, opened, refuse, id: "" };
  await until(() => opened.length > 0, "a page that opens");
  return { started, opened, refuse: () => refuse(), id: started.value.id };
}
const step = (bench: Bench, id: string) => authorization(bench.app, id)?.step;
const answerOf = (url: URL | undefined) => walkPages(url?.href ?? "", "700000002");
const confirmed = (bench: Bench, id: string) =>
  until(() => step(bench, id) !== "waiting" && step(bench, id) !== "exchanging");

test("a code arrives at the loopback port, and the next sign-in uses the same port", async () => {
  await using bench = await startBench();
  const { opened, id } = await start(bench);
  expect(opened[0]?.searchParams.get("redirect_uri")).toBe(PORT);
  expect(authorization(bench.app, id)).toMatchObject({
    page: { way: "browser", other: false, tokenInAddress: false },
  });
  const answer = await answerOf(opened[0]);
  const page = await fetch(answer);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("You can close this tab")]);
  await confirmed(bench, id);
  expect(authorization(bench.app, id)).toMatchObject({ step: "confirm", login: "mirrelune" });
  // A repeated request gets the same page, and the code is exchanged once.
  expect((await fetch(answer)).status).toBe(200);
  expect((await bench.seen()).filter(({ path }) => path === "/oauth2/token")).toHaveLength(1);
  const next = await start(bench);
  expect(next.opened[0]?.searchParams.get("redirect_uri")).toBe(PORT);
  // Ending the sign-ins frees their ports.
  for (const one of [id, next.id]) await bench.app.handlers["authorization.cancel"](one);
  await expect(fetch(answer)).rejects.toThrow();
});

test("a token in the fragment is posted by the loopback page", async () => {
  await using bench = await startBench();
  const { opened, id } = await start(bench, { way: "browser", flow: "implicit" });
  expect(authorization(bench.app, id)).toMatchObject({ page: { tokenInAddress: true } });
  const answer = new URL(await answerOf(opened[0]));
  expect((await fetch(answer)).status).toBe(200); // a browser sends no fragment
  expect(step(bench, id)).toBe("waiting");
  const post = (origin: string) =>
    fetch(PORT, { method: "POST", headers: { origin }, body: answer.hash.slice(1) });
  expect((await post("https://evil.example")).status).toBe(404);
  expect((await post("http://localhost:17563")).status).toBe(204);
  await confirmed(bench, id);
  expect(authorization(bench.app, id)).toMatchObject({ step: "confirm", login: "mirrelune", renews: false });
});

test("a sign-in that the user declines in the browser fails with authorization_denied", async () => {
  await using bench = await startBench();
  const { opened, id } = await start(bench);
  expect((await fetch(await walkPages(opened[0]?.href ?? "", "700000002", "deny"))).status).toBe(200);
  expect(authorization(bench.app, id)).toMatchObject({
    step: "failed",
    failure: { code: "authorization_denied" },
  });
});

test("leaving a refused window for the browser sends a new request, and the old one is no longer accepted", async () => {
  await using bench = await startBench();
  const { opened, id } = await start(bench, { way: "window" });
  expect(authorization(bench.app, id)).toMatchObject({ page: { way: "window", other: true } });
  const old = await answerOf(opened[0]);
  expect(await bench.app.handlers["authorization.toBrowser"](id)).toMatchObject({ ok: true });
  await until(() => opened.length === 2, "the browser");
  for (const name of ["state", "code_challenge", "redirect_uri"])
    expect(opened[1]?.searchParams.get(name), name).not.toBe(opened[0]?.searchParams.get(name));
  expect((await fetch(PORT + new URL(old).search)).status).toBe(404);
  bench.app.takeLink(old);
  expect(authorization(bench.app, id)).toMatchObject({ step: "waiting", page: { way: "browser" } });
  expect((await fetch(await answerOf(opened[1]))).status).toBe(200);
  await confirmed(bench, id);
  expect(step(bench, id)).toBe("confirm");
});

test("the strip's link leaves the window for the browser, too", async () => {
  await using bench = await startBench();
  const { opened, refuse, id } = await start(bench, { way: "window" });
  refuse();
  await until(() => opened.length === 2, "the browser");
  expect(authorization(bench.app, id)).toMatchObject({ step: "waiting", page: { way: "browser" } });
});

test("the right response by another channel is refused, and the sign-in goes on waiting", async () => {
  await using bench = await startBench();
  const { opened, id } = await start(bench);
  const { search } = new URL(await answerOf(opened[0]));
  bench.app.takeLink(LINK + search);
  expect(step(bench, id)).toBe("waiting");
  expect(bench.logged.filter((line) => line.startsWith("door.refused"))).toHaveLength(1);
  expect((await fetch(PORT + search)).status).toBe(200);
});

test.each(["device_code", "authorization_code"] as const)(
  "the waiting sign-in shows that no browser opened, until one opens (%s)",
  async (flow) => {
    await using bench = await startBench({
      providers: (origin) => [
        { ...sandboxAt(origin), id: "elsewhere", userAgents: ["system_browser"], publicFlows: [flow] },
      ],
    });
    const { handlers } = bench.app;
    const saved = await handlers["clients.save"]({
      provider: "elsewhere",
      name: "Bot",
      client_id: flow === "device_code" ? "sandbox-public" : "sandbox-rotating",
    });
    if (!saved.ok) throw new Error(saved.failure.code);
    let opens = false;
    const opened: string[] = [];
    bench.browser = (url) => Promise.resolve(opens && opened.push(url) > 0);
    const started = await handlers["authorization.start"]({ client: saved.value.id, scopes: [], flow });
    if (!started.ok) throw new Error(started.failure.code);
    const { id } = started.value;
    const failure = () => {
      const pending = authorization(bench.app, id);
      return pending?.step === "waiting" ? pending.failure?.code : pending?.step;
    };
    if (flow === "device_code") await handlers["authorization.show"](id); // the page of a device code opens on request only
    await until(() => failure() === "browser_failing", "that it did not open");
    expect(await handlers["authorization.show"](id)).toMatchObject({ failure: { code: "browser_failing" } });
    expect(failure()).toBe("browser_failing");
    expect(await handlers["authorization.copyLink"](id)).toMatchObject({ ok: true });
    opens = true;
    expect(await handlers["authorization.show"](id)).toMatchObject({ ok: true });
    expect(opened).toEqual([bench.clipboard.text]);
    expect(failure()).toBeUndefined();
  },
);

test("the link can be copied until the sign-in is cancelled, and then the port is free", async () => {
  await using bench = await startBench();
  const { opened, id } = await start(bench);
  await bench.app.handlers["authorization.copyLink"](id);
  expect(bench.clipboard.text).toBe(opened[0]?.href);
  expect(await bench.app.handlers["authorization.show"](id)).toMatchObject({ ok: true });
  expect(opened).toHaveLength(2);
  await bench.app.handlers["authorization.cancel"](id);
  await expect(fetch(PORT)).rejects.toThrow();
});

test("two sign-ins at once have a port each, and may end in any order", async () => {
  await using bench = await startBench();
  const first = await start(bench);
  const second = await start(bench);
  expect(second.opened[0]?.searchParams.get("redirect_uri")).toContain("21563");
  for (const { opened, id } of [second, first]) {
    expect((await fetch(await answerOf(opened[0]))).status).toBe(200);
    await confirmed(bench, id);
    expect(step(bench, id)).toBe("confirm");
  }
});

test("with all ports taken the browser fails, and an open window goes on", async () => {
  await using bench = await startBench();
  await takePorts();
  expect((await start(bench)).started).toMatchObject({ failure: { code: "loopback_ports_taken" } });
  const { id } = await start(bench, { way: "window" });
  expect(await bench.app.handlers["authorization.toBrowser"](id)).toMatchObject({
    failure: { code: "loopback_ports_taken" },
  });
  expect(authorization(bench.app, id)).toMatchObject({ step: "waiting", page: { way: "window" } });
});

test("with all ports taken, a provider that enforces PKCE returns the code by a link of our scheme", async () => {
  await using bench = await startBench();
  bench.links = true;
  await takePorts();
  const { opened, id } = await start(bench);
  const answer = await answerOf(opened[0]);
  expect(answer.startsWith(`${LINK}?`)).toBe(true);
  const hostile = [
    "?code=stolen&state=guessed",
    "?error=access_denied",
    "#access_token=stolen",
    "?code=stolen",
    "/../x",
    "?%",
  ];
  for (const link of hostile) bench.app.takeLink(LINK + link);
  for (const link of [
    "app.tokenkeep:",
    "app.tokenkeep://callback/%",
    "app.tokenkeep://[",
    answer.replace("sandbox?", "twitch?"),
  ])
    bench.app.takeLink(link);
  expect(step(bench, id)).toBe("waiting");
  expect(bench.logged.filter((line) => line.startsWith("door.refused"))).toHaveLength(10);
  for (const value of ["stolen", "guessed", "access_denied", "code="])
    expect(bench.logged.join()).not.toContain(value);
  bench.app.takeLink(answer);
  bench.app.takeLink(answer);
  await confirmed(bench, id);
  expect(authorization(bench.app, id)).toMatchObject({ step: "confirm", login: "mirrelune" });
  expect((await bench.seen()).filter(({ path }) => path === "/oauth2/token")).toHaveLength(1);
});

test.each([
  ["a token in the address", { flow: "implicit" as const }, {}],
  ["a provider that ignores PKCE", {}, { enforcesPkce: false }],
])(
  "a link is not used for %s, because other users can read command lines",
  async (_name, question, provider) => {
    await using bench = await startBench({
      providers: (origin) => [{ ...sandboxAt(origin), id: "elsewhere", ...provider }],
    });
    bench.links = true;
    await takePorts();
    const saved = await bench.app.handlers["clients.save"]({
      provider: "elsewhere",
      name: "Bot",
      client_id: "tokenkeep-sandbox",
      client_secret: "sandbox-only-not-a-secret",
    });
    if (!saved.ok) throw new Error(saved.failure.code);
    const { started } = await start(bench, { client: saved.value.id, way: "browser", ...question });
    expect(started).toMatchObject({ failure: { code: "loopback_ports_taken" } });
  },
);

test("a provider that refuses embedded windows opens in the browser even if a window was chosen", async () => {
  await using bench = await startBench({
    providers: (origin) => [{ ...sandboxAt(origin), id: "elsewhere", userAgents: ["system_browser"] }],
  });
  const saved = await bench.app.handlers["clients.save"]({
    provider: "elsewhere",
    name: "Bot",
    client_id: "sandbox-rotating",
  });
  if (!saved.ok) throw new Error(saved.failure.code);
  const { id } = await start(bench, { client: saved.value.id, way: "window", flow: "authorization_code" });
  expect(authorization(bench.app, id)).toMatchObject({ page: { way: "browser" } });
});
