/** A tool pairs, works and is removed, over the real socket; the test makes the window's calls for the user. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect } from "node:net";
import type { Lifetime } from "../../../contract/socket.ts";
import { createRateLimit } from "../../../main/socket/rate-limit.ts";
import { pidFrom } from "../../../main/desktop/peer-program.ts";
import { connectTool, lineReader } from "../../support/socket-client.mjs";
import { signIn, startBench, until, view, type Bench } from "../../support/host.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly data: { readonly code: string; readonly retry_after?: number } };
}
const snapshot = () => bench.app.state.snapshot();
const endpoint = () => snapshot().socket.endpoint ?? "";
const REQUEST = { name: "Nightcue", developer: "Nordmole", reason: "Chat", scopes: ["user:read:chat"] };

/** Connects a tool that requests a pairing. */
async function requestPairing(terms: object = REQUEST) {
  const socket = connect(endpoint());
  const read = lineReader(socket);
  const next = async (): Promise<Message | undefined> => {
    const line = await read();
    return line === undefined ? undefined : (JSON.parse(line) as Message);
  };
  await next();
  let id = 0;
  const send = (method: string, params?: object) => {
    id += 1;
    socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
  };
  send("pair.request", terms);
  return { socket, next, send, close: () => socket.destroy() };
}
const pendingPairing = async () => {
  await until(() => snapshot().pairing !== null, "the question");
  const { pairing } = snapshot();
  if (pairing === null) throw new Error("there is no pairing");
  return pairing;
};
/** `mostSec`: the upper bound for retry_after, which is shorter by the time that has passed. */
function expectRetryAfter(answer: Message | undefined, code: string, mostSec: number): void {
  const data = answer?.error?.data;
  expect(data).toEqual({ code, retry_after: expect.any(Number) as number });
  expect(data?.retry_after).toBeGreaterThan(0);
  expect(data?.retry_after).toBeLessThanOrEqual(mostSec);
}
const allow = async (signIns: string[], lifetime: Lifetime = "always") =>
  bench.app.handlers["pairing.allow"]({ id: (await pendingPairing()).id, signIns, lifetime });
const deny = async (forGood = false) =>
  bench.app.handlers["pairing.deny"]({ id: (await pendingPairing()).id, forGood });

/** A tool that is paired for always, and connected again with its key. */
async function paired(signIns: string[], terms: object = REQUEST) {
  const tool = await requestPairing(terms);
  await allow(signIns);
  await tool.next();
  const { client, key } = (await tool.next())?.result as { client: string; key: string };
  tool.close();
  return connectTool({ endpoint: endpoint(), client, key });
}

test("tool and window show the same number; an allowed tool works at once, and later with its key", async () => {
  const id = await signIn(bench);
  const other = await signIn(bench, undefined, ["user:read:chat", "user:write:chat"], true);
  const tool = await requestPairing({
    ...REQUEST,
    accounts: [view(bench.app, id)?.login],
    lifetime: "always",
  });
  const pairing = await pendingPairing();
  expect((await tool.next())?.params).toEqual({ code: pairing.code });
  expect(pairing).toMatchObject({ ...REQUEST, accounts: [view(bench.app, id)?.account], lifetime: "always" });
  await until(() => snapshot().pairing?.program !== undefined, "the program's name");
  expect(snapshot().pairing?.program).toBe(process.execPath);
  expect(await allow([id])).toMatchObject({ ok: true });
  expect(snapshot().pairing).toBeNull();

  const given = (await tool.next())?.result;
  expect(given).toMatchObject({ lifetime: "always", scopes: ["user:read:chat"] });
  tool.send("token.get");
  expect((await tool.next())?.result).toMatchObject({ scopes: ["user:read:chat"] });
  // The user did not choose the other sign-in of the same account.
  tool.send("token.get", { scopes: ["user:write:chat"] });
  expect((await tool.next())?.error?.data.code).toBe("scope_missing");
  tool.send("accounts.list");
  expect((await tool.next())?.result).toMatchObject({ accounts: [{ sign_ins: [{ alias: null }] }] });
  expect(view(bench.app, other)).toBeDefined();
  tool.close();

  await bench.restart();
  const { client, key } = given as { client: string; key: string };
  const again = await connectTool({ endpoint: endpoint(), client, key });
  expect(await again.ask("token.get", { reason: "follows\u202e" })).toMatchObject({
    scopes: ["user:read:chat"],
  });
  again.close();
  const use = () => snapshot().tools.find((one) => one.id === client);
  await bench.app.stop(); // the thread reports its counted uses
  await bench.restart();
  expect(use()).toMatchObject({ name: "Nightcue", developer: "Nordmole", uses: 4, tookFrom: [id] });
});

