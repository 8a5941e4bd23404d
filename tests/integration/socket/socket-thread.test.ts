/** The socket's thread dies and is replaced: the new thread gets nothing of the old one. */
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { connect, createServer } from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { BroadcastChannel } from "node:worker_threads";
import { expect, test, vi } from "vitest";
import { startSocketServer } from "../../../main/socket/server.ts";
import type { Answer } from "../../../main/socket/types.ts";
import { signIn, startBench, until } from "../../support/host.ts";
import { listed } from "./support/socket-bench.ts";
import { connectTool, parseConnection } from "../../support/socket-client.mjs";
import { optionsAt } from "./support/socket-server.ts";

/** The built thread, which ends on any message in the broadcast channel of that name. */
function mortal(channel: string): URL {
  const real = pathToFileURL(path.resolve("out/main/socket-worker.js")).href;
  const script = `import ${JSON.stringify(real)};
    const channel = new BroadcastChannel(${JSON.stringify(channel)});
    channel.onmessage = () => process.exit(1);
    channel.unref();`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}

const tokenOf = (login: string, forSec: number) => ({
  access_token: `at-${login}`,
  token_id: "id",
  client_id: "c",
  user_id: login,
  login,
  scopes: [],
  expires_at: Math.floor(Date.now() / 1000) + forSec,
  validated_at: null,
});
/** A token that must be refreshed before it is handed out. */
const stale = (login: string) => ({
  signIn: login,
  account: `p:${login}`,
  token: tokenOf(login, 5),
  renews: true,
});

test("the answer for a thread that died reaches no other tool, and its pairing and one-connection grants end", async () => {
  const folder = await mkdtemp("/tmp/tk-sock-");
  const channel = new BroadcastChannel(folder);
  const answers = new Map<string, (answer: Answer<"token">) => void>();
  const pairing: string[] = [];
  const left: string[] = [];
  const started = await startSocketServer(
    optionsAt(
      folder,
      {
        token: ({ signIn }) => new Promise((resolve) => answers.set(signIn, resolve)),
        async pair(_ask, gone) {
          pairing.push("asked");
          await gone;
          pairing.push("gone");
          return { ok: false, code: "internal" };
        },
      },
      { workerUrl: mortal(folder), onLeft: (grant) => left.push(grant) },
    ),
  );
  if (!started.ok) throw new Error(started.failure.code);
  const server = started.value;
  const { endpoint } = server;
  const [tool, forOnce] = [randomUUID(), randomUUID()];
  const key = randomBytes(32).toString("base64url");
  await server.push({
    locked: false,
    grants: [
      { id: tool, key },
      { id: forOnce, key, once: true },
    ],
    accounts: listed("ann", "bob"),
    tokens: [stale("ann"), stale("bob")],
  });
  const connected = () => connectTool({ endpoint, client: tool, key });

  const before = await connected();
  const unanswered = expect(before.ask("token.get", { account: "p:ann" })).rejects.toThrow("closed");
  await vi.waitFor(() => expect([...answers.keys()]).toEqual(["ann"]));
  const stranger = connect(endpoint).on("error", () => undefined);
  const message = { jsonrpc: "2.0", id: 1, method: "pair.request", params: { name: "Nightcue" } };
  stranger.write(`${JSON.stringify(message)}\n`);
  await vi.waitFor(() => expect(pairing).toEqual(["asked"]));

  channel.postMessage("die");
  await unanswered;
  await vi.waitFor(() => expect(pairing).toEqual(["asked", "gone"]));
  expect(left).toEqual([forOnce]);

  const after = await vi.waitFor(connected, { timeout: 20_000 });
  const bob = after.ask("token.get", { account: "p:bob" });
  await vi.waitFor(() => expect([...answers.keys()]).toEqual(["ann", "bob"])); // each is the first question of its thread
  answers.get("ann")?.({ ok: true, value: tokenOf("ann", 3600) });
  await new Promise((resolve) => setTimeout(resolve, 50)); // the answer for ann would arrive first
  answers.get("bob")?.({ ok: true, value: tokenOf("bob", 3600) });
  expect(await bob).toMatchObject({ access_token: "at-bob" });

  after.close();
  channel.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** What prevents the thread from listening again: each function sets it up, and returns what ends it. */
const hindrances = {
  "another program listens at its path": async (endpoint: string) => {
    const other = createServer().listen(endpoint);
    await once(other, "listening");
    return () => new Promise<void>((resolve) => void other.close(() => resolve()));
  },
  "a folder has its name": async (endpoint: string) => {
    await mkdir(endpoint);
    return () => rm(endpoint, { recursive: true });
  },
  "the socket's folder was opened to others": async (endpoint: string) => {
    const folder = path.dirname(endpoint);
    await chmod(folder, 0o755);
    return () => chmod(folder, 0o700);
  },
};

test.each(Object.entries(hindrances))(
  "a thread that cannot listen again because %s is retried, and window and doctor show the failure meanwhile",
  async (_name, hinder) => {
    const name = `tk-thread-${randomUUID()}`;
    const channel = new BroadcastChannel(name);
    await using bench = await startBench({ socketWorkerUrl: mortal(name) });
    await signIn(bench);
    await bench.app.handlers["tools.create"]({ name: "overlay" });
    const connection = parseConnection(bench.clipboard.text);
    const { endpoint } = connection;
    const shown = () => bench.app.state.snapshot().socket.failure?.code;
    const open = async () => {
      const checked = await bench.app.handlers["doctor.run"](undefined);
      return checked.ok && checked.value.socket;
    };
    expect(shown()).toBeUndefined();
    expect(await open()).toBe(true);
    const shownFailures: (string | undefined)[] = [];
    bench.app.state.onChange(() => shownFailures.push(shown()));

    channel.postMessage("die");
    await until(() => shown() !== undefined, "the thread's end");
    await rm(endpoint, { force: true });
    const leave = await hinder(endpoint);
    expect(await open()).toBe(false);
    const failures = () => bench.logged.filter((line) => line.startsWith("socket.failed")).length;
    await until(() => failures() >= 2, "a failed try"); // the first failure is the thread's end
    expect(shown()).toBeDefined();
    await until(() => shownFailures.includes(shown()), "the failure in the window");

    await leave();
    await until(() => shown() === undefined, "the socket");
    await until(() => shownFailures.at(-1) === undefined, "the end of the failure in the window");
    expect(await open()).toBe(true);
    const { ask, close } = await connectTool(connection);
    expect(await ask("token.get")).toMatchObject({ user_id: "700000001" }); // with the current table
    close();
    channel.close();
  },
);

test.each(Object.entries(hindrances))(
  "a socket that cannot be opened at the start because %s is retried",
  async (_name, hinder) => {
    await using bench = await startBench();
    const { endpoint = "" } = bench.app.state.snapshot().socket;
    await bench.app.stop();
    const leave = await hinder(endpoint);
    await bench.restart();
    expect(bench.app.state.snapshot().socket.failure?.code).toMatch(/^socket_/);
    await leave();
    await until(() => bench.app.state.snapshot().socket.failure === undefined, "the socket");
    expect((await stat(endpoint)).isSocket()).toBe(true);
  },
);
