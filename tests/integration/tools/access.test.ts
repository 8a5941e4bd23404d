/** What a tool may use: scopes of high risk, and changes while the tool is connected. Over the real socket. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { pair, type Tokenkeep } from "../../../clients/node/src/index.ts";
import type { Argument } from "../../../contract/ipc.ts";
import { signIn, startBench, until, view, type Bench } from "../../support/host.ts";
import { connectTool, parseConnection } from "../../support/socket-client.mjs";

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const KEY = "channel:read:stream_key";
const snapshot = () => bench.app.state.snapshot();
const change = (argument: Argument<"tools.change">) => bench.app.handlers["tools.change"](argument);
const codeOf = (request: Promise<unknown>): Promise<unknown> =>
  request.then(
    () => "token",
    (error: unknown) => (error as { code?: unknown }).code,
  );

/** Pairs a tool with the Node client, and allows it. */
async function paired(answer: Omit<Argument<"pairing.allow">, "id" | "lifetime">, lifetime = "always") {
  const pairing = pair(
    { name: "Nightcue" },
    { endpoint: snapshot().socket.endpoint ?? "", onCode: () => undefined },
  );
  await until(() => snapshot().pairing !== null, "the question");
  const id = snapshot().pairing?.id ?? "";
  await bench.app.handlers["pairing.allow"]({ ...answer, id, lifetime: lifetime as "always" });
  const { keep, credentials } = await pairing;
  return { keep, credentials, tool: () => snapshot().tools.find(({ name }) => name === "Nightcue") };
}
async function twoAccounts(): Promise<{ first: string; second: string }> {
  const first = await signIn(bench, undefined, ["user:read:chat"]);
  const client = view(bench.app, first)?.client;
  bench.person = (await import("../../support/host.ts")).signsInAs("700000002");
  const second = await signIn(bench, client, ["user:read:email"]);
  return { first, second };
}
const logins = async (keep: Tokenkeep): Promise<readonly string[]> =>
  (await keep.accounts()).map(({ login }) => login);

test("a token with a scope of high risk that was not ticked is not handed out", async () => {
  const id = await signIn(bench, undefined, ["user:read:chat", KEY]);
  const { keep, tool } = await paired({ signIns: [id] });
  expect(tool()?.scopes).toEqual(["user:read:chat"]);
  expect(await codeOf(keep.token())).toBe("grant_denied");
  keep.close();
});

test("a ticked scope of high risk is handed out, and one that the token lacks is not granted", async () => {
  const id = await signIn(bench, undefined, ["user:read:chat", KEY]);
  const { keep, tool } = await paired({ signIns: [id], highRisk: [KEY, "bits:read"] });
  expect(tool()?.scopes).toEqual([KEY, "user:read:chat"]);
  expect(await codeOf(keep.token())).toBe("token");
  keep.close();
});

test("an open connection loses and gains accounts the moment its access is changed", async () => {
  const { first, second } = await twoAccounts();
  const names = { first: view(bench.app, first)?.login ?? "", second: view(bench.app, second)?.login ?? "" };
  const { keep, tool } = await paired({ signIns: [first] });
  const { id = "" } = tool() ?? {};
  expect(await logins(keep)).toEqual([names.first]);
  expect(await change({ id, access: { signIns: [second] } })).toMatchObject({ ok: true });
  expect(await logins(keep)).toEqual([names.second]);
  expect(await codeOf(keep.token({ account: names.first }))).toBe("account_unknown");
  expect((await keep.token()).login).toBe(names.second);
  expect(await change({ id, access: { signIns: [first, second] } })).toMatchObject({ ok: true });
  expect(await logins(keep)).toHaveLength(2);
  expect(tool()).toMatchObject({ lifetime: "always", scopes: ["user:read:chat", "user:read:email"] });
  for (const signInId of [first, second]) {
    const history = await bench.app.handlers["signIns.history"](signInId);
    expect(history.ok && history.value).toContainEqual(
      expect.objectContaining({ what: "access_changed", tool: "Nightcue" }),
    );
  }
  keep.close();
});

test("what a change does not name stays as it is, and the key with it", async () => {
  const { first } = await twoAccounts();
  const { keep, credentials, tool } = await paired({ signIns: [first] });
  const before = tool();
  const { id = "" } = before ?? {};
  expect(await change({ id, lifetime: "lock" })).toMatchObject({ ok: true });
  expect(tool()).toMatchObject({
    accounts: before?.accounts,
    signIns: [first],
    scopes: before?.scopes,
    lifetime: "lock",
  });
  expect(await codeOf(keep.token())).toBe("token"); // on the connection of before
  const { client, key } = credentials ?? { client: "", key: "" };
  const endpoint = snapshot().socket.endpoint ?? "";
  const again = await connectTool({ endpoint, client, key });
  expect(await codeOf(again.ask("token.get"))).toBe("token");
  expect(await change({ id, lifetime: "always" })).toMatchObject({ ok: true });
  expect(snapshot().tools).toHaveLength(1);
  expect(await codeOf(again.ask("token.get"))).toBe("token");
  again.close();
  keep.close();
  await bench.restart();
  expect(tool()).toMatchObject({ id, lifetime: "always", signIns: [first] });
});

test("access that lasts until the lock ends with a pause, also where it was changed to that", async () => {
  const { first } = await twoAccounts();
  const { keep, tool } = await paired({ signIns: [first] });
  await change({ id: tool()?.id ?? "", lifetime: "lock" });
  await bench.app.handlers["vault.pause"](true);
  await bench.app.handlers["vault.pause"](false);
  expect(snapshot().tools).toEqual([]);
  keep.close();
  await bench.restart();
  expect(snapshot().tools).toEqual([]);
});

test("a grant of one connection stays one: its tool has no key", async () => {
  const { first } = await twoAccounts();
  const { keep, tool } = await paired({ signIns: [first] }, "once");
  expect(await change({ id: tool()?.id ?? "", lifetime: "always" })).toMatchObject({ ok: true });
  expect(tool()).toMatchObject({ lifetime: "once" });
  keep.close();
});

test("a tool that was added by hand is limited to accounts, and to all again", async () => {
  const { first, second } = await twoAccounts();
  await bench.app.handlers["tools.create"]({ name: "Deck" });
  const { ask, close } = await connectTool(parseConnection(bench.clipboard.text));
  const { id = "" } = snapshot().tools[0] ?? {};
  const account = view(bench.app, second)?.account ?? "";
  const names = async () =>
    ((await ask("accounts.list")) as { accounts: { account: string }[] }).accounts.map((one) => one.account);
  expect(await names()).toHaveLength(2);
  await change({ id, access: { accounts: [account] } });
  expect(await names()).toEqual([account]);
  await change({ id, access: { every: true } });
  expect(await names()).toHaveLength(2);
  expect(view(bench.app, first)).toBeDefined();
  close();
});

test("a change that names an unknown tool, account or sign-in fails and changes nothing", async () => {
  const { first } = await twoAccounts();
  const { keep, tool } = await paired({ signIns: [first] });
  const { id = "" } = tool() ?? {};
  const nobody = "00000000-0000-4000-8000-00000000dead";
  expect(await change({ id: nobody, lifetime: "lock" })).toMatchObject({
    failure: { code: "tool_unknown" },
  });
  for (const access of [{ signIns: [first, nobody] }, { accounts: ["sandbox:nobody"] }])
    expect(await change({ id, access, lifetime: "lock" })).toMatchObject({
      failure: { code: "account_unknown" },
    });
  expect(tool()).toMatchObject({ lifetime: "always", signIns: [first] });
  keep.close();
});
