/** How a connection ends, and which answers it still gets: invalid octets, a closed writing half, frequent requests. */
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSocketServer } from "../../../main/socket/server.ts";
import type { OnQuestion, SocketServer } from "../../../main/socket/types.ts";
import {
  CLIENT,
  code,
  heardBy,
  KEY,
  proofLine,
  request,
  soon,
  table,
  token,
} from "./support/socket-bench.ts";
import { connectTool, lineReader } from "../../support/socket-client.mjs";
import { optionsAt } from "./support/socket-server.ts";

let folder: string;
let server: SocketServer;
let onMiss: OnQuestion["token"];
beforeEach(async () => {
  folder = await mkdtemp("/tmp/tk-sock-");
  const started = await startSocketServer(optionsAt(folder, { token: (ask, gone) => onMiss(ask, gone) }));
  if (!started.ok) throw new Error(started.failure.code);
  server = started.value;
  await server.push(table());
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});
const tool = () => connectTool({ endpoint: server.endpoint, client: CLIENT, key: KEY });
const authLine = proofLine(() => server.endpoint);

interface OctetLine {
  readonly name: string;
  readonly after: "greeting" | "auth";
  readonly hex: string;
  readonly code: string;
}
test("octets that are not UTF-8 end the connection, and later requests are not answered", async () => {
  const vectors = JSON.parse(await readFile("tests/vectors/socket-octets.json", "utf8")) as OctetLine[];
  for (const { name, after, hex, code: expected } of vectors) {
    const socket = connect(server.endpoint);
    const read = lineReader(socket);
    const { challenge } = JSON.parse((await read()) ?? "{}") as { challenge: string };
    if (after === "auth") {
      socket.write(`${authLine(challenge)}\n`);
      await read();
    }
    const bytes = Buffer.from(hex, "hex");
    socket.write(Buffer.concat([bytes, Buffer.from(`\n${request("token.get")}\n`)]));
    const answer = JSON.parse((await read()) ?? "{}") as Record<string, unknown>;
    expect({ name, code: code([answer]), then: await read() }).toEqual({
      name,
      code: expected,
      then: undefined,
    });
  }
});

test("a client that closes its writing half gets its pending answers, then the connection closes", async () => {
  const tokens = [{ signIn: "s1", account: "p:ann", token: token("old", ["a"], soon(5)), renews: true }];
  await server.push(table({ tokens }));
  let answerNow: () => void = () => undefined;
  onMiss = () =>
    new Promise(
      (resolve) =>
        (answerNow = () => resolve({ ok: true, value: { ...token("ann", ["a"]), token_id: "id-2" } })),
    );
  const { socket } = await tool();
  const heard = heardBy(socket);
  socket.end(`${request("token.get")}\n${request("accounts.list")}\n{"half":`);
  await once(socket, "end", { signal: AbortSignal.timeout(100) }).catch(() => undefined);
  expect(socket.readableEnded).toBe(false); // the server waits for the answers
  answerNow();
  const answers = (await heard).trimEnd().split("\n");
  expect(answers).toHaveLength(2);
  expect(answers.join()).toContain("at-ann");
  // Sends the proof and the request in one write, as a script does with `nc`.
  const script = connect(server.endpoint);
  const read = lineReader(script);
  const { challenge } = JSON.parse((await read()) ?? "{}") as { challenge: string };
  script.end(`${authLine(challenge)}\n${request("accounts.list")}\n`);
  expect([await read(), await read(), await read()]).toEqual([
    expect.stringContaining('"proof"'),
    expect.stringContaining('"login":"ann"'),
    undefined,
  ]);
});

test("a client that closes its writing half withdraws its pairing", async () => {
  let withdrawn = false;
  const own = await mkdtemp("/tmp/tk-sock-");
  const started = await startSocketServer(
    optionsAt(own, {
      async pair(_ask, gone) {
        await gone;
        withdrawn = true;
        return new Promise(() => undefined); // the tool does not read an answer any more
      },
    }),
  );
  if (!started.ok) throw new Error(started.failure.code);
  await started.value.push(table());
  const socket = connect(started.value.endpoint);
  const heard = heardBy(socket);
  socket.end(`${request("pair.request", { name: "Nightcue" })}\n`);
  const text = await heard; // until the end of the connection: a withdrawn question does not keep it open
  expect(text).toContain("pair.code");
  expect(text).toContain("rate_limited");
  expect(withdrawn).toBe(true);
  await started.value.close();
  await rm(own, { recursive: true, force: true });
});

test("requests for a token that lives for a minute do not use up the grant's rate limit", async () => {
  let questions = 0;
  onMiss = () => {
    questions += 1;
    return Promise.resolve({ ok: false, code: "provider_unreachable" });
  };
  const lives = (lifeSec: number, leftSec: number) =>
    table({
      tokens: [
        { signIn: "s1", account: "p:ann", token: token("ann", ["a"], soon(leftSec)), renews: true, lifeSec },
      ],
    });
  const { ask, close } = await tool();
  await server.push(lives(60, 50));
  for (let times = 0; times < 100; times += 1) expect(await ask("token.get")).toMatchObject({ login: "ann" });
  await server.push(lives(60, 58));
  for (let times = 0; times < 100; times += 1) await ask("token.get", { min_valid: 300 });
  expect(questions).toBe(0);
  // Shortly before the expiry and without a reachable provider, the old token is handed out, even past the rate limit.
  await server.push(lives(3_600, 40));
  for (let times = 0; times < 100; times += 1) expect(await ask("token.get")).toMatchObject({ login: "ann" });
  expect(questions).toBe(60);
  await expect(ask("token.get", { min_valid: 60 })).rejects.toMatchObject({ code: "rate_limited" });
  close();
});
