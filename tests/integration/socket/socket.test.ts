/** The local socket with the real thread: a program that is not a tool gets a greeting and nothing more. */
import fc from "fast-check";
import { spawnSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startSocketServer } from "../../../main/socket/server.ts";
import type { OnQuestion, SocketServer, Use } from "../../../main/socket/types.ts";
import {
  CLIENT,
  code,
  heardBy,
  KEY,
  listed,
  proofLine,
  request,
  soon,
  table,
  token,
} from "./support/socket-bench.ts";
import { connectTool, lineReader } from "../../support/socket-client.mjs";
import { signIn, startBench } from "../../support/host.ts";
import { optionsAt } from "./support/socket-server.ts";

let folder: string;
let server: SocketServer;
let onMiss: OnQuestion["token"];
const uses: Use[] = [];
beforeEach(async () => {
  folder = await mkdtemp("/tmp/tk-sock-");
  onMiss = async () => ({ ok: false, code: "provider_unreachable" });
  const ask: OnQuestion["token"] = (miss, gone) => onMiss(miss, gone);
  const onUse = (reported: readonly Use[]) => void uses.push(...reported);
  const started = await startSocketServer(optionsAt(folder, { token: ask }, { onUse }));
  if (!started.ok) throw new Error(started.failure.code);
  server = started.value;
  await server.push(table());
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});
const tool = () => connectTool({ endpoint: server.endpoint, client: CLIENT, key: KEY });

/** Sends `lines` after the greeting; returns all answers until the connection ends. */
async function say(
  ...lines: (string | ((challenge: string) => string))[]
): Promise<Record<string, unknown>[]> {
  const socket = connect(server.endpoint);
  const read = lineReader(socket);
  const { challenge } = JSON.parse((await read()) ?? "{}") as { challenge: string };
  for (const line of lines) socket.write(`${typeof line === "string" ? line : line(challenge)}\n`);
  socket.end();
  const answers: Record<string, unknown>[] = [];
  for (let line = await read(); line !== undefined; line = await read())
    answers.push(JSON.parse(line) as Record<string, unknown>);
  return answers;
}
const authLine = (client = CLIENT, key = KEY, role = "client", endpoint = () => server.endpoint) =>
  proofLine(endpoint, client, key, role);

test("a tool proves itself, lists its accounts and gets a token", async () => {
  const { ask, close } = await tool();
  expect(await ask("accounts.list")).toMatchObject({ accounts: [{ login: "ann" }] });
  expect(await ask("token.get")).toMatchObject({ access_token: "at-ann", login: "ann" });
  expect(await ask("token.get", { account: "p:ann", scopes: ["a"] })).toMatchObject({
    access_token: "at-ann",
  });
  await expect(ask("token.get", { scopes: ["z"] })).rejects.toMatchObject({ code: "scope_missing" });
  await expect(ask("token.get", { account: "bob" })).rejects.toMatchObject({ code: "account_unknown" });
  await expect(ask("no.such")).rejects.toMatchObject({ code: "method_unknown" });
  await expect(ask("token.get", { min_valid: -1 })).rejects.toMatchObject({ code: "params_invalid" });
  expect(await ask("accounts.list")).toBeDefined(); // no error ended the connection
  close();
});

test.each([
  ["a wrong key", () => authLine(CLIENT, randomBytes(32).toString("base64url")), "auth_failed"],
  ["an unknown client", () => authLine(randomUUID()), "auth_failed"],
  ["the server's own proof, reflected", () => authLine(CLIENT, KEY, "server"), "auth_failed"],
  [
    "a relay from another path",
    () => authLine(CLIENT, KEY, "client", () => "/tmp/other.sock"),
    "auth_failed",
  ],
  ["a request before auth", () => () => request("accounts.list"), "protocol_error"],
  ["no JSON", () => () => "hello", "protocol_error"],
  ["a line of a megabyte", () => () => "x".repeat(1024 * 1024), "protocol_error"],
] as const)("%s is refused and the connection ends", async (_name, line, expected) => {
  const answers = await say(line(), request("token.get"));
  expect(code(answers)).toBe(expected);
  expect(answers).toHaveLength(1);
  expect(JSON.stringify(answers)).not.toContain("at-ann");
});

