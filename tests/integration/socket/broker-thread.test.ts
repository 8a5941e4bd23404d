/** The rules of the socket's thread: limits, shared questions, one pairing at a time, and its messages to main. */
import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { MAX_CONNECTIONS } from "../../../contract/socket.ts";
import { CLIENT, KEY, soon, table, token } from "./support/socket-bench.ts";
import { settled, startThread, type Line } from "./support/thread-bench.ts";

const OTHER = randomUUID();
const grants = [
  { id: CLIENT, key: KEY },
  { id: OTHER, key: KEY },
];
/** One sign-in, whose token has to be refreshed before it is handed out. */
const endingTable = table({
  grants,
  tokens: [{ signIn: "s1", account: "p:ann", token: token("ann", ["a"], soon(5)), renews: true }],
});
const refused = (line: Line | undefined) => line?.error?.data;

let thread: ReturnType<typeof startThread>;
beforeEach(() => {
  thread = startThread();
  thread.receive({ kind: "table", number: 1, table: endingTable });
});
async function tool(client = CLIENT) {
  const connection = await thread.connect();
  await connection.prove(client, KEY);
  return connection;
}
/** Main answers the last question of this kind. */
const answerToken = async (answer: Parameters<typeof thread.receive>[0] & { kind: "answer" }) => {
  thread.receive(answer);
  await settled();
};
const lastNumber = (about: "token" | "report" | "show" | "pair"): number =>
  thread.questions(about).at(-1)?.number ?? 0;

test("a connection over the limit is closed without a greeting", async () => {
  for (let made = 1; made < MAX_CONNECTIONS; made += 1) void thread.connect();
  const last = await thread.connect();
  const over = await thread.connect();
  expect([last.lines.length, last.dropped]).toEqual([1, false]);
  expect([over.lines.length, over.dropped]).toEqual([0, true]);
});

test("two tools that need the same token share one question to main, and later requests need none", async () => {
  const [one, two] = [await tool(), await tool(OTHER)];
  await one.ask("token.get");
  await two.ask("token.get");
  expect(thread.questions("token")).toHaveLength(1);
  const fresh = { ...token("ann", ["a"]), access_token: "at-fresh", token_id: "fresh" };
  await answerToken({ kind: "answer", about: "token", number: 2, answer: { ok: false, code: "internal" } });
  expect(one.lines.at(-1)?.result).toHaveProperty("proof"); // an answer to another question changes nothing
  await answerToken({ kind: "answer", about: "token", number: 1, answer: { ok: true, value: fresh } });
  for (const { lines } of [one, two]) expect(lines.at(-1)?.result).toEqual(fresh);
  expect((await one.ask("token.get"))?.result).toEqual(fresh);
  expect(thread.questions("token")).toHaveLength(1);
});

test("a grant causes at most sixty token questions a minute, and each grant has its own limit", async () => {
  const [one, two] = [await tool(), await tool(OTHER)];
  const ask = async (client: typeof one) => {
    const before = thread.questions("token").length;
    const line = await client.ask("token.get", { min_valid: 60 });
    if (thread.questions("token").length === before) return line;
    const away = { ok: false, code: "provider_unreachable" } as const;
    await answerToken({ kind: "answer", about: "token", number: lastNumber("token"), answer: away });
    return client.lines.at(-1);
  };
  for (let times = 0; times < 60; times += 1)
    expect(refused(await ask(one))?.code).toBe("provider_unreachable");
  expect(refused(await ask(one))).toEqual({ code: "rate_limited", retry_after: 60 });
  expect(refused(await ask(two))?.code).toBe("provider_unreachable");
  await thread.pass(60);
  expect(refused(await ask(one))?.code).toBe("provider_unreachable");
});

test("a report of one sign-in is passed on once a minute, and of one unknown token never", async () => {
  const one = await tool();
  await one.ask("token.reportInvalid", { token_id: "unknown" });
  expect(one.lines.at(-1)?.result).toEqual({ valid: false });
  await one.ask("token.reportInvalid", { token_id: "id" });
  const answer = { ok: true, value: { valid: true } } as const;
  await answerToken({ kind: "answer", about: "report", number: lastNumber("report"), answer });
  expect(one.lines.at(-1)?.result).toEqual({ valid: true });
  await thread.pass(20);
  expect(refused(await one.ask("token.reportInvalid", { token_id: "id" }))).toEqual({
    code: "rate_limited",
    retry_after: 40,
  });
  expect(thread.questions("report")).toHaveLength(1);
});

test("a request for the window is passed on once in ten seconds", async () => {
  const one = await tool();
  await one.ask("ui.request", { action: "open" });
  const answer = { ok: true, value: { shown: true } } as const;
  await answerToken({ kind: "answer", about: "show", number: lastNumber("show"), answer });
  expect(one.lines.at(-1)?.result).toEqual({ shown: true });
  expect(refused(await one.ask("ui.request", { action: "open" }))).toEqual({
    code: "rate_limited",
    retry_after: 10,
  });
});

test("one pairing is open at a time; a refusal delays the next one by the time that main sets", async () => {
  const [one, two] = [await thread.connect(), await thread.connect()];
  const shown = await one.ask("pair.request", { name: "Nightcue" });
  const [question] = thread.questions("pair");
  expect(question).toMatchObject({ ask: { code: shown?.params?.code, inode: "4711" } });
  expect(refused(await two.ask("pair.request", { name: "Dawncue" }))?.code).toBe("pairing_pending");
  const no = { ok: false, code: "grant_denied", retryAfterSec: 60 } as const;
  await answerToken({ kind: "answer", about: "pair", number: lastNumber("pair"), answer: no });
  expect(refused(one.lines.at(-1))?.code).toBe("grant_denied");
  expect(thread.posted.at(-1)).toEqual({ kind: "delivered", number: question?.number });
  const three = await thread.connect();
  expect(refused(await three.ask("pair.request", { name: "Dawncue" }))).toEqual({
    code: "rate_limited",
    retry_after: 60,
  });
  await thread.pass(60);
  const four = await thread.connect();
  expect((await four.ask("pair.request", { name: "Dawncue" }))?.method).toBe("pair.code");
});