test("a one-connection grant has no key, and ends with its connection", async () => {
  const id = await signIn(bench);
  const tool = await requestPairing();
  await allow([id], "once");
  await tool.next();
  expect(await tool.next()).toEqual({
    jsonrpc: "2.0",
    id: 1,
    result: { lifetime: "once", accounts: [view(bench.app, id)?.account], scopes: ["user:read:chat"] },
  });
  tool.send("token.get");
  expect((await tool.next())?.result).toMatchObject({ access_token: expect.any(String) as string });
  expect(snapshot().tools).toMatchObject([{ lifetime: "once" }]);
  tool.close();
  await until(() => snapshot().tools.length === 0, "the end of the grant");
});

test("a pause ends a grant that lasts until the lock, and refuses an open pairing with vault_locked", async () => {
  const id = await signIn(bench);
  const tool = await requestPairing();
  await allow([id], "lock");
  await tool.next();
  expect((await tool.next())?.result).toMatchObject({ lifetime: "lock", key: expect.any(String) as string });
  tool.send("token.watch");
  await tool.next();
  const waiting = await requestPairing({ name: "Late" });
  await waiting.next();
  await pendingPairing();
  await bench.app.handlers["vault.pause"](true);
  expect((await waiting.next())?.error?.data.code).toBe("vault_locked");
  expect(await tool.next()).toMatchObject({ method: "vault.locked" });
  await bench.app.handlers["vault.pause"](false);
  expect(await tool.next()).toMatchObject({ method: "grant.revoked" });
  expect(await tool.next()).toBeUndefined();
  expect(snapshot().tools).toEqual([]);
});

test("a refused pairing is answered, delays other pairings by a minute, and can be refused for good", async () => {
  await signIn(bench);
  const tool = await requestPairing();
  const { id } = await pendingPairing();
  expect(await deny(true)).toMatchObject({ ok: true });
  await tool.next();
  expectRetryAfter(await tool.next(), "grant_denied", 60);
  expect(await tool.next()).toBeUndefined();
  const { pairing, settings } = snapshot();
  expect(pairing).toBeNull();
  expect(settings.deniedTools).toEqual([{ name: "Nightcue", developer: "Nordmole" }]);
  expect((await (await requestPairing()).next())?.error?.data.code).toBe("rate_limited");
  // A late click does not answer another tool's pairing.
  expect(await bench.app.handlers["pairing.deny"]({ id, forGood: false })).toMatchObject({
    failure: { code: "pairing_gone" },
  });
  await bench.restart(); // the delay ends with the restart, the refusal for good does not
  const again = await requestPairing();
  await again.next();
  expect((await again.next())?.error?.data).toEqual({ code: "grant_denied" });
  expect(snapshot().pairing).toBeNull();
});

test("one pairing is open at a time; a tool that disconnects withdraws it, and the next one waits", async () => {
  const first = await requestPairing();
  await pendingPairing();
  expect((await (await requestPairing({ name: "Second" })).next())?.error?.data.code).toBe("pairing_pending");
  expect(snapshot().pairing?.name).toBe("Nightcue");
  first.close();
  await until(() => snapshot().pairing === null, "the withdrawal");
  expectRetryAfter(await (await requestPairing()).next(), "rate_limited", 5);
});

test("a tool's texts lose their control characters before the window shows them", async () => {
  const tool = await requestPairing({ name: "Safe\u202e\u0007 tool", reason: "so\n\n\u200bmuch" });
  expect(await pendingPairing()).toMatchObject({ name: "Safe tool", developer: "", reason: "so much" });
  tool.close();
});

test("a token of a sign-in with more scopes than the grant is refused", async () => {
  const id = await signIn(bench);
  const { ask, close } = await paired([id]);
  await signIn(bench, undefined, ["user:read:chat", "channel:read:stream_key"]); // replaces the sign-in
  expect(view(bench.app, id)?.scopes).toHaveLength(2);
  await expect
    .poll(() => ask("token.get").catch((failure: unknown) => failure))
    .toMatchObject({ code: "grant_denied" });
  close();
});

test("a watching tool is notified of a new token, a revoked token, a lock and its revoked grant", async () => {
  const id = await signIn(bench);
  const { ask, news } = await paired([id]);
  const { token_id } = (await ask("token.get")) as { token_id: string };
  await ask("token.watch");
  await bench.app.handlers["signIns.refresh"](id);
  const changed = (await news()) as Message;
  expect(changed).toMatchObject({
    method: "token.changed",
    params: { account: view(bench.app, id)?.account },
  });
  expect(changed.params?.["token_id"]).not.toBe(token_id);
  expect(JSON.stringify(changed)).not.toContain("access_token");
  expect(await ask("token.get")).toMatchObject({ token_id: changed.params?.["token_id"] });
  await bench.app.handlers["vault.pause"](true);
  expect(await news()).toMatchObject({ method: "vault.locked" });
  await bench.app.handlers["vault.pause"](false);
  expect(await news()).toMatchObject({ method: "vault.unlocked" });
  await bench.app.handlers["signIns.revoke"](id);
  expect(await news()).toMatchObject({
    method: "token.revoked",
    params: { token_id: changed.params?.["token_id"] },
  });
  const [tool] = snapshot().tools;
  await bench.app.handlers["tools.remove"]({ id: tool?.id ?? "", endTokens: false });
  expect(await news()).toMatchObject({ method: "grant.revoked" });
  expect(await news()).toBeUndefined();
});