test("a proof does not work on another connection", async () => {
  let recorded = "";
  await say((challenge) => (recorded = authLine()(challenge)));
  expect(code(await say(recorded))).toBe("auth_failed");
});

test("a locked table refuses proofs and requests with vault_locked once it is acknowledged", async () => {
  const { ask, close } = await tool();
  await server.push({ locked: true, grants: [], accounts: [], tokens: [] });
  await expect(ask("token.get")).rejects.toMatchObject({ code: "vault_locked" });
  expect(code(await say(authLine()))).toBe("vault_locked");
  await server.push(table());
  expect(await ask("token.get")).toMatchObject({ login: "ann" });
  close();
});

test("a part of the table counts once it is acknowledged; a part with an unknown account is refused", async () => {
  const { ask, close } = await tool();
  const part = (login: string) => ({
    accounts: listed(login),
    tokens: [
      {
        signIn: "s1",
        account: `p:${login}`,
        token: { ...token(login, ["a", "b"]), access_token: "at-newer" },
        renews: true,
      },
    ],
  });
  await server.patch(part("ann"));
  expect(await ask("token.get")).toMatchObject({ login: "ann", access_token: "at-newer" });
  expect(server.patch(part("zoe"))).toBeUndefined();
  expect(await ask("token.get")).toMatchObject({ login: "ann" });
  close();
});

test("a removed grant loses its idle connection at once", async () => {
  const { socket } = await tool();
  const closed = once(socket, "close");
  await server.push(table({ grants: [] }));
  await closed;
});

test("the sign-in with the fewest scopes is chosen; a token with more scopes than the grant is refused", async () => {
  const tokens = [
    { signIn: "wide", account: "p:ann", token: token("ann-wide", ["a", "b", "c"]), renews: true },
    { signIn: "small", account: "p:ann", token: token("ann-small", ["a", "b"]), renews: true },
  ];
  await server.push(
    table({ tokens, grants: [{ id: CLIENT, key: KEY, accounts: ["p:ann"], scopes: ["a", "b"] }] }),
  );
  const { ask, close } = await tool();
  expect(await ask("token.get", { scopes: ["a"] })).toMatchObject({ access_token: "at-ann-small" });
  await expect(ask("token.get", { scopes: ["c"] })).rejects.toMatchObject({ code: "grant_denied" });
  await server.push(
    table({
      accounts: listed("ann", "bob"),
      grants: [{ id: CLIENT, key: KEY, accounts: ["p:bob"] }],
    }),
  );
  expect(await ask("accounts.list")).toMatchObject({ accounts: [{ login: "bob" }] });
  await expect(ask("token.get", { account: "ann" })).rejects.toMatchObject({ code: "account_unknown" });
  close();
});

test("requests for the same fresh token share one question to main", async () => {
  let questions = 0;
  onMiss = async () => {
    questions += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { ok: true, value: token("ann", ["a", "b"]) };
  };
  const tokens = [{ signIn: "s1", account: "p:ann", token: token("old", ["a", "b"], soon(5)), renews: true }];
  await server.push(table({ tokens }));
  const tools = await Promise.all(Array.from({ length: 20 }, tool));
  const answers = await Promise.all(tools.map(({ ask }) => ask("token.get")));
  expect(new Set(answers.map(({ access_token }: { access_token: string }) => access_token))).toEqual(
    new Set(["at-ann"]),
  );
  expect(questions).toBe(1);
  for (const { close } of tools) close();
});