test("a tool that closes its writing half withdraws its pairing, and the next one waits five seconds", async () => {
  const one = await thread.connect();
  await one.ask("pair.request", { name: "Nightcue" });
  await one.closeHalf();
  expect(thread.posted.at(-1)).toEqual({ kind: "gone", number: lastNumber("pair") });
  expect(refused(one.lines.at(-1))?.code).toBe("rate_limited");
  const two = await thread.connect();
  expect(refused(await two.ask("pair.request", { name: "Dawncue" }))).toEqual({
    code: "rate_limited",
    retry_after: 5,
  });
  await thread.pass(5);
  const three = await thread.connect();
  expect((await three.ask("pair.request", { name: "Dawncue" }))?.method).toBe("pair.code");
});

test("uses are reported after five seconds, and before a new table is acknowledged", async () => {
  const one = await tool();
  await one.ask("accounts.list");
  await one.ask("accounts.list");
  const uses = () => thread.posted.filter(({ kind }) => kind === "uses");
  expect(uses()).toEqual([]);
  await thread.pass(5);
  expect(uses()).toMatchObject([{ uses: [{ grant: CLIENT, count: 2 }] }]);
  await one.ask("accounts.list");
  thread.receive({ kind: "table", number: 2, table: table({ grants }) });
  expect(thread.posted.slice(-2)).toMatchObject([
    { kind: "uses", uses: [{ grant: CLIENT, count: 1 }] },
    { kind: "acknowledged", number: 2 },
  ]);
});

test("uses are reported twice a second while the window shows them, together, and never without a use", async () => {
  const one = await tool();
  await one.ask("accounts.list");
  const uses = () => thread.posted.filter(({ kind }) => kind === "uses");
  thread.receive({ kind: "watchUses", on: true });
  expect(uses()).toMatchObject([{ uses: [{ count: 1 }] }]); // what was counted before
  await thread.pass(60);
  expect(uses()).toHaveLength(1);
  await one.ask("accounts.list");
  await one.ask("accounts.list");
  await thread.pass(0.5);
  expect(uses().slice(1)).toMatchObject([{ uses: [{ grant: CLIENT, count: 2 }] }]);
  thread.receive({ kind: "watchUses", on: false });
  await one.ask("accounts.list");
  await thread.pass(0.5);
  expect(uses()).toHaveLength(2);
});

test("a watching tool whose access is changed is notified of the tokens that it lost and gained", async () => {
  const tokens = [
    { signIn: "s1", account: "p:ann", token: { ...token("ann", ["a"]), token_id: "of ann" }, renews: true },
    { signIn: "s2", account: "p:bob", token: { ...token("bob", ["a"]), token_id: "of bob" }, renews: true },
  ];
  const given = (accounts: string[]) => table({ grants: [{ id: CLIENT, key: KEY, accounts }], tokens });
  thread.receive({ kind: "table", number: 2, table: given(["p:ann"]) });
  const one = await tool();
  await one.ask("token.watch");
  thread.receive({ kind: "table", number: 3, table: given(["p:bob"]) });
  await settled();
  expect(one.lines.slice(-2)).toMatchObject([
    { method: "token.changed", params: { token_id: "of bob" } },
    { method: "token.revoked", params: { token_id: "of ann" } },
  ]);
  thread.receive({ kind: "table", number: 4, table: given(["p:bob"]) });
  await settled();
  expect(one.lines.at(-1)).toMatchObject({ method: "token.revoked", params: { token_id: "of ann" } });
});

test("a table without a grant ends its connections and no other; a locked one ends none", async () => {
  const [one, two] = [await tool(), await tool(OTHER)];
  thread.receive({
    kind: "table",
    number: 2,
    table: { locked: true, grants: [], accounts: [], tokens: [] },
  });
  await settled();
  expect(refused(await one.ask("accounts.list"))?.code).toBe("vault_locked");
  thread.receive({ kind: "table", number: 3, table: table({ grants: [{ id: OTHER, key: KEY }] }) });
  await settled();
  expect(one.lines.at(-1)?.method).toBe("grant.revoked");
  expect(one.ended).toBe(true);
  expect((await two.ask("accounts.list"))?.result).toBeDefined();
});

test("main is notified when the connection of a one-connection grant closes", async () => {
  thread.receive({
    kind: "table",
    number: 2,
    table: table({ grants: [{ id: CLIENT, key: KEY, once: true }] }),
  });
  const one = await tool();
  await one.closeHalf();
  expect(thread.posted.at(-1)).toEqual({ kind: "left", grant: CLIENT });
});

test("a client that proves nothing, or does not complete a line, is too slow after ten seconds", async () => {
  const silent = await thread.connect();
  const slow = await tool();
  slow.write('{"jsonrpc":');
  const proved = await tool();
  await thread.pass(10);
  for (const { lines } of [silent, slow]) expect(refused(lines.at(-1))?.code).toBe("too_slow");
  expect((await proved.ask("accounts.list"))?.result).toBeDefined();
});

test("a close ends the connections, reports the last uses and closes the port", async () => {
  const one = await tool();
  await one.ask("accounts.list");
  thread.receive({ kind: "close" });
  await settled();
  expect(one.ended || one.dropped).toBe(true);
  expect(thread.posted.filter(({ kind }) => kind === "uses")).toHaveLength(1);
  expect(thread.portClosed).toBe(true);
});