test("a reported token is validated at the provider, and refreshed for all tools if it is invalid", async () => {
  const id = await signIn(bench);
  const { ask, close } = await paired([id]);
  const before = (await ask("token.get")) as { token_id: string; access_token: string };
  expect(await ask("token.reportInvalid", { token_id: "somebody else's" })).toEqual({ valid: false });
  expect(await ask("token.reportInvalid", { token_id: before.token_id })).toEqual({ valid: true });
  await expect(ask("token.reportInvalid", { token_id: before.token_id })).rejects.toMatchObject({
    code: "rate_limited",
  });
  close();
  const second = await paired([id], { name: "Another" });
  await bench.admin("end-access", { user_id: view(bench.app, id)?.user_id ?? "" });
  expect(await second.ask("token.reportInvalid", { token_id: before.token_id })).toEqual({ valid: false });
  const after = (await second.ask("token.get")) as { token_id: string };
  expect(after.token_id).not.toBe(before.token_id);
  second.close();
});

test("a tool that revokes its own grant gets its answer, is disconnected, and is removed", async () => {
  const id = await signIn(bench);
  const { ask, news } = await paired([id]);
  expect(await ask("grant.revokeSelf")).toEqual({});
  expect(await news()).toMatchObject({ method: "grant.revoked" });
  expect(await news()).toBeUndefined();
  expect(snapshot().tools).toEqual([]);
});

test("removing a tool with its tokens revokes a token that was handed out just before", async () => {
  const id = await signIn(bench);
  const { ask, news } = await paired([id]);
  await ask("token.get");
  const [tool] = snapshot().tools;
  await bench.app.handlers["tools.remove"]({ id: tool?.id ?? "", endTokens: true });
  expect(await news()).toMatchObject({ method: "grant.revoked" });
  expect(view(bench.app, id)?.status).toBe("revoked");
});

test("a tool's navigation request is shown once, waits during streamer mode, and is rate limited", async () => {
  const id = await signIn(bench);
  const { ask, close } = await paired([id]);
  const account = view(bench.app, id)?.account ?? "";
  await bench.app.handlers["settings.change"]({ ...snapshot().settings, streamer: "on" });
  expect(await ask("ui.request", { action: "remove", account })).toEqual({ shown: false });
  expect(snapshot().wish).toMatchObject({ action: "remove", account });
  await bench.app.handlers["wish.done"](snapshot().wish?.id ?? "");
  expect(snapshot().wish).toBeNull();
  await expect(ask("ui.request", { action: "open" })).rejects.toMatchObject({ code: "rate_limited" });
  await expect(ask("ui.request", { action: "remove", account: "nobody" })).rejects.toMatchObject({
    code: "account_unknown",
  });
  expect(view(bench.app, id)).toBeDefined();
  close();
});

test("a pairing that is allowed before its program is found still stores the program", async () => {
  const id = await signIn(bench);
  let look: () => void = () => undefined;
  bench.programLookedAt = new Promise((resolve) => (look = resolve));
  const tool = await requestPairing();
  const allowed = allow([id]);
  expect((await pendingPairing()).program).toBeUndefined();
  look();
  expect(await allowed).toMatchObject({ ok: true });
  expect(snapshot().tools).toMatchObject([{ program: process.execPath }]);
  tool.close();
});

test("the tool's process is found in the system's list of sockets", () => {
  const table = [
    'u_str ESTAB 0 0 /run/user/1000/tokenkeep/tokenkeep.sock 811 * 812 users:(("tokenkeep",pid=10,fd=30))',
    'u_str ESTAB 0 0                                       * 812 * 811 users:(("python3",pid=77,fd=3))',
    "u_str ESTAB 0 0 * 900 * 901",
  ].join("\n");
  expect(pidFrom(table, "811")).toBe(77);
  expect(pidFrom(table, "900")).toBeUndefined();
  expect(pidFrom("", "1")).toBeUndefined();
});

test("a rate limit counts for each key, and restarts after its time", () => {
  let nowMs = 0;
  const pace = createRateLimit(2, 60, () => nowMs);
  expect([pace.take("a"), pace.take("a"), pace.take("a"), pace.take("b")]).toEqual([0, 0, 60, 0]);
  nowMs = 59_100;
  expect(pace.take("a")).toBe(1);
  nowMs = 60_000;
  expect([pace.take("a"), pace.take("a"), pace.take("a")]).toEqual([0, 0, 60]);
});