test("random lines are refused, and tools are served meanwhile", async () => {
  const { ask, close } = await tool();
  const lines = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.json({ maxDepth: 2 }),
    fc.constantFrom(request("auth", {}), "{}", "[]", "null"),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(lines, { maxLength: 5 }), async (texts) => {
      const answers = await say(...texts.map((line) => line.replaceAll("\n", " ")));
      expect(JSON.stringify(answers)).not.toContain("at-ann");
      expect(await ask("accounts.list")).toBeDefined();
    }),
    { numRuns: 150, seed: 7 },
  );
  close();
});

/** Sends requests one after the other. A tool that had to wait for another client would finish after that client's end. */
async function isServed(ask: (method: string) => Promise<unknown>, times = 200): Promise<void> {
  for (; times > 0; times -= 1) expect(await ask("token.get")).toMatchObject({ login: "ann" });
}

test("a thousand simultaneous connections are all accepted", async () => {
  const sockets = Array.from({ length: 1_000 }, () => connect(server.endpoint));
  const greetings = await Promise.all(sockets.map((socket) => lineReader(socket)()));
  for (const socket of sockets) socket.destroy();
  expect(greetings.filter((line) => line === undefined)).toEqual([]);
});

test("a silent client gets too_slow after ten seconds and delays no other client; an authenticated one may be silent", async () => {
  const silent = Array.from({ length: 300 }, () => connect(server.endpoint));
  const half = connect(server.endpoint); // an incomplete first line
  half.write('{"jsonrpc":"2.0","id":1,"method":"au');
  const drop = connect(server.endpoint); // an octet each second, without a line end
  const dripping = setInterval(() => drop.write("x"), 1_000);
  const [quiet, stuck] = [await tool(), await tool()];
  const stuckHeard = heardBy(stuck.socket);
  stuck.socket.write(`${request("accounts.list")}\n{"jsonrpc":"2.0",`); // an incomplete later line
  let gone = 0;
  const ends = [...silent, half, drop].map((socket) =>
    heardBy(socket).then((text) => {
      gone += 1;
      return text;
    }),
  );
  await isServed(quiet.ask, 20);
  expect(gone).toBe(0);
  for (const text of [...(await Promise.all(ends)), await stuckHeard]) {
    const lines = text.trimEnd().split("\n");
    expect(lines).toHaveLength(2); // the greeting or an answer, then the reason for the end
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({
      id: null,
      error: { code: -32010, data: { code: "too_slow" } },
    });
  }
  clearInterval(dripping);
  await isServed(quiet.ask, 1);
  quiet.close();
});

test("a client that sends and does not read is paused: memory is bounded, others are served, no answer is lost", async () => {
  const flood = await tool();
  flood.socket.pause();
  const line = `${request("token.get")}\n`.repeat(1_000);
  const before = process.memoryUsage().rss;
  for (let times = 0; times < 200; times += 1) flood.socket.write(line); // 200,000 requests, 14 MB, in the client's buffer
  const { ask, close } = await tool();
  await isServed(ask);
  expect(flood.socket.writableLength).toBeGreaterThan(2 ** 20); // in the client's buffer
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20); // 10 MiB in most runs
  let answers = 0;
  flood.socket.on("data", (chunk) => (answers += String(chunk).split("\n").length - 1));
  flood.socket.resume();
  await vi.waitFor(() => expect(answers).toBe(200_000), { timeout: 60_000, interval: 50 });
  flood.close();
  close();
}, 90_000);

test("a watching client that does not read is disconnected, and others are still notified", async () => {
  const [deaf, hears] = [await tool(), await tool()];
  for (const { ask } of [deaf, hears]) await ask("token.watch");
  const dropped = once(deaf.socket, "close");
  deaf.socket.pause();
  const tokens = (round: number) =>
    Array.from({ length: 200 }, (_, at) => ({
      signIn: `s${String(at)}`,
      account: "p:ann",
      token: { ...token("ann", ["a", "b"]), token_id: `${String(round)} ${String(at)}` },
      renews: true,
    }));
  const rounds = 60; // 12,000 notifications, about 2 MB
  let heard = 0;
  let rest = "";
  hears.socket.on("data", (chunk) => {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    heard += lines.filter((line) => line.includes("token.changed")).length;
  });
  for (let round = 1; round <= rounds; round += 1) await server.push(table({ tokens: tokens(round) }));
  deaf.socket.resume(); // otherwise the client would not see the end
  await dropped;
  await vi.waitFor(() => expect(heard).toBeGreaterThanOrEqual(200 * rounds), { timeout: 20_000 });
  expect(await hears.ask("accounts.list")).toBeDefined();
  hears.close();
});

test("socket and endpoint file are readable by this user alone, and removed at the end", async () => {
  expect((await stat(server.endpoint)).mode & 0o777).toBe(0o600);
  const announced = path.join(folder, "endpoint.json");
  expect((await stat(announced)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(announced, "utf8"))).toMatchObject({
    tokenkeep: 1,
    endpoint: server.endpoint,
  });
  await server.close();
  await expect(stat(server.endpoint)).rejects.toThrow();
  await expect(stat(announced)).rejects.toThrow();
});

test("a folder that is open to others or a link is refused; a dead socket is replaced, a live one is not", async () => {
  const start = (at: string) => startSocketServer(optionsAt(at));
  const open = path.join(folder, "open");
  await mkdir(open);
  await chmod(open, 0o755);
  expect(await start(open)).toMatchObject({ failure: { code: "socket_unsafe_folder" } });
  await symlink(folder, path.join(folder, "link"));
  expect(await start(path.join(folder, "link"))).toMatchObject({ failure: { code: "socket_unsafe_folder" } });
  expect(await start(folder)).toMatchObject({ failure: { code: "socket_failing" } });
  const stale = path.join(folder, "stale");
  await mkdir(stale, { mode: 0o700 });
  await writeFile(path.join(stale, "tokenkeep.sock"), "");
  const second = await start(stale);
  expect(second.ok).toBe(true);
  if (second.ok) await second.value.close();
});

test.runIf(process.getuid?.() === 0)("another user of this computer cannot connect", () => {
  const script = `require("net").connect(${JSON.stringify(server.endpoint)}).on("error",(e)=>console.log(e.code)).on("connect",()=>console.log("in"))`;
  const { stdout } = spawnSync("runuser", ["-u", "nobody", "--", process.execPath, "-e", script], {
    encoding: "utf8",
    timeout: 10_000,
  });
  expect(stdout.trim()).toBe("EACCES");
});

test("a server that cannot prove itself is refused by the client", async () => {
  const endpoint = path.join(folder, "false.sock");
  const impostor = createServer((socket) => {
    socket.write(`${JSON.stringify({ tokenkeep: 1, challenge: randomBytes(32).toString("base64url") })}\n`);
    socket.on("data", () =>
      socket.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, result: { proof: KEY } })}\n`),
    );
  }).listen(endpoint);
  await expect(connectTool({ endpoint, client: CLIENT, key: KEY })).rejects.toThrow("not Tokenkeep");
  impostor.close();
});

test("a tool that was added in the window gets a token that the provider accepts", async () => {
  await using bench = await startBench();
  await signIn(bench);
  expect(await bench.app.handlers["tools.create"]({ name: "overlay" })).toMatchObject({ ok: true });
  const { parseConnection } = await import("../../support/socket-client.mjs");
  const { ask, close } = await connectTool(parseConnection(bench.clipboard.text));
  const given = (await ask("token.get", { min_valid: 60 })) as { access_token: string; client_id: string };
  const answer = await fetch(`${bench.sandbox.origin}/helix/users`, {
    headers: { authorization: `Bearer ${given.access_token}`, "client-id": given.client_id },
  });
  expect(answer.status).toBe(200);
  close();
});
